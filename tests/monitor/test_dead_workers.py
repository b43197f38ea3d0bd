"""A service that gives its crawls to workers says so when none of them lives."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.application import Application
from monitor.doctor import examine
from monitor.illness import find_illnesses
from monitor.judging.judge import Knowledge
from monitor.metrics import make_metrics
from monitor.queue import CrawlQueue
from monitor.schedule import Service
from monitor.workers import look_at_workers
from seeds.catalogue import Catalogue
from seeds.sections import CrawlSettings
from seeds.settings import load_settings
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import visit_all
from tests.postgres import TestServer


@pytest.fixture
def giving(
    clean_folder: Path, postgres: TestServer, clock: FakeClock, knowledge: Knowledge, catalogue: Catalogue
) -> Iterator[Application]:
    """An application on PostgreSQL whose outlets are crawled by workers, if there are any."""
    address = postgres.make_upgraded()
    made = Application(load_settings(database_url=address, data_dir=clean_folder), clock)
    made.knowledge, made.catalogue = knowledge, catalogue
    made.settings.crawl = CrawlSettings(
        contact="desk@example.org", outlets=["huengaynay", "thanhnien"], queue=True)
    made.store.outlets.register(made.watched)
    yield made
    made.store.close()
    postgres.drop(address)


def _doctor(application: Application) -> tuple[str, str]:
    [found] = [finding for finding in examine(application) if finding.check == "workers"]
    return found.state, found.said


@pytest.mark.parametrize("visited", [False, True])
def test_an_hour_without_any_worker_is_an_illness_although_what_is_given_out_is_due_no_more(
    giving: Application, clock: FakeClock, visited: bool
) -> None:
    visit_all(giving)
    service = Service(giving, lambda line: None, queue=CrawlQueue(giving.settings.database_address))

    for _ in range(13):
        clock.advance(minutes=5)
        asyncio.run(service.crawl_tick())
        if visited:
            visit_all(giving)

    assert giving.store.outlets.find_due(giving.watched, clock()) == []
    assert ("no_wave" in find_illnesses(giving, START_AT).ill) is not visited


def test_doctor_and_figures_count_workers_and_what_waits_for_them(giving: Application, clock: FakeClock) -> None:
    none_yet = _doctor(giving)
    queue, seen = CrawlQueue(giving.settings.database_address), []

    async def crawl(batch: Sequence[str], until: datetime) -> None:
        seen.append((_doctor(giving), look_at_workers(giving)))

    async def give_out_and_work() -> None:
        async with queue.open():
            await queue.hand_out(giving, list(giving.watched))
            seen.append((_doctor(giving), look_at_workers(giving)))
            await queue.work(crawl, until_empty=True)

    asyncio.run(give_out_and_work())
    families = {family.name: family for family in text_string_to_metric_families(make_metrics(giving))}

    [((dead, said), before), *_, ((alive, _), last)] = seen
    assert none_yet == ("warning", "no queue yet")
    assert dead == "wrong" and said.startswith(f"0 at work; {len(seen) - 1} batches wait, 0 are under way, the oldest")
    assert alive == "fine" and before and last
    assert (astuple(before)[:3], astuple(last)[:3]) == ((0, len(seen) - 1, 0), (1, 0, 1))
    assert before.oldest_seconds > 0 == last.oldest_seconds
    assert [one.value for one in families["twinwatch_queue_batches"].samples] == [0, 0]
    assert {"twinwatch_workers", "twinwatch_queue_oldest_seconds"} <= families.keys()


def test_a_service_that_crawls_by_itself_has_no_workers(application: Application) -> None:
    assert look_at_workers(application) is None
    assert "twinwatch_workers" not in make_metrics(application)
    assert [finding for finding in examine(application) if finding.check == "workers"] == []
