"""What became of told events: later reports by what was told and never by the clock, corrections, each told once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from monitor.application import Application
from monitor.composing import compose_due, draft_digest, save_draft
from monitor.deliver import hand_over_pending
from monitor.digests.content import DigestContent
from monitor.digests.render_email import render_email
from monitor.notifiers.outcome import Outcome
from storage.models import ToldArticleModel, ToldModel
from storage.values import EventChange, EventRow, Judgement
from tests.factories import BLOCK, event_row, new_fact, new_verdict, save_article
from tests.fake_clock import FakeClock
from tests.monitor.desk import FakeNotifier, begin_subscriptions, compose_one, make_subscription, subscribe

OTHER = ("VN-48", "KR-26")


class Desk:
    """One daily reader, whose digests are composed day by day, and the block of which they tell."""

    def __init__(self, application: Application, clock: FakeClock, **changes: Any) -> None:
        self.application, self.store, self.clock = application, application.store, clock
        self.numbers = 0
        subscribe(application, make_subscription(hour=5, **changes))
        begin_subscriptions(application)

    def report(self, **values: Any) -> int:
        """A new article about the block; the id of its fact."""
        self.numbers += 1
        article_id = save_article(self.store, self.numbers, self.clock(), **values)
        self.store.articles.save_verdict(new_verdict(article_id, new_fact()), self.clock())
        return max(fact.id for fact in self.store.events.block_facts(BLOCK))

    def group(
        self, *events: EventRow, merged: dict[str, str] | None = None, split: tuple[str, str] | None = None
    ) -> None:
        changes = [EventChange(split[0], "split", split[1], "other days")] if split else []
        self.store.events.save_block(BLOCK, events, merged or {}, self.clock(), changes=changes)

    def judge(self, event_id: str, answer: Any) -> None:
        self.store.judgements.save(Judgement(event_id, answer, "reader", self.clock()))

    def forget(self) -> None:
        """Takes away how and by which pages the events were told, as a restored store has it."""
        with self.store.database.write() as session:
            session.execute(update(ToldModel).values(told_as=None))
            session.execute(delete(ToldArticleModel))

    def next_digest(self) -> DigestContent:
        self.clock.advance(days=1)
        [digest_id] = compose_due(self.application)
        digest = self.store.digests.get_digest(digest_id)
        assert digest is not None
        return DigestContent.from_json(digest.content)


@pytest.fixture
def desk(application: Application, clock: FakeClock) -> Desk:
    return Desk(application, clock)


def later(content: DigestContent) -> list[tuple[str, list[str]]]:
    return [(one.id, [article.title for article in one.articles]) for one in content.later]


def corrections(content: DigestContent) -> list[tuple[str, str, str, str]]:
    return [(one.id, one.kind, one.told, one.now) for one in content.corrections]


SIGNED = "Huế ↔ Chungcheongnam: friendship agreement signed, 1 Mar 2026"
VISIT = "Huế ↔ Chungcheongnam: delegation visit, 1 Mar 2026"
NEXT_DAY = "Huế ↔ Chungcheongnam: friendship agreement signed, 2 Mar 2026"


def test_a_report_after_the_digest_is_one_line_of_the_next_one_and_of_no_other(desk: Desk) -> None:
    first = desk.report()
    desk.group(event_row("e1", first))
    told = desk.next_digest()
    second = desk.report()
    desk.group(event_row("e1", first, second))

    following, after = desk.next_digest(), desk.next_digest()

    assert (told.event_ids, later(told)) == (("e1",), [])
    assert (following.event_ids, later(following)) == ((), [("e1", ["Tin 2"])])
    assert (later(after), after.is_empty) == ([], True)


def test_an_article_that_was_published_before_the_digest_and_found_after_it_is_told(desk: Desk) -> None:
    first = desk.report()
    desk.group(event_row("e1", first))
    desk.next_digest()
    old = desk.report(published_at=desk.clock() - timedelta(days=3))
    desk.group(event_row("e1", first, old))

    assert later(desk.next_digest()) == [("e1", ["Tin 2"])]


@pytest.mark.parametrize("values", [
    {"backlog": True},
    {"title": "Tin 1", "text": "Huế và Chungcheongnam ký bản ghi nhớ số 1."},  # the first page, moved
], ids=["backlog", "moved"])
def test_an_old_story_that_appears_again_is_no_later_report(desk: Desk, values: dict[str, Any]) -> None:
    first = desk.report(text="Huế và Chungcheongnam ký bản ghi nhớ số 1.")
    desk.group(event_row("e1", first))
    desk.next_digest()
    again = desk.report(**values)
    desk.group(event_row("e1", first, again))

    assert later(desk.next_digest()) == []


def test_two_told_events_that_are_one_are_said_to_be_so_once_and_report_once(desk: Desk) -> None:
    first, second = desk.report(), desk.report()
    desk.group(event_row("e1", first), event_row("e2", second, act="visit", stage="done"))
    desk.next_digest()
    third = desk.report()
    desk.group(event_row("e1", first, second, third), merged={"e2": "e1"})

    following, after = desk.next_digest(), desk.next_digest()

    assert corrections(following) == [("e1", "merged", VISIT, SIGNED)]
    assert later(following) == [("e1", ["Tin 3"])]
    assert after.is_empty


def test_a_told_event_that_goes_on_in_an_untold_one_is_no_news_and_its_reports_are_later_ones(desk: Desk) -> None:
    first = desk.report()
    desk.group(event_row("e2", first))
    desk.next_digest()
    second = desk.report()
    desk.group(event_row("e1", second, first), merged={"e2": "e1"})

    following, after = desk.next_digest(), desk.next_digest()

    assert (following.event_ids, corrections(following)) == ((), [])
    assert later(following) == [("e1", ["Tin 2"])]
    assert after.is_empty


def test_a_part_that_is_an_event_of_its_own_is_a_correction_once(desk: Desk) -> None:
    first, second = desk.report(), desk.report()
    desk.group(event_row("e1", first, second))
    desk.next_digest()
    desk.group(event_row("e1", first), event_row("e2", second, happened_on="2026-03-02"), split=("e1", "e2"))

    following, after = desk.next_digest(), desk.next_digest()

    assert corrections(following) == [("e2", "split", SIGNED, NEXT_DAY)]
    assert (following.event_ids, later(following), after.is_empty) == ((), [], True)


def test_what_a_reader_refutes_is_corrected_once_and_confirmed_once(desk: Desk) -> None:
    desk.group(event_row("e1", desk.report()))
    desk.next_digest()

    desk.judge("e1", "no")
    wrong, silence = desk.next_digest(), desk.next_digest()
    desk.judge("e1", "yes")
    right, end = desk.next_digest(), desk.next_digest()

    assert corrections(wrong) == [("e1", "wrong", SIGNED, "")]
    assert corrections(right) == [("e1", "confirmed", SIGNED, SIGNED)]
    assert silence.is_empty and end.is_empty


def test_an_event_that_lost_all_its_proof_is_corrected_once(desk: Desk) -> None:
    fact = desk.report()
    desk.group(event_row("e1", fact))
    desk.next_digest()
    desk.group()

    following, after = desk.next_digest(), desk.next_digest()

    assert corrections(following) == [("e1", "wrong", SIGNED, "")]
    assert after.is_empty


@pytest.mark.parametrize(("told", "now", "kind"), [
    ({}, {"verdict": "unsure"}, "doubtful"),
    ({"verdict": "unsure"}, {"verdict": "yes"}, "confirmed"),
    ({}, {"act": "twinning"}, "changed"),
    ({}, {"happened_on": "2026-03-02"}, "changed"),
    ({}, {"pairs": (OTHER,)}, "changed"),
    ({"happened_on": "2026-03"}, {"happened_on": "2026-03-02"}, None),  # more exact is not wrong
    ({"happened_on": None}, {"happened_on": "2026-03-02"}, None),
    ({}, {"pairs": (("VN-46", "KR-44"), OTHER)}, None),
    ({"stage": "planned"}, {"stage": "signed"}, None),
    ({}, {"score": 0.5}, None),
])
def test_what_does_not_hold_any_more_is_corrected(
    desk: Desk, told: dict[str, Any], now: dict[str, Any], kind: str | None
) -> None:
    fact = desk.report()
    desk.group(event_row("e1", fact, **told))
    desk.next_digest()
    desk.group(event_row("e1", fact, **{**told, **now}))

    following, after = desk.next_digest(), desk.next_digest()

    assert [one.kind for one in following.corrections] == ([kind] if kind else [])
    assert after.is_empty


def test_who_was_not_told_of_an_event_gets_neither_its_reports_nor_its_corrections(
    application: Application, clock: FakeClock
) -> None:
    desk = Desk(application, clock, acts=["aid"])
    first = desk.report()
    desk.group(event_row("e1", first))
    desk.next_digest()
    desk.group(event_row("e1", first, desk.report()))
    desk.judge("e1", "no")

    assert desk.next_digest().is_empty


def test_what_a_filter_left_out_is_told_once_it_becomes_what_the_reader_wants(
    application: Application, clock: FakeClock
) -> None:
    desk = Desk(application, clock, acts=["agreement"])
    visit = desk.report()
    desk.group(event_row("e1", visit, act="visit"))
    silence = desk.next_digest()
    desk.group(event_row("e1", visit, desk.report()))

    assert (silence.event_ids, desk.next_digest().event_ids, desk.next_digest().event_ids) == ((), ("e1",), ())


def test_two_services_that_compose_at_once_tell_a_correction_once(desk: Desk) -> None:
    desk.group(event_row("e1", desk.report()))
    desk.next_digest()
    desk.judge("e1", "no")
    subscription = desk.application.subscriptions[0]
    drafts = [draft_digest(desk.application, subscription) for _ in range(2)]

    saved = [save_draft(desk.application, draft, f"by hand {n}") for n, draft in enumerate(drafts)]

    assert [len(draft.content.corrections) for draft in drafts] == [1, 1]
    assert saved[0] is not None and saved[1] is None
    assert desk.next_digest().is_empty


def test_what_changes_between_composing_and_saving_is_in_the_next_digest(desk: Desk) -> None:
    first = desk.report()
    desk.group(event_row("e1", first))
    draft = draft_digest(desk.application, desk.application.subscriptions[0])
    second = desk.report()
    desk.group(event_row("e1", first, second), event_row("e2", desk.report(), act="aid"))
    save_draft(desk.application, draft, "by hand")

    following, after = desk.next_digest(), desk.next_digest()

    assert (following.event_ids, later(following)) == (("e2",), [("e1", ["Tin 2"])])
    assert after.is_empty


def test_of_what_a_restored_store_forgot_how_it_was_told_nothing_is_told_again(desk: Desk) -> None:
    first, second = desk.report(), desk.report()
    desk.group(event_row("e1", first, second))
    desk.next_digest()
    desk.forget()
    desk.group(event_row("e1", first, second, desk.report()))

    adopted = desk.next_digest()
    desk.group(event_row("e1", first, second, 3, desk.report()))

    assert adopted.is_empty
    assert later(desk.next_digest()) == [("e1", ["Tin 4"])]


@pytest.mark.parametrize(("language", "said"), [
    ("en", "could not be handed over to 1 recipient;"), ("ko", "수신자 1명에게 전달하지 못해"),
    ("vi", "không gửi được tới 1 người nhận"),
])
def test_the_next_digest_says_that_one_did_not_arrive_and_names_nobody(
    language: str, said: str, application: Application, clock: FakeClock
) -> None:
    compose_one(application, clock, recipients=["a@x.example", "gone@x.example"], language=language)
    notifier = FakeNotifier()
    notifier.refused["gone@x.example"] = Outcome("failed", "550 no such user")
    hand_over_pending(application, notifier.make)
    clock.advance(days=1)

    next_one, after = (_compose(application, clock) for _ in range(2))

    text = render_email(next_one).text
    assert said in text and "gone@" not in text
    assert after.coverage.unreached == ()


def _compose(application: Application, clock: FakeClock) -> DigestContent:
    [digest_id] = compose_due(application)
    digest = application.store.digests.get_digest(digest_id)
    assert digest is not None
    clock.advance(days=1)
    return DigestContent.from_json(digest.content)
