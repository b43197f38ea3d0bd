"""Whether the service is ready: a store whose file was taken away under it is none."""

import shutil

from monitor.application import Application
from storage.engine import find_file
from tests.fake_clock import FakeClock
from tests.web.desk import open_browser


def test_a_service_whose_store_was_moved_or_replaced_under_it_is_not_ready(
    application: Application, clock: FakeClock
) -> None:
    browser, file = open_browser(application), find_file(application.settings.database_address)
    application.store.leases.acquire("scheduler", "service", clock(), 90)
    assert file
    aside, sound = file.with_suffix(".aside"), browser.get("/readyz")
    file.rename(aside)
    gone = browser.get("/readyz")
    shutil.copy(aside, file)
    other = browser.get("/readyz")
    aside.replace(file)

    assert [one.status_code for one in (sound, gone, other, browser.get("/readyz"))] == [200, 503, 503, 200]
    assert gone.json()["reasons"] == [f"database: {file} is gone"]
    assert other.json()["reasons"] == [f"database: another {file} stands there since the service began"]
