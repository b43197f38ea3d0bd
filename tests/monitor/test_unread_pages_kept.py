"""From the store to the digest: pages that were announced and not fetched are told until they are settled."""

from datetime import timedelta

import pytest

from monitor.application import Application
from monitor.composing import compose_due
from monitor.digests.content import Coverage, DigestContent
from monitor.digests.lead import make_lead
from monitor.digests.wording import load_wording
from storage.values import OutletState
from tests.factories import save_entry
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import begin_subscriptions, subscribe

PAPER = "huengaynay"
WAVE = timedelta(minutes=10)


@pytest.fixture
def desk(application: Application, clock: FakeClock) -> Application:
    subscribe(application)
    begin_subscriptions(application)
    application.store.outlets.register(application.watched)
    for outlet_id in application.watched:
        application.store.outlets.save_state(OutletState(outlet_id, "fine", START_AT, last_seen_at=START_AT))
    clock.advance(hours=2)
    return application


def compose(desk: Application) -> DigestContent:
    assert len(compose_due(desk)) == 1
    last = desk.store.digests.last_digest("desk")
    assert last is not None
    return DigestContent.from_json(last.content)


def count(coverage: Coverage) -> tuple[int, int]:
    (paper,) = [outlet for outlet in coverage.outlets if outlet.outlet_id == PAPER]
    assert (coverage.late, coverage.arriving) == (paper.late, paper.arriving)
    return paper.late, paper.arriving


def test_pages_beyond_a_waves_budget_are_told_until_they_are_read(desk: Application, clock: FakeClock) -> None:
    entries = [save_entry(desk.store, number, START_AT, outlet_id=PAPER) for number in range(1, 4)]
    desk.store.entries.save_outcome(entries[0], "saved", "", clock.now())

    first = compose(desk)
    for entry_id in entries[1:]:
        desk.store.entries.save_outcome(entry_id, "screened_out", "", clock.now())
    clock.advance(days=1)
    second = compose(desk)

    assert count(first.coverage) == (2, 0)
    assert "2 pages of 1 outlet still wait to be read" in make_lead(first, load_wording("en"))
    assert count(second.coverage) == (0, 0)
    assert "wait" not in make_lead(second, load_wording("en"))


def test_what_the_last_wave_may_still_be_reading_is_no_backlog_and_what_it_tried_in_vain_is(
    desk: Application, clock: FakeClock,
) -> None:
    now = clock.now()
    save_entry(desk.store, 1, now - WAVE, outlet_id=PAPER)
    save_entry(desk.store, 2, now - WAVE - timedelta(seconds=1), outlet_id=PAPER)
    tried = save_entry(desk.store, 3, now - timedelta(minutes=1), outlet_id=PAPER)
    desk.store.entries.postpone(tried, "timeout", now + timedelta(hours=1))

    assert count(compose(desk).coverage) == (2, 1)


def test_what_can_be_no_news_is_not_waited_for(desk: Application) -> None:
    old = START_AT - timedelta(days=9)
    save_entry(desk.store, 1, START_AT, outlet_id=PAPER, backlog=True, published_at=old)
    save_entry(desk.store, 2, START_AT, outlet_id=PAPER, backlog=True)  # its page may be of today

    assert count(compose(desk).coverage) == (1, 0)
