"""Readers are told that the service is ill once when it begins and once when it ends, also without a database."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from monitor.alert_text import Notice, make_lines, make_subject, render_alert
from monitor.alerting import CONFIRM, FILE, PAUSE, Alerter, AlertState, decide
from monitor.application import Application
from monitor.illness import ILLNESSES, Finding, find_illnesses
from monitor.notifiers.outcome import Outcome
from monitor.unsubscribing import leave
from seeds.alerts import load_alerts
from seeds.sections import CrawlSettings
from seeds.settings import Settings
from storage.values import OutletState
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import compose_one, make_subscription, subscribe, visit_all
from tests.stand_ins import (
    HookStandIn,
    MailStandIn,
    SlackStandIn,
    hook_settings,
    mail_settings,
    webhook_settings,
)

DISK = frozenset({"disk"})
ENDLESS = 1 << 62


@pytest.fixture
def watched(application: Application) -> Application:
    """An application with two outlets and one reader, in which nothing is wrong."""
    application.settings.crawl = CrawlSettings(contact="desk@example.org", outlets=["huengaynay", "thanhnien"])
    subscribe(application)
    store = application.store
    store.outlets.register(application.watched)
    for outlet_id in application.watched:
        store.outlets.save_state(OutletState(outlet_id, "fine", START_AT))
    visit_all(application)
    return application


class Teller:
    """Notifiers that keep what they are handed; each answers as `answer` says."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.answer = Outcome("sent")

    def make(self, name: str, settings: Settings) -> "Teller":
        return self

    def hand_over(self, rendered: Any, recipient: str, delivery: Any) -> Outcome:
        if self.answer.state == "sent":
            self.told.append((recipient, rendered))
        return self.answer


def _look_for(alerter: Alerter, clock: FakeClock, minutes: int) -> list[str]:
    """The lines of looking every minute for so long."""
    lines = []
    for _ in range(minutes):
        clock.advance(minutes=1)
        lines += alerter.look()
    return lines


# What is ill


def test_a_healthy_service_is_not_ill(watched: Application) -> None:
    assert find_illnesses(watched, START_AT).ill == frozenset()


@pytest.mark.parametrize(("minutes", "is_ill"), [(59, False), (61, True)])
def test_an_hour_without_a_wave_is_an_illness(
    watched: Application, clock: FakeClock, minutes: int, is_ill: bool
) -> None:
    clock.advance(minutes=minutes)

    assert ("no_wave" in find_illnesses(watched, START_AT).ill) is is_ill


def test_an_hour_without_a_wave_is_none_where_nothing_is_due_or_the_service_has_just_begun(
    watched: Application, clock: FakeClock
) -> None:
    clock.advance(minutes=61)
    just_begun = find_illnesses(watched, clock() - timedelta(minutes=5))
    for outlet_id in watched.watched:
        watched.store.outlets.save_state(
            OutletState(outlet_id, "fine", START_AT, next_due_at=clock() + timedelta(hours=1)))

    not_due = find_illnesses(watched, START_AT)

    assert "no_wave" not in just_begun.ill | not_due.ill


@pytest.mark.parametrize(("attempts", "is_ill"), [(2, False), (3, True)])
def test_deliveries_that_fail_again_and_again_are_an_illness(
    watched: Application, clock: FakeClock, attempts: int, is_ill: bool
) -> None:
    compose_one(watched, clock)
    for _ in range(attempts):
        clock.advance(hours=1)
        row = watched.store.deliveries.claim_due(clock())
        assert row is not None
        watched.store.deliveries.finish(row, "pending", "451", clock(), retry_at=clock() + timedelta(minutes=5))

    assert ("deliveries" in find_illnesses(watched, clock()).ill) is is_ill


@pytest.mark.parametrize(("state", "is_ill"), [("blocked", True), ("silent", True), ("drifted", False)])
def test_many_outlets_that_cannot_be_read_are_an_illness(watched: Application, state: str, is_ill: bool) -> None:
    watched.store.outlets.save_state(OutletState("thanhnien", state, START_AT))

    assert ("outlets" in find_illnesses(watched, START_AT).ill) is is_ill


@pytest.mark.parametrize(("spare", "is_ill"), [(1, False), (ENDLESS, True)])
def test_a_disk_below_the_limit_is_an_illness(watched: Application, spare: int, is_ill: bool) -> None:
    assert ("disk" in find_illnesses(watched, START_AT, spare).ill) is is_ill


# When it is told


