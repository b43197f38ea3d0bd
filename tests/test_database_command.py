"""`twinwatch db`: from an empty database to today's tables, and again; what tidying does to rows and to the disk."""

import os
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from monitor.commands.database import _progress, register
from storage.errors import StoreError
from storage.store import open_store
from storage.upgrade import newest_revision
from tests.factories import OUTLET, new_article, save_entry
from tests.fake_clock import START_AT


def _run(monkeypatch: pytest.MonkeyPatch, address: str, *arguments: str) -> str:
    monkeypatch.setenv("TWINWATCH_DATABASE_URL", address)
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, ["db", *arguments])
    if isinstance(result.exception, StoreError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_it_says_from_which_revision_to_which(monkeypatch: pytest.MonkeyPatch, empty_database: str) -> None:
    first = _run(monkeypatch, empty_database, "upgrade")
    again = _run(monkeypatch, empty_database, "upgrade")

    assert first == f"Upgraded: empty -> {newest_revision()}.\n"
    assert again == f"Up to date: revision {newest_revision()}.\n"
    open_store(empty_database).close()


def test_its_help_has_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "twinwatch db upgrade" in _run(monkeypatch, "sqlite://", "upgrade", "--help")


def test_an_unusable_address_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match=r"^database_url: 'mysql' is not supported"):
        _run(monkeypatch, "mysql://u:p@h/d", "upgrade")


def test_tidying_says_what_happens_to_the_rows_and_what_to_the_disk(
    monkeypatch: pytest.MonkeyPatch, sqlite_address: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("TWINWATCH_DATA_DIR", str(tmp_path))
    with closing(open_store(sqlite_address)) as store:
        for number in range(20):
            entry_id = save_entry(store, number)
            store.articles.save(entry_id, new_article(number, text=f"Huế {number}"), backlog=False, at=START_AT,
                                page=os.urandom(1_000_000))
        long_ago = START_AT - timedelta(days=500)
        store.runs.start_run(store.runs.start_wave(long_ago), OUTLET, long_ago)
    (tmp_path / "backups" / ".backup-killed").mkdir(parents=True)
    (tmp_path / "backups" / ".backup-killed" / "plain.db").write_bytes(b"x" * 2_000_000)
    path = tmp_path / "twinwatch.db"

    preview = _run(monkeypatch, sqlite_address, "tidy")
    size = path.stat().st_size
    done = _run(monkeypatch, sqlite_address, "tidy", "--apply")

    rows = r"20 raw pages \(20\.\d MB\), 1 run, 1 wave"
    left = r"and 2\.0 MB that killed backups left"
    assert re.search(rf"^Would remove {rows} {left}; --apply does so\.$", preview, re.M), preview
    assert re.search(r"^twinwatch\.db \(2\d\.\d MB, .* free\) would give about \d\d\.\d MB back", preview, re.M)
    assert re.search(rf"^Removed {rows} {left}\.$", done, re.M), done
    given = re.search(r"^twinwatch\.db gave ([\d.]+) MB back to the disk: [\d.]+ MB, [\d.]+ MB of it free", done, re.M)
    assert given and (size - path.stat().st_size) / 1e6 == pytest.approx(float(given[1]), abs=0.2)
    assert list((tmp_path / "backups").iterdir()) == []


def test_what_tidying_says_of_the_disk_beforehand_is_what_it_does_where_little_is_free(
    monkeypatch: pytest.MonkeyPatch, sqlite_address: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("TWINWATCH_DATA_DIR", str(tmp_path))
    with closing(open_store(sqlite_address)) as store:
        entry_id = save_entry(store, 1)
        store.articles.save(entry_id, new_article(1, text="Huế"), backlog=False, at=START_AT, page=os.urandom(900_000))
    path = tmp_path / "twinwatch.db"

    preview = _run(monkeypatch, sqlite_address, "tidy")
    size = path.stat().st_size
    done = _run(monkeypatch, sqlite_address, "tidy", "--apply")

    assert preview.startswith("Would remove 1 raw page") and done.startswith("Removed 1 raw page")
    assert all("stays as large: what is free, little beyond a tenth" in said for said in (preview, done))
    assert path.stat().st_size == size


def test_tidying_an_older_store_says_that_it_stays_as_large_and_what_makes_it_smaller(
    monkeypatch: pytest.MonkeyPatch, sqlite_address: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("TWINWATCH_DATA_DIR", str(tmp_path))
    with closing(sqlite3.connect(tmp_path / "twinwatch.db")) as connection:
        connection.execute("PRAGMA auto_vacuum=NONE")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")

    done = _run(monkeypatch, sqlite_address, "tidy", "--apply")
    compacted = _run(monkeypatch, sqlite_address, "compact")

    assert done.startswith("Nothing is over its limit.\n")
    assert "stays as large: free room is used again first. `twinwatch db compact` makes it smaller." in done
    assert re.fullmatch(r"Compacted: [\d.]+ MB -> [\d.]+ MB\.\n", compacted)


def test_whoever_breaks_off_hears_that_nothing_was_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), _progress() as note:
        note("articles", 1, 2)
        raise KeyboardInterrupt

    assert "nothing was written" in capsys.readouterr().err
