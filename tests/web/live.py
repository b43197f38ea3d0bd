"""A dashboard on a real port for tests with a real browser: a small store with years in it, and three fresh events."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.application import Application
from monitor.web.serving import Dashboard
from seeds.catalogue import Catalogue
from seeds.settings import Settings
from seeds.subscription import Subscription
from tests.bench.large_store import NOW, SUBSCRIPTION, LargeStore
from tests.fake_clock import FakeClock
from tests.web.desk import save_happenings

# A name of this machine, so that no password is asked for; with it digests have links.
PUBLIC_URL = "http://localhost"


def make_live_application(folder: Path, database: str, catalogue: Catalogue, **web: object) -> Application:
    """An application on `database` with a reader's subscription."""
    subscription = Subscription.model_validate(
        {"name": SUBSCRIPTION, "notifier": "email", "recipients": ["desk@city.example"], "hour": 7}
    )
    settings = Settings(data_dir=folder, database_url=database, subscription=[subscription])
    changed = settings.web.model_validate({**settings.web.model_dump(), "port": 0, "public_url": PUBLIC_URL, **web})
    made = Application(settings.model_copy(update={"web": changed}), FakeClock(NOW))
    made.catalogue = catalogue
    return made


def fill(application: Application) -> None:
    """A hundred and twenty old events, and three of Huế and Chungcheongnam whose text is whole."""
    LargeStore(events=120, articles=300, ties=40, waves=2).fill(application.store)
    save_happenings(application.store, "huengaynay", "thanhnien", "tuoitre", at=NOW)


@contextmanager
def serve(application: Application) -> Iterator[str]:
    """Serves its dashboard from a thread; the address without the slash."""
    dashboard, loop = Dashboard(application), asyncio.new_event_loop()
    stopped = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(dashboard.serve(stopped)))
    thread.start()
    try:
        yield dashboard.url.rstrip("/")
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()
