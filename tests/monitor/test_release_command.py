"""A restored store without its journal is held, says so in one line, and is released by hand."""

from pathlib import Path

import pytest

from monitor.commands.main import run_command
from storage.store import open_store
from tests.fake_clock import START_AT

DESK = '[[subscription]]\nname = "desk"\nnotifier = "email"\nrecipients = ["desk@city.example"]\n'


def test_a_held_store_says_so_and_is_released_by_hand(clean_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_command(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    (clean_folder / "twinwatch.toml").write_text(DESK, "utf-8")
    store = open_store(f"sqlite:///{clean_folder / 'data' / 'twinwatch.db'}")
    store.recalls.begin_journal("another", START_AT)
    store.close()

    code, out, err = run("digest", "desk", "--send")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "digests are held" in err and "--release" in err

    assert run("deliveries", "--release")[:2] == (0, "Digests are released: the next hour composes them.\n")
    assert "digests are held" not in run("digest", "desk", "--send")[2]
    assert run("deliveries", "--release")[:2] == (0, "No digest is held, so there is nothing to release.\n")
