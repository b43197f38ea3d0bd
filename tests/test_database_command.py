"""`twinwatch db upgrade`: from an empty database to today's tables, and again, on both databases."""

import pytest
import typer
from typer.testing import CliRunner

from monitor.commands.database import register
from storage.errors import StoreError
from storage.store import open_store
from storage.upgrade import newest_revision


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
