"""Fixtures of the tests above the store: an application with nothing in it, and seeds that are loaded once."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.application import Application
from monitor.judging.judge import Knowledge, load_knowledge
from seeds.catalogue import Catalogue, load_catalogue
from seeds.settings import load_settings
from tests.fake_clock import FakeClock


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def clean_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and no setting in the environment."""
    for name in [name for name in os.environ if name.startswith("TWINWATCH_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def make_application(
    clean_folder: Path, sqlite_address: str, clock: FakeClock, knowledge: Knowledge, catalogue: Catalogue
) -> Callable[[], Application]:
    """Makes applications (one per process that a test plays) on one store and one clock."""

    def make() -> Application:
        made = Application(load_settings(database_url=sqlite_address), clock)
        made.knowledge, made.catalogue = knowledge, catalogue
        return made

    return make


@pytest.fixture
def application(make_application: Callable[[], Application]) -> Application:
    return make_application()
