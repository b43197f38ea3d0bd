"""Two assessors at once on one store, and articles in any order: the same events, and the same told to everybody."""

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from monitor.application import Application
from monitor.assess import assess, group_block
from monitor.composing import compose_due, draft_digest
from monitor.judging.judge import Knowledge
from seeds.catalogue import Catalogue
from seeds.settings import load_settings
from storage.store import Store, open_store
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import (
    DIEN_BIEN,
    DIEN_BIEN_AGAIN,
    HUE_EN,
    HUE_KO,
    HUE_VI,
    NOISE,
    begin_subscriptions,
    describe,
    make_subscription,
    save_story,
    subscribe,
)

HUE_BLOCK = "VN-46|KR-44"
LONG = (
    "Sáng 1/3, UBND tỉnh Điện Biên và huyện Jindo (Hàn Quốc) ký thỏa thuận hợp tác về nông nghiệp. Hai bên sẽ trao "
    "đổi giống cây, mời chuyên gia và đón thanh niên nông thôn sang học nghề trong ba năm tới."
)
PRINTED = {**DIEN_BIEN, "text": LONG}
PREVIEW = {
    **HUE_VI, "title": "Huế và Chungcheongnam sắp ký kết hợp tác",
    "text": "Ngày 1/3, UBND thành phố Huế và tỉnh Chungcheongnam (Hàn Quốc) sẽ ký kết bản ghi nhớ hợp tác về giáo dục.",
}
# Number, story and the day in 2026 on which it came out: three happenings, a preview, a reprint, and noise.
STORIES: list[tuple[int, dict[str, str], datetime]] = [
    (1, HUE_VI, START_AT), (2, HUE_KO, START_AT), (3, HUE_EN, START_AT), (4, NOISE, START_AT),
    (5, PREVIEW, START_AT.replace(month=2, day=20)), (6, DIEN_BIEN, START_AT), (7, PRINTED, START_AT),
    (8, PRINTED, START_AT.replace(month=5)), (9, DIEN_BIEN_AGAIN, START_AT.replace(day=20)),
]
# By number: the happening that each story but the noise tells.
HAPPENINGS = [[1, 2, 3, 5], [6, 7, 8], [9]]


@pytest.fixture
def applications(
    clean_folder: Path, database: str, clock: FakeClock, knowledge: Knowledge, catalogue: Catalogue
) -> Iterator[tuple[Application, Application]]:
    """Two on one store, as two processes are, with one subscription that has begun; on SQLite and on PostgreSQL."""
    made = []
    for _ in range(2):
        application = Application(load_settings(database_url=database), clock)
        application.knowledge, application.catalogue = knowledge, catalogue
        subscribe(application, make_subscription())
        made.append(application)
    begin_subscriptions(made[0])
    clock.advance(minutes=30)
    yield made[0], made[1]
    for application in made:
        application.store.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_two_assessors_while_articles_come_in_any_order_make_each_event_once(
    applications: tuple[Application, Application], clock: FakeClock, seed: int
) -> None:
    one, other = applications
    order = random.Random(seed).sample(STORIES, len(STORIES))
    done = Event()

    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(_assess_until, done, application) for application in (one, other)]
        pool.submit(_save_all, one.store, order, done).result()
        for assessor in work:
            assessor.result()

    assert _partition(one.store) == _expected()
    assert sorted(_tell(other, clock)) == _expected()
    assert one.store.events.untold("desk") == []


def test_what_is_told_and_shown_does_not_depend_on_the_order_of_arrival(
    applications: tuple[Application, Application], tmp_path: Path, sqlite_template: Path
) -> None:
    _, other = applications
    other.store.close()
    other.store = open_store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'other.db')}")
    begin_subscriptions(other)
    outcomes = []

    for run, application in enumerate(applications):
        for number, story, at in random.Random(7 + run).sample(STORIES, len(STORIES)):
            save_story(application.store, story, number, published_at=at)
            assess(application)  # after each, so that events grow, join and part
        outcomes.append((describe(application.store.events.find()), sorted(_told(application))))

    assert outcomes[0] == outcomes[1]
    assert outcomes[0][1] == _expected()


def test_two_that_group_one_block_at_the_same_time_make_its_events_once(
    applications: tuple[Application, Application], clock: FakeClock
) -> None:
    store = applications[0].store
    for number, story, at in STORIES[:5]:
        save_story(store, story, number, published_at=at)
    assess(applications[0])
    before = describe(store.events.find())

    for _ in range(5):
        _together(lambda application: group_block(application, HUE_BLOCK), applications)

    assert describe(store.events.find()) == before
    assert len(_told(applications[1])) == 1


def test_an_assessor_that_saves_what_it_read_long_ago_loses_no_story(
    applications: tuple[Application, Application], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = applications
    save_story(slow.store, HUE_VI, 1)
    assess(slow)
    read_long_ago = slow.store.events.block_facts(HUE_BLOCK)
    save_story(quick.store, HUE_KO, 2)
    assess(quick)

    with monkeypatch.context() as patch:
        patch.setattr(slow.store.events, "block_facts", lambda block: read_long_ago)
        group_block(slow, HUE_BLOCK)
    assess(quick)

    assert _partition(quick.store) == [[1, 2]]


def test_an_article_told_about_before_the_rest_comes_is_not_told_again(
    applications: tuple[Application, Application], clock: FakeClock
) -> None:
    one, other = applications
    early = [story for story in STORIES if story[0] in (2, 5, 8)]
    for number, story, at in early:
        save_story(one.store, story, number, published_at=at)
    _together(assess, applications)
    assert sorted(_tell(one, clock)) == [[2, 5], [8]]

    for number, story, at in [story for story in STORIES if story not in early][::-1]:
        save_story(other.store, story, number, published_at=at)
    _together(assess, applications)
    clock.advance(days=1)

    assert _partition(one.store) == _expected()
    assert _told(other) == [[9]]


def _assess_until(done: Event, application: Application) -> None:
    """Assesses as long as articles come, and once more after the last; where the other is at work, it goes on."""
    is_last = False
    while not is_last:
        is_last = done.is_set()
        while assess(application).busy:
            pass


def _save_all(store: Store, stories: Sequence[tuple[int, dict[str, str], datetime]], done: Event) -> None:
    try:
        for number, story, at in stories:
            save_story(store, story, number, published_at=at)
    finally:
        done.set()


def _together(work: Callable[[Application], Any], applications: Sequence[Application]) -> None:
    barrier = Barrier(len(applications))

    def begin(application: Application) -> None:
        barrier.wait(timeout=60)
        work(application)

    with ThreadPoolExecutor(len(applications)) as pool:
        for result in [pool.submit(begin, application) for application in applications]:
            result.result()


def _tell(application: Application, clock: FakeClock) -> list[list[int]]:
    """Composes the digest that is due at eight; the stories of each event that it tells."""
    told = _told(application)
    clock.advance(minutes=90)
    assert len(compose_due(application)) == 1
    return told


def _told(application: Application) -> list[list[int]]:
    [subscription] = application.subscriptions
    events = {event.id: event for event in application.store.events.find()}
    return [_numbers(events[event_id]) for event_id in draft_digest(application, subscription).told]


def _partition(store: Store) -> list[list[int]]:
    return sorted(_numbers(event) for event in store.events.find())


def _numbers(event: Any) -> list[int]:
    return sorted(int(article.url.rsplit("/", 1)[1]) for article in event.articles)


def _expected() -> list[list[int]]:
    return sorted(HAPPENINGS)
