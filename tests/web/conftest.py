"""Fixtures of the dashboard's tests: those above the store, and a browser on a dashboard with three events."""

import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from tests.monitor.conftest import application, catalogue, clean_folder, knowledge, make_application
from tests.web.desk import open_browser, save_happenings

__all__ = ["application", "catalogue", "clean_folder", "knowledge", "make_application"]


@pytest.fixture
def browser(application: Application) -> TestClient:
    """A browser on this machine, without a password; three events of Huế and Chungcheongnam."""
    save_happenings(application.store, "huengaynay", "thanhnien", "tuoitre")
    return open_browser(application)
