"""The whole job on the newsroom: real crawl, judging and digests, to a real mail receiver and a Slack stand-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.application import Application
from monitor.demo.show import SETTINGS, Stage, open_stage, play, settings_from
from seeds.newsroom.values import ExpectedEvent
from storage.clock import utc_now
from storage.repository.events import EventFilter
from storage.values import EventView


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def stage(folder: Path) -> Iterator[Stage]:
    """The newsroom and both receivers, after one crawl with its digests."""
    with open_stage(folder, utc_now) as opened:
        play(opened, folder)
        yield opened


@pytest.fixture(scope="module")
def events(stage: Stage, folder: Path) -> list[EventView]:
    with settings_from(folder / SETTINGS):
        application = Application()
        found = application.store.events.find(EventFilter(verdict="yes"))
        application.store.close()
    return found


def find_addresses(event: ExpectedEvent | EventView) -> frozenset[str]:
    if isinstance(event, ExpectedEvent):
        return frozenset(url for urls in event.urls.values() for url in urls)
    return frozenset(article.url for article in event.articles)


def test_every_true_event_is_found_once_with_all_its_pages_and_no_noise_beside_it(
    stage: Stage, events: list[EventView]
) -> None:
    expected = {event.id: find_addresses(event) for event in stage.newsroom.expected()}

    found = sorted(map(find_addresses, events), key=sorted)

    assert found == sorted(expected.values(), key=sorted)


def test_the_main_pair_of_every_event_is_right(stage: Stage, events: list[EventView]) -> None:
    found = {find_addresses(event): event.pairs[0] for event in events}

    wrong = {e.id for e in stage.newsroom.expected() if found.get(find_addresses(e)) != e.pairs[0]}

    assert wrong == set()


def test_only_news_is_told_and_the_backlog_only_kept(stage: Stage, events: list[EventView]) -> None:
    told = {find_addresses(event) for event in stage.newsroom.expected() if event.told}

    news = {find_addresses(event) for event in events if not event.backlog}

    assert news == told


def test_each_reader_gets_one_message_that_tells_each_event_once(stage: Stage) -> None:
    told = [event for event in stage.newsroom.expected() if event.told]

    mails = [[line.strip() for line in mail.part("plain").splitlines()] for mail in stage.mail.messages]

    assert sorted(mail.recipients[0] for mail in stage.mail.messages) == ["desk@city.example", "desk@gun.example"]
    assert len(stage.slack.posts) >= 1
    for mail in mails:
        for event in told:
            assert [mail.count(url) for url in find_addresses(event)] == [1] * len(find_addresses(event))


def test_backlog_is_in_no_message(stage: Stage) -> None:
    old = [url for event in stage.newsroom.expected() if not event.told for url in find_addresses(event)]

    assert [url for url in old for mail in stage.mail.messages if url in mail.part("plain")] == []


def test_a_second_run_on_the_same_data_sends_nothing(stage: Stage, folder: Path) -> None:
    before = len(stage.mail.messages), len(stage.slack.posts)

    told = play(stage, folder)

    assert told == 0
    assert (len(stage.mail.messages), len(stage.slack.posts)) == before


def test_the_newsroom_was_asked_politely(stage: Stage) -> None:
    counters = stage.newsroom.counters

    assert {outlet_id: count.max_at_once for outlet_id, count in counters.items()} == dict.fromkeys(counters, 1)
    assert {outlet_id: count.disallowed for outlet_id, count in counters.items()} == dict.fromkeys(counters, 0)
    assert all(count.robots for count in counters.values())
