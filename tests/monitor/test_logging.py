"""Lines have fixed names and fields for programs, and no output of any kind holds a secret of the settings."""

import json
import os
import re
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from crawler.progress import describe_run, describe_wave
from monitor.application import Application
from monitor.commands.main import run_command
from monitor.doctor import examine
from monitor.logging_lines import Hider, SayHandler, find_passwords, find_secrets, make_say
from monitor.open_files import find_open_files
from monitor.web.app import make_app
from seeds.lines import Line, parse_json
from seeds.settings import load_settings
from tests.fake_clock import FakeClock
from tests.source_tree import ROOT

PASSWORD, TOKEN = "correct-horse-battery", "token-of-programs-77"
HOOK = "https://hooks.slack.example/services/T0/B0/sesame"
KEY, DATABASE = "k" * 20 + "ey" * 20, "pg-pass%21word"
SECRETS = {
    "email.password": PASSWORD, "web.token": TOKEN, "web.password": "open-sesame-99", "web.link_key": KEY,
    "slack.webhook_url": HOOK, "slack.bot_token": "xoxb-secret-123", "webhook.secret": "whsec_abcdefgh",
    "query.naver_client_id": "naver-id-1", "query.naver_client_secret": "naver-secret-1",
}
# Who says something, and how its name is found in the source.
EVENTS = re.compile(r'Line\(\s*(?:f?"[^"\n]*"|\w+(?:\(.*?\))?|[\w.]+\(\)),\s*"([a-z_]+)"')


@pytest.fixture
def config(clean_folder: Path) -> Path:
    """A file of settings with every secret that there is."""
    tables: dict[str, list[str]] = {}
    for name, secret in SECRETS.items():
        section, key = name.split(".")
        tables.setdefault(section, []).append(f'{key} = "{secret}"')
    rows = "\n".join(f"[{section}]\n" + "\n".join(keys) for section, keys in tables.items())
    path = clean_folder / "twinwatch.toml"
    path.write_text(f'database_url = "postgresql://tw:{DATABASE}@127.0.0.1:1/tw"\n{rows}\n', "utf-8")
    path.chmod(0o600)
    return path


def _assert_clean(text: str) -> None:
    assert text
    shown = [secret for secret in (*SECRETS.values(), *find_passwords(f"postgresql://tw:{DATABASE}@h/t"))
             if secret in text]
    assert not shown, shown


def test_every_secret_of_the_settings_is_known(config: Path) -> None:
    found = find_secrets(load_settings(config))

    assert found >= {*SECRETS.values(), DATABASE, "pg-pass!word"}


@pytest.mark.parametrize(("address", "expected"), [
    ("postgresql://tw:simple@h/t", {"simple"}),
    ("postgresql://tw:Ab3/xyz+w==@h/t", {"Ab3/xyz+w=="}),
    ("postgresql://tw:a?b#c@h:5432/t?sslmode=require", {"a?b#c"}),
    ("postgresql://tw:p%40ss@h/t", {"p%40ss", "p@ss"}),
    ("postgresql://tw:first@second@h/t", {"first", "first@second"}),
    ("postgresql://tw@h/t?user=a&password=in%2Fquery", {"in%2Fquery", "in/query"}),
    ("postgresql://tw@h/t", set()),
    ("postgresql://[::1]:5432/t", set()),
    ("sqlite:////data/twinwatch.db", set()),
])
def test_a_password_is_found_wherever_a_database_would_find_it(address: str, expected: set[str]) -> None:
    assert find_passwords(address) == expected


