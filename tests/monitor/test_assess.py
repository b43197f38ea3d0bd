"""The assessor: each saved article judged once, each event made once, whoever is killed or comes in between."""

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from monitor import assess as assess_module
from monitor.application import Application
from monitor.assess import LEASE, LEASE_SECONDS, assess, find_new_ties
from monitor.composing import draft_digest, save_draft
from monitor.judgements import split_article
from monitor.judging.judge import Knowledge
from storage.repository.events import EventFilter
from storage.store import Store, open_store
from tests.factories import event_row, new_digest, new_fact, new_verdict
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
    save_story,
    subscribe,
)


class Killed(BaseException):
    """Stands for the end of a process at some step."""


def test_stories_of_three_languages_are_one_event_and_noise_is_none(application: Application) -> None:
    for number, story in enumerate((HUE_VI, HUE_KO, NOISE, HUE_EN)):
        save_story(application.store, story, number)

    found = assess(application)

    assert (found.judged, found.flagged, len(found.new_events)) == (4, 3, 1)
    [event] = application.store.events.find()
    assert event.pairs == (("VN-46", "KR-44"),)
    assert {article.lang for article in event.articles} == {"vi", "ko", "en"}
    assert 0.9 < event.score <= 1


def test_a_second_round_finds_nothing_to_do(application: Application) -> None:
    save_story(application.store, HUE_VI)
    assess(application)

    assert assess(application) == assess_module.Assessment()


def test_the_order_in_which_articles_come_does_not_matter(
    make_application: Callable[[], Application], tmp_path: Path, sqlite_template: Path
) -> None:
    stories = {1: HUE_VI, 2: HUE_KO, 3: HUE_EN, 4: DIEN_BIEN}
    outcomes = []

    for run, order in enumerate([(1, 2, 3, 4), (4, 3, 2, 1), (2, 4, 1, 3)]):
        application = make_application()
        (tmp_path / f"{run}.db").write_bytes(sqlite_template.read_bytes())
        application.store = open_store(f"sqlite:///{tmp_path / f'{run}.db'}")
        for number in order:
            save_story(application.store, stories[number], number)
            assess(application)  # one by one, so that every event grows
        outcomes.append(describe(application.store.events.find()))

    assert len(outcomes[0]) == 2
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_a_later_article_joins_the_event_that_was_told_and_is_not_news(application: Application) -> None:
    store = application.store
    store.digests.begin_subscription("desk", START_AT)
    save_story(store, HUE_VI, 1)
    [told] = assess(application).new_events
    _tell(store, told)

    save_story(store, HUE_KO, 2)
    found = assess(application)

    assert found.judged == 1 and found.new_events == ()
    assert len(store.events.find()[0].articles) == 2
    assert store.events.untold("desk") == []


def test_an_assessor_killed_between_verdict_and_grouping_is_followed(
    application: Application, make_application: Callable[[], Application], monkeypatch: pytest.MonkeyPatch,
    clock: FakeClock,
) -> None:
    save_story(application.store, HUE_VI)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(assess_module, "group_block", _raise(Killed()))
        assess(application)
    assert application.store.events.find() == []

    clock.advance(seconds=LEASE_SECONDS)
    found = assess(make_application())

    assert found.judged == 0 and len(found.new_events) == 1


@pytest.mark.parametrize("step", ["ties.save", "events.save_block"])
def test_an_assessor_killed_while_it_saves_a_block_makes_the_tie_new_all_the_same(
    application: Application, monkeypatch: pytest.MonkeyPatch, step: str, clock: FakeClock
) -> None:
    save_story(application.store, DIEN_BIEN)
    subject, method = step.split(".")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(getattr(application.store, subject), method, _raise(Killed()))
        assess(application)

    clock.advance(seconds=LEASE_SECONDS)
    assess(application)

    [event] = application.store.events.find()
    assert event.new_tie
    assert [tie.events for tie in application.store.ties.all()] == [1]


def test_articles_saved_by_a_crawl_that_was_killed_are_assessed_by_the_next_round(
    application: Application, make_application: Callable[[], Application]
) -> None:
    save_story(application.store, HUE_VI)
    application.store.close()

    assert len(assess(make_application()).new_events) == 1


def test_of_two_assessors_at_once_one_works(application: Application, clock: FakeClock) -> None:
    save_story(application.store, HUE_VI)
    application.store.leases.acquire(LEASE, "another", clock(), LEASE_SECONDS)

    assert assess(application).busy
    clock.advance(seconds=LEASE_SECONDS)
    assert assess(application).judged == 1


def test_an_assessor_that_lost_its_lease_leaves_the_rest_to_the_other(
    application: Application, clock: FakeClock
) -> None:
    for number, story in enumerate((HUE_VI, HUE_KO, HUE_EN)):
        save_story(application.store, story, number)

    def lose(judged: int) -> None:
        clock.advance(seconds=LEASE_SECONDS)
        application.store.leases.acquire(LEASE, "another", clock(), LEASE_SECONDS)

    found = assess(application, lose)

    assert (found.judged, found.new_events) == (1, ())
    assert len(application.store.articles.unjudged(9)) == 2