def _run(found: list[Finding], state: AlertState | None = None) -> Iterator[tuple[int, Notice]]:
    """The minute and the notice of everything that is told, with one finding a minute."""
    state = state or AlertState()
    for minute, finding in enumerate(found):
        now = START_AT + timedelta(minutes=minute)
        state, notice = decide(state, finding, now)
        if notice:
            told = {code: since for code, since in {**state.told, **notice.begun}.items() if code not in notice.over}
            state = AlertState(state.suspected, told, now, None, state.left)
            yield minute, notice


@pytest.mark.parametrize(("ill_for", "told_at"), [
    (4, []),               # passes before it is sure
    (10, [5, 65]),         # is over when the hour is
    (100, [5, 100]),       # the hour has passed long ago
    (400, [5]),            # goes on: told once
])
def test_it_is_told_once_when_it_begins_and_once_when_it_ends(ill_for: int, told_at: list[int]) -> None:
    found = [Finding(DISK) if minute < ill_for else Finding(frozenset()) for minute in range(400)]  # type: ignore[arg-type]

    told = list(_run(found))

    assert [minute for minute, _ in told] == told_at
    assert [bool(notice.begun) for _, notice in told] == [True, False][: len(told)]


def test_whatever_comes_and_goes_an_hour_has_one_message() -> None:
    codes = [frozenset(ILLNESSES[:number % 6]) for number in range(600)]

    told = [minute for minute, _ in _run([Finding(code) for code in codes for _ in range(7)])]

    assert len(told) > 10
    assert all(later - earlier >= PAUSE / timedelta(minutes=1) for earlier, later in pairwise(told))


def test_what_cannot_be_known_is_neither_new_nor_over() -> None:
    ill = AlertState({"outlets": START_AT}, {"outlets": START_AT}, START_AT)
    away = Finding(frozenset({"database"}), frozenset({"outlets", "no_wave", "deliveries"}))

    _, notice = decide(ill, away, START_AT + 2 * PAUSE)
    _, later = decide(decide(ill, away, START_AT + 2 * PAUSE)[0], away, START_AT + 2 * PAUSE + CONFIRM)

    assert notice is None
    assert later and set(later.begun) == {"database"} and later.still == ("outlets",) and not later.over


def test_a_clock_that_is_set_back_silences_nobody() -> None:
    state = AlertState({"disk": START_AT}, {}, START_AT + timedelta(days=300))

    seen, _ = decide(state, Finding(DISK), START_AT)  # type: ignore[arg-type]
    _, notice = decide(seen, Finding(DISK), START_AT + CONFIRM)  # type: ignore[arg-type]

    assert notice is not None


# Whom it reaches


def test_a_reader_is_told_in_order_and_a_new_service_goes_on_where_the_old_one_was_killed(
    watched: Application, clock: FakeClock
) -> None:
    teller = Teller()
    ill = Alerter(watched, teller.make, ENDLESS)
    for outlet_id in watched.watched:
        watched.store.outlets.save_state(OutletState(outlet_id, "fine", next_due_at=clock() + timedelta(days=1)))

    lines = _look_for(ill, clock, 10)
    again = _look_for(Alerter(watched, teller.make, ENDLESS), clock, 80)
    over = _look_for(Alerter(watched, teller.make), clock, 2)

    assert lines == ["alert: ill: disk; 1 of 1 recipients told"] and again == []
    assert over == ["alert: over: disk; 1 of 1 recipients told"]
    assert [who for who, _ in teller.told] == ["desk@city.example"] * 2
    assert teller.told[0][1].subject == "Twinwatch has a problem: the disk is almost full"


def test_it_works_while_the_database_is_away(watched: Application, clock: FakeClock) -> None:
    teller, path = Teller(), Path(watched.settings.database_address.removeprefix("sqlite:///"))
    alerter = Alerter(watched, teller.make)
    alerter.look()
    watched.store.close()
    path.write_bytes(b"this is no database " * 100)

    _look_for(alerter, clock, 10)

    assert [rendered.subject for _, rendered in teller.told] == [
        "Twinwatch has a problem: the database does not answer"]


def test_whoever_unsubscribed_is_left_alone_also_when_the_database_cannot_be_asked(
    watched: Application, clock: FakeClock
) -> None:
    subscribe(watched, recipients=["desk@city.example", "gone@city.example"])
    leave(watched, "desk", "gone@city.example")
    teller, path = Teller(), Path(watched.settings.database_address.removeprefix("sqlite:///"))
    _look_for(Alerter(watched, teller.make), clock, 1)
    watched.store.close()
    path.write_bytes(b"this is no database " * 100)

    _look_for(Alerter(watched, teller.make), clock, 10)

    assert [who for who, _ in teller.told] == ["desk@city.example"]