def test_no_line_holds_a_secret_in_either_format(
    config: Path, clock: FakeClock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for wanted in ("text", "json"):
        monkeypatch.setenv("TWINWATCH_LOG__FORMAT", wanted)
        say = make_say(clock, load_settings(config))
        for secret in (*SECRETS.values(), DATABASE):
            say(f"posting to {secret} failed")
            say(Line(f"trouble {secret}", "trouble", trouble=secret, deep={secret: [secret]}))

    _assert_clean(capsys.readouterr().out)


def test_a_fault_shows_no_secret_with_or_without_traceback(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [run_command(arguments) for arguments in (["events"], ["--debug", "events"], ["--debug", "outlets"])]

    said = capsys.readouterr()
    assert 1 in codes and "Traceback" in said.err
    _assert_clean(said.out + said.err)


@pytest.mark.parametrize("broken", ['password = ["{}"]', 'port = "{}"', 'pasword = "{}"', 'security = "{}"'])
def test_settings_that_do_not_load_show_nothing_of_what_is_written(
    clean_folder: Path, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (clean_folder / "twinwatch.toml").write_text("[email]\n" + broken.format(PASSWORD), "utf-8")

    assert run_command(["--debug", "events"]) == 1

    _assert_clean(capsys.readouterr().err)


def test_the_doctor_shows_no_secret(config: Path, clock: FakeClock) -> None:
    findings = list(examine(Application(load_settings(config), clock)))

    _assert_clean(repr(findings))


def test_no_page_and_no_error_of_the_dashboard_shows_a_secret(
    config: Path, application: Application, sqlite_address: str, clock: FakeClock
) -> None:
    application.settings = load_settings(config, database_url=sqlite_address)
    browser = TestClient(make_app(application), base_url="http://localhost", follow_redirects=True)
    pages = ("/login", "/", "/events", "/outlets", "/digests", "/runs", "/ties", "/nowhere", "/healthz")

    said = "".join(
        answer.text + repr(answer.headers)
        for page in pages for answer in (browser.get(page), browser.get(page, headers={
            "Authorization": f"Bearer {TOKEN}"})))

    _assert_clean(said)


def test_a_traceback_through_an_error_with_a_secret_is_blotted_out() -> None:
    hide = Hider({PASSWORD, "abc"})

    try:
        raise ValueError(f"cannot log in with {PASSWORD}, abc")
    except ValueError as error:
        told = hide("".join(traceback.format_exception(error)))

    assert PASSWORD not in told and "cannot log in with ***, abc" in told


# Names and fields


def test_json_lines_have_an_instant_a_name_and_fields(
    clean_folder: Path, clock: FakeClock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINWATCH_LOG__FORMAT", "json")
    say = make_say(clock, load_settings())
    run = describe_run("thanhnien", "fine", "", {"feeds_read": 1, "saved": 2})

    for line in (Line("3 new events", "events_found", events=3), run.to_json(), "what a library says"):
        say(line)

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["events_found", "run_ended", "said"]
    assert all(line["at"] == clock().isoformat() for line in lines)
    assert lines[0]["events"] == 3 and lines[1]["counts"]["saved"] == 2
    assert lines[2]["message"] == "what a library says"


def test_text_stays_the_default(
    clean_folder: Path, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    make_say(clock, load_settings())(describe_wave({"fine": 1}, {}, 2.0))

    said = r"wave: 1 outlet asked: 1 with something new, 0 unchanged, 0 failed; 0 new entries; 2 s"
    assert re.fullmatch(rf"\d\d:\d\d:\d\d  {said}\n", capsys.readouterr().out)


SPEAKING = """
import sys
from monitor.logging_lines import make_say
from seeds.settings import load_settings
from storage.clock import utc_now
say = make_say(utc_now, load_settings())
sys.stdin.readline()
say("one")
say("two")
print("went on", file=sys.stderr)
"""


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("disk_is_full", [False, True])
def test_a_service_goes_on_where_its_lines_cannot_be_written(
    clean_folder: Path, form: str, disk_is_full: bool
) -> None:
    environment = {**os.environ, "TWINWATCH_LOG__FORMAT": form, "PYTHONPATH": str(ROOT)}
    with open("/dev/full" if disk_is_full else os.devnull, "w", encoding="utf-8") as file:
        child = subprocess.Popen(
            [sys.executable, "-c", SPEAKING], env=environment, text=True, stdin=subprocess.PIPE,
            stdout=file if disk_is_full else subprocess.PIPE, stderr=subprocess.PIPE)
    if child.stdout is not None:
        child.stdout.close()
    assert child.stdin is not None and child.stderr is not None

    with child, child.stdin:
        child.stdin.write("go\n")
        child.stdin.flush()
        said = child.stderr.read()

    assert said.startswith("went on")
    assert disk_is_full or child.returncode == 0


def test_a_record_of_a_library_is_one_line(clean_folder: Path) -> None:
    said: list[str] = []
    import logging

    handler = SayHandler(said.append)
    handler.emit(logging.LogRecord("scrapy", logging.WARNING, "f", 1, "two\nlines %s", ("x",), sys.exc_info()))

    (line,) = said
    assert isinstance(line, Line) and line == "two lines x"
    assert (line.event, line.fields["logger"], line.fields["level"]) == ("log_record", "scrapy", "warning")


@pytest.mark.parametrize("text", ['{"event"', '{"event": "a"', "{}", "plain", '{"other": 1}'])
def test_what_is_no_line_of_ours_stays_text(text: str) -> None:
    assert parse_json(text) is None


def test_the_readme_names_every_event() -> None:
    used = {
        name for room in ("monitor", "crawler") for path in (ROOT / room).rglob("*.py")
        for name in EVENTS.findall(path.read_text("utf-8"))
    }
    text = (ROOT / "README.md").read_text("utf-8")

    missing = [name for name in sorted(used | {"said", "log_record"}) if f"`{name}`" not in text]

    assert len(used) > 12 and not missing, missing


# Files


@pytest.mark.parametrize(("mode", "is_named"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_file_with_secrets_that_others_can_read_is_named(config: Path, mode: int, is_named: bool) -> None:
    config.chmod(mode)

    found = find_open_files(load_settings(config), config)

    assert [one.path for one in found] == ([config] if is_named else [])


@pytest.mark.parametrize(("written", "is_named"), [
    ('database_url = "postgresql://tw@h/t"', False), ('database_url = "postgresql://tw:pass@h/t"', True),
    ('database_url = "postgresql://tw:pa/ss@h/t"', True), ('database_url = "postgresql://h:5432/t"', False),
    ('[email]\nusername = "tw"', False), ('[email]\npassword = "x"', True), ('[email]\npassword = ""', False),
])
def test_a_file_without_a_secret_may_be_read(clean_folder: Path, written: str, is_named: bool) -> None:
    path = clean_folder / "twinwatch.toml"
    path.write_text(written)
    path.chmod(0o644)

    assert bool(find_open_files(load_settings(path), path)) is is_named


@pytest.mark.parametrize(("mode", "name", "command"), [
    (0o755, "", "chmod 700 {}"), (0o644, "link.key", "chmod 600 {}"), (0o644, "twinwatch.db", "chmod 600 {}"),
    (0o640, "twinwatch.db-wal", "chmod 600 {}"), (0o604, "twinwatch.db.before-restore-1", "chmod 600 {}"),
    (0o644, "deliveries.jsonl", "chmod 600 {}"),
])
def test_what_lies_in_the_folder_of_data_and_others_can_read_is_named(
    config: Path, mode: int, name: str, command: str
) -> None:
    settings, folder = load_settings(config), config.parent / "data"
    settings.data_dir, settings.database_url = folder, ""
    folder.mkdir(mode=0o700)
    stored = ("twinwatch.db", "twinwatch.db-wal", "twinwatch.db.before-restore-1")
    for file in ("link.key", *stored, "deliveries.jsonl", "other.txt"):
        (folder / file).touch(mode=0o600)
    (folder / "other.txt").chmod(0o644)
    config.chmod(0o600)
    assert find_open_files(settings, config) == []

    (folder / name).chmod(mode)

    (found,) = find_open_files(settings, config)
    assert found.advice == command.format(folder / name) and found.say().endswith(f"`{found.advice}`")


def test_the_file_of_a_secret_is_looked_at(clean_folder: Path) -> None:
    secret = clean_folder / "password"
    secret.write_text("x")
    secret.chmod(0o644)
    path = clean_folder / "twinwatch.toml"
    path.write_text(f'[email]\npassword_file = "{secret}"')

    assert [one.path for one in find_open_files(load_settings(path), path)] == [secret]
