"""Documents are tested too: every setting, variable and command that they name exists, and none is missing."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from monitor.commands.main import make_app
from seeds.settings import Settings, load_settings, variable_names
from seeds.subscription import Subscription
from tests.source_tree import ROOT

README = ROOT / "README.md"
EXAMPLE = ROOT / "twinwatch.example.toml"
SUBSCRIPTION = "subscription"
# The name of the file itself, which cannot stand in it.
NOT_IN_THE_FILE = {"TWINWATCH_CONFIG"}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("TWINWATCH_")]:
        monkeypatch.delenv(name)


def _section_keys() -> set[tuple[str, str]]:
    """Every setting as (section, key); the section is empty for those above all sections."""
    prefix = "TWINWATCH_"
    names = [name.removeprefix(prefix).lower().partition("__") for name in variable_names()]
    sections = {head for head, delimiter, _ in names if delimiter} | {SUBSCRIPTION}
    inner = {(head, tail) for head, delimiter, tail in names if delimiter}
    outer = {("", head) for head, delimiter, _ in names if not delimiter and head not in sections}
    return inner | outer | {(SUBSCRIPTION, key) for key in Subscription.model_fields}


def _uncommented(text: str) -> str:
    """The example with every line in force that is a setting behind a `#`; prose stays a comment."""
    return re.sub(r"(?m)^#[ ]?(?=[a-z_]+ *=|\[)", "", text)


def _example_keys() -> set[tuple[str, str]]:
    found, section = set(), ""
    for line in _uncommented(EXAMPLE.read_text("utf-8")).splitlines():
        if heading := re.match(r"\[+([a-z_]+)\]+", line):
            section = heading[1]
        elif key := re.match(r"([a-z_]+) *=", line):
            found.add((section, key[1]))
    return found


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if path:
        yield " ".join(path), command
    for name, child in (inner or {}).items():
        yield from _commands(child, (*path, name))


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    """Every command with its sub-commands, by the words that call it."""
    return dict(_commands(typer.main.get_command(make_app())))


# Settings


def test_the_example_holds_every_setting() -> None:
    missing = [".".join(filter(None, key)) for key in sorted(_section_keys() - _example_keys())]

    assert not missing, f"missing in {EXAMPLE.name}: {', '.join(missing)}"


def test_the_example_holds_no_setting_that_does_not_exist() -> None:
    surplus = [".".join(filter(None, key)) for key in sorted(_example_keys() - _section_keys())]

    assert not surplus, f"no such setting, but in {EXAMPLE.name}: {', '.join(surplus)}"


def test_what_the_example_shows_behind_a_hash_is_the_default(tmp_path: Path) -> None:
    path = tmp_path / "twinwatch.toml"
    path.write_text(_uncommented(EXAMPLE.read_text("utf-8")), "utf-8")

    shown = load_settings(path).model_dump(exclude={SUBSCRIPTION})

    assert shown == Settings(_env_file=None).model_dump(exclude={SUBSCRIPTION})


def test_the_example_as_it_is_may_be_used(tmp_path: Path) -> None:
    assert load_settings(EXAMPLE).crawl.contact == ""


def test_every_variable_that_the_readme_names_exists() -> None:
    named = set(re.findall(r"\bTWINWATCH_[A-Z_]*[A-Z]\b", README.read_text("utf-8")))

    unknown = named - set(variable_names()) - NOT_IN_THE_FILE

    assert named and not unknown, f"no such variable: {', '.join(sorted(unknown))}"


def test_every_setting_that_the_readme_names_exists() -> None:
    sections = {section for section, _ in _section_keys() if section}
    named = re.findall(rf"`({'|'.join(sorted(sections))})\.([a-z_]+)`", README.read_text("utf-8"))

    unknown = [f"{section}.{key}" for section, key in named if (section, key) not in _section_keys()]

    assert named and not unknown, f"no such setting: {', '.join(unknown)}"


def test_every_piece_of_settings_in_the_readme_is_sound(tmp_path: Path) -> None:
    pieces = re.findall(r"(?ms)^```toml\n(.*?)^```", README.read_text("utf-8"))

    for piece in pieces:
        tomllib.loads(piece)
        path = tmp_path / "piece.toml"
        path.write_text(piece, "utf-8")
        load_settings(path)

    assert pieces


# Commands


def test_every_command_that_the_readme_names_exists(commands: dict[str, Any]) -> None:
    text = README.read_text("utf-8")
    named = set(re.findall(r"(?m)(?:`|^|bin/)twinwatch ([a-z]+(?:-[a-z]+)*(?: [a-z]+)?)", text))
    groups = {name.split()[0] for name in commands if " " in name}

    unknown = [name for name in named if name not in commands and (name.split()[0] in groups and " " in name)]
    unknown += [name for name in named if name.split()[0] not in commands]

    assert named and not unknown, f"no such command: {', '.join(sorted(unknown))}"


def test_every_command_is_in_the_readme(commands: dict[str, Any]) -> None:
    text = README.read_text("utf-8")

    missing = [name for name in commands if not re.search(rf"`(?:twinwatch )?{name.split()[0]}\b", text)]

    assert not missing, f"not in the README: {', '.join(missing)}"


def test_every_command_explains_itself_with_an_example(commands: dict[str, Any]) -> None:
    silent = [name for name, command in commands.items() if f"twinwatch {name}" not in _explanation(command)]

    assert not silent, f"no example with `twinwatch NAME` in the help of: {', '.join(silent)}"


def _explanation(command: Any) -> str:
    return f"{command.help or ''} {command.epilog or ''}"


def test_every_target_of_make_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8")))
    named = set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", README.read_text("utf-8")))

    assert named and named <= targets, f"no such target: {', '.join(sorted(named - targets))}"
