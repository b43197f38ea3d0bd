"""The service gives back the memory of what it has done, and collects nothing while it is idle."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from monitor.application import Application
from monitor.crawl import CrawlRequest
from monitor.schedule import Service


@pytest.fixture
def quiet_collector() -> Iterator[None]:
    """The collector works only where it is called."""
    gc.disable()
    yield
    gc.enable()


class Circle:
    """Holds itself, so that only the collector can remove it."""

    def __init__(self) -> None:
        self.itself = self


def test_the_memory_of_a_wave_is_given_back_and_of_idle_ticks_nothing_is_collected(
    application: Application, quiet_collector: None
) -> None:
    async def crawl(request: CrawlRequest) -> int:
        return 0

    update = {"contact": "desk@city.example", "outlets": ["huengaynay"]}
    crawling = application.settings.crawl.model_copy(update=update)
    application.settings = application.settings.model_copy(update={"crawl": crawling})
    application.store.outlets.register(application.watched)
    service = Service(application, print, crawl)
    asyncio.run(service.tidy_tick())  # the day's own tidying
    circle = weakref.ref(Circle())

    asyncio.run(service.tidy_tick())
    is_kept = circle() is not None
    asyncio.run(service.crawl_tick())
    asyncio.run(service.tidy_tick())

    assert is_kept
    assert circle() is None