def test_a_reader_of_two_subscriptions_is_told_once_and_others_only_where_they_are_named(
    watched: Application, clock: FakeClock
) -> None:
    watched.settings.subscription = [
        make_subscription(name="a"), make_subscription(name="b"),
        make_subscription(name="c", recipients=["embassy@city.example"]),
    ]
    watched.settings.alert.subscriptions = ["a", "b"]
    teller = Teller()

    _look_for(Alerter(watched, teller.make, ENDLESS), clock, 10)
    watched.settings.alert.subscriptions = []

    assert [who for who, _ in teller.told] == ["desk@city.example"]


def test_what_reached_nobody_is_tried_again_and_not_every_minute(watched: Application, clock: FakeClock) -> None:
    teller = Teller()
    teller.answer = Outcome("retry", "no server")
    alerter = Alerter(watched, teller.make, ENDLESS)

    failed = _look_for(alerter, clock, 27)
    teller.answer = Outcome("sent")
    _look_for(alerter, clock, 10)

    assert failed == ["alert: ill: disk; 0 of 1 recipients told"] * 3
    assert len(teller.told) == 1


def test_a_file_that_cannot_be_written_or_read_makes_no_flood(watched: Application, clock: FakeClock) -> None:
    teller, path = Teller(), watched.make_data_dir() / FILE
    path.mkdir()

    _look_for(Alerter(watched, teller.make, ENDLESS), clock, 59)

    assert len(teller.told) == 1


def test_the_file_is_for_its_owner_only_and_a_damaged_one_begins_anew(watched: Application, clock: FakeClock) -> None:
    path = watched.make_data_dir() / FILE
    path.write_text("{" * 5000)

    _look_for(Alerter(watched, Teller().make, ENDLESS), clock, 7)

    assert json.loads(path.read_text())["told"].keys() == {"disk"}
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_is_told_where_alerts_are_off(watched: Application, clock: FakeClock) -> None:
    watched.settings.alert.enabled = False
    teller = Teller()

    _look_for(Alerter(watched, teller.make, ENDLESS), clock, 10)
    watched.settings.alert.enabled = True

    assert teller.told == []


def test_the_real_notifiers_take_it(watched: Application, clock: FakeClock) -> None:
    with MailStandIn() as mail, SlackStandIn() as slack, HookStandIn() as hook:
        watched.settings.email, watched.settings.slack = mail_settings(mail.port), webhook_settings(slack)
        watched.settings.webhook = hook_settings()
        watched.settings.subscription = [
            make_subscription(name="m", language="vi"),
            make_subscription(name="s", notifier="slack", recipients=["#desk"], language="ko"),
            make_subscription(name="w", notifier="webhook", recipients=[hook.url]),
        ]

        lines = _look_for(Alerter(watched, spare_bytes=ENDLESS), clock, 7)

        assert lines == ["alert: ill: disk; 3 of 3 recipients told"]
        assert len(mail.messages) == 1 and len(slack.posts) == 1
        assert json.loads(hook.posts[0][2])["type"] == "alert"


# Words


@pytest.mark.parametrize("language", ["en", "ko", "vi"])
@pytest.mark.parametrize("notifier", ["email", "slack", "webhook", "apprise"])
def test_every_illness_has_words_in_every_language_for_every_notifier(language: str, notifier: str) -> None:
    to = {"webhook": "https://desk.example/hook", "slack": "#desk", "apprise": "desk"}
    reader = make_subscription(
        language=language, notifier=notifier, recipients=[to.get(notifier, "desk@city.example")])
    at: datetime = START_AT
    notice = Notice(dict.fromkeys(ILLNESSES[:3], at), ILLNESSES[3:4], ILLNESSES[4:], at)

    lines, subject = make_lines(notice, reader), make_subject(notice, language)

    assert render_alert(notice, reader)
    assert len(lines) == len(ILLNESSES) + 2 and not any("{" in line for line in (*lines, subject))


def test_every_sentence_is_used() -> None:
    frame = {"subject", "subject_more", "subject_over", "since", "over", "still", "meaning_ill", "meaning_over",
             "meaning_ahead", "advice"}

    assert set(load_alerts()) == frame | set(ILLNESSES)