def test_a_stopping_assessor_stops_after_the_article_in_hand(application: Application) -> None:
    for number, story in enumerate((HUE_VI, HUE_KO)):
        save_story(application.store, story, number)
    judged: list[int] = []

    found = assess(application, judged.append, is_stopping=lambda: bool(judged))

    assert found.judged == 1
    assert assess(application).judged == 1


def test_an_article_that_the_judge_stumbles_over_is_kept_as_unsure_and_holds_up_nobody(
    application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stumbled = save_story(application.store, NOISE, 1)
    save_story(application.store, HUE_VI, 2)
    real = assess_module.judge

    def judge(story: Any, knowledge: Knowledge) -> Any:
        if story.id == str(stumbled):
            raise ValueError("odd text")
        return real(story, knowledge)

    monkeypatch.setattr(assess_module, "judge", judge)
    found = assess(application)

    assert (found.judged, len(found.new_events)) == (2, 1)
    assert application.store.articles.unjudged(9) == []
    assert f"{stumbled} https://huengaynay.example/1" in caplog.text


def test_a_block_that_cannot_be_grouped_is_told_and_waits_while_the_others_go_on(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_story(application.store, HUE_VI, 1)
    save_story(application.store, DIEN_BIEN, 2)
    real = assess_module.group_facts

    def group(facts: Any, gazetteer: Any) -> Any:
        if facts[0].block == "VN-11|KR-46":
            raise ValueError("odd day")
        return real(facts, gazetteer)

    with monkeypatch.context() as patch:
        patch.setattr(assess_module, "group_facts", group)
        found = assess(application)

    assert len(found.new_events) == 1
    assert found.stuck == ("the facts of VN-11|KR-46 cannot be grouped: ValueError: odd day",)
    assert len(assess(application).new_events) == 1


def test_what_the_judge_is_not_sure_of_is_an_event_apart_and_makes_no_tie(application: Application) -> None:
    store = application.store
    article = save_story(store, NOISE)
    fact = new_fact(vn_key="VN-11", kr_key="KR-46900", block="VN-11|KR-46")
    store.articles.save_verdict(new_verdict(article, fact, verdict="unsure"), START_AT)

    assess(application)

    assert store.events.find(EventFilter(verdict="yes")) == []
    [event] = store.events.find(EventFilter(verdict="unsure"))
    assert not event.new_tie
    assert [tie.source for tie in store.ties.all()] == []


def test_a_tie_is_new_once(application: Application) -> None:
    save_story(application.store, DIEN_BIEN, 1)
    assess(application)
    save_story(application.store, DIEN_BIEN_AGAIN, 2, published_at=START_AT.replace(day=20))
    assess(application)

    events = sorted(application.store.events.find(), key=lambda event: event.happened_on or "")
    assert [(event.happened_on, event.new_tie) for event in events] == [("2026-03-01", True), ("2026-03-20", False)]
    [tie] = application.store.ties.all()
    assert (tie.since, tie.last_event_on, tie.events, tie.source) == ("2026-03-01", "2026-03-20", 2, "events")


PAIR = (("VN-11", "KR-46900"),)
EARLY = event_row("early", pairs=PAIR, happened_on="2026-02-01")
LATE = event_row("late", pairs=PAIR, happened_on="2026-03-01")


@pytest.mark.parametrize(
    ("events", "known", "marked", "told", "expected"),
    [
        ([EARLY, LATE], (), (), (), {"early"}),
        ([EARLY, LATE], ("early",), ("early",), ("early",), {"early"}),
        ([EARLY, LATE], ("late",), ("late",), ("late",), {"late"}),
        ([EARLY, LATE], ("late",), ("late",), (), {"early"}),  # nobody was told that the late one is the first
        ([EARLY, LATE], ("late", "early"), ("late",), ("early",), {"early"}),
        ([EARLY, event_row("old", pairs=PAIR, backlog=True, happened_on=None)], ("old",), (), (), {"old"}),
        ([EARLY, event_row("unread", pairs=PAIR, happened_on=None)], ("unread",), (), (), {"early"}),
        ([event_row("e", pairs=PAIR, stage="planned")], (), (), (), set()),
        ([event_row("e", pairs=PAIR, stage="suspended")], ("e",), ("e",), ("e",), set()),
        ([event_row("e", pairs=PAIR, verdict="unsure")], (), (), (), set()),
        ([event_row("e", pairs=PAIR, verdict="no")], ("e",), ("e",), ("e",), set()),
        ([event_row("e", pairs=PAIR)], ("e",), (), (), {"e"}),  # it was unsure or planned until now
        ([event_row("e", pairs=PAIR, happened_on="2026-01-01"), LATE], ("late", "e"), ("late",), ("late",), {"late"}),
        ([event_row("e", pairs=PAIR, stage="planned", happened_on="2026-01-01"), LATE], ("e",), (), ("e",), {"late"}),
        ([event_row("e", pairs=PAIR, verdict="no"), EARLY, LATE], ("e", "late"), ("e",), ("late",), {"late"}),
        # Signed by the Hai Phong of before 2025.
        ([event_row("known", pairs=(("VN-31", "KR-28"),))], (), (), (), set()),
        ([event_row("near", pairs=(("VN-31", "KR-46900"),))], (), (), (), {"near"}),
    ],
)
def test_one_event_of_a_tie_is_the_first_to_show_it(
    events: list[Any], known: tuple[str, ...], marked: tuple[str, ...], told: tuple[str, ...], expected: set[str],
    knowledge: Knowledge,
) -> None:
    for order in permutations(events):
        assert find_new_ties(order, known, marked, told, knowledge.gazetteer) == expected


def test_the_first_of_a_tie_is_the_first_to_happen_until_readers_were_told(application: Application) -> None:
    store = application.store
    save_story(store, DIEN_BIEN_AGAIN, 2, published_at=START_AT.replace(day=20))
    assess(application)
    assert [event.new_tie for event in store.events.find()] == [True]

    save_story(store, DIEN_BIEN, 1)
    assess(application)

    assert {event.happened_on: event.new_tie for event in store.events.find()} == {
        "2026-03-01": True, "2026-03-20": False,
    }


def test_readers_who_were_told_of_a_first_one_are_told_of_no_other(application: Application) -> None:
    store = application.store
    save_story(store, DIEN_BIEN_AGAIN, 2, published_at=START_AT.replace(day=20))
    assess(application)
    store.digests.begin_subscription("desk", START_AT)
    _tell(store, store.events.find()[0].id)

    save_story(store, DIEN_BIEN, 1)
    assess(application)

    assert {event.happened_on: event.new_tie for event in store.events.find()} == {
        "2026-03-01": False, "2026-03-20": True,
    }


def test_who_was_passed_over_was_told_of_no_first_one(application: Application) -> None:
    store = application.store
    save_story(store, DIEN_BIEN_AGAIN, 2, published_at=START_AT.replace(day=20))
    assess(application)
    store.digests.begin_subscription("desk", START_AT)
    store.digests.pass_over("desk", [store.events.find()[0].id])

    save_story(store, DIEN_BIEN, 1)
    assess(application)

    assert {event.happened_on: event.new_tie for event in store.events.find()} == {
        "2026-03-01": True, "2026-03-20": False,
    }


def test_a_digest_that_calls_the_first_what_is_so_no_more_is_not_kept(application: Application) -> None:
    store = application.store
    save_story(store, DIEN_BIEN_AGAIN, 2, published_at=START_AT.replace(day=20))
    subscribe(application)
    begin_subscriptions(application)
    assess(application)
    draft = draft_digest(application, application.subscriptions[0])

    save_story(store, DIEN_BIEN, 1)
    assess(application)

    assert save_draft(application, draft, "2026-03-02") is None
    again = draft_digest(application, application.subscriptions[0])
    assert save_draft(application, again, "2026-03-02") is not None
    assert [event.new_tie for section in again.content.sections for event in section.events] == [True, False]


def test_what_is_split_off_the_first_of_a_tie_that_readers_were_told_stays_the_first(application: Application) -> None:
    store = application.store
    preview = {**DIEN_BIEN, "title": "Điện Biên và Jindo sắp ký thỏa thuận", "text": DIEN_BIEN["text"].replace(
        "Sáng 1/3,", "Ngày 1/3,").replace(" ký ", " dự kiến sẽ ký ")}
    visit = {**DIEN_BIEN, "title": "Đoàn huyện Jindo thăm Điện Biên", "text": (
        "Ngày 2/1, UBND tỉnh Điện Biên tiếp và làm việc với đoàn công tác huyện Jindo (Hàn Quốc).")}
    _, signed = save_story(store, preview, 1), save_story(store, DIEN_BIEN, 2)
    assess(application)
    [told] = store.events.find()
    store.digests.begin_subscription("desk", START_AT)
    _tell(store, told.id)
    save_story(store, visit, 3, published_at=START_AT.replace(month=1, day=3))
    assess(application)

    split_article(application, told.id, signed, "Lan")

    assert {(event.happened_on, event.stage): event.new_tie for event in store.events.find()} == {
        ("2026-01-02", "done"): False, ("2026-03-01", "planned"): False, ("2026-03-01", "signed"): True,
    }


def _tell(store: Store, event_id: str) -> None:
    assert store.digests.save_digest(new_digest(event_id, subscription="desk")) is not None


def _raise(error: BaseException) -> Callable[..., Any]:
    def fail(*args: Any, **values: Any) -> Any:
        raise error

    return fail
