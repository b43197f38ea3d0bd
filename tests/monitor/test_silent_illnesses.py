"""What an operator would not notice by himself is told: digests that are held or missing, visits that never end."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.alerting import Alerter
from monitor.application import Application
from monitor.composing import compose_due
from monitor.doctor import DISK_DAYS, examine
from monitor.illness import RELIEVED_DAYS, Illness, find_illnesses
from monitor.metrics import make_metrics
from monitor.recalling import release
from monitor.schedule import Service
from seeds.errors import HeldError
from seeds.reasons import say_reason
from seeds.sections import CrawlSettings
from storage.checkup import measure_room
from storage.values import OutletState
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import begin_subscriptions, make_subscription, subscribe, visit_all
from tests.stand_ins import MailStandIn, mail_settings

HUE, THANH_NIEN = "huengaynay", "thanhnien"


@pytest.fixture
def watched(application: Application) -> Application:
    """An application with two outlets that were just read, and one reader whose digest is due at seven."""
    application.settings.crawl = CrawlSettings(contact="desk@example.org", outlets=[HUE, THANH_NIEN])
    subscribe(application)
    begin_subscriptions(application)
    application.store.outlets.register(application.watched)
    for outlet_id in application.watched:
        application.store.outlets.save_state(OutletState(outlet_id, "fine", START_AT, next_due_at=START_AT))
    visit_all(application)
    return application


def _ill(application: Application, since: datetime = START_AT) -> set[Illness]:
    return set(find_illnesses(application, since).ill)


def _doctor(application: Application, check: str) -> list[tuple[str, str]]:
    return [(one.state, f"{one.said} {one.advice}") for one in examine(application) if one.check == check]


def _figures(application: Application) -> dict[str, float]:
    families = text_string_to_metric_families(make_metrics(application))
    return {family.name.removeprefix("twinwatch_"): one.value for family in families for one in family.samples[:1]}


def _put_off(application: Application, until: datetime) -> None:
    application.store.outlets.put_all_off(application.watched, until)


# Digests


def test_held_digests_are_told_by_doctor_figures_and_an_alert_which_gets_out_although_they_are_held(
    watched: Application, clock: FakeClock
) -> None:
    sound = "held" in _ill(watched), _figures(watched)["digests_held"], _doctor(watched, "deliveries")[0][0]
    watched.store.recalls.begin_journal("another", clock())
    with MailStandIn() as mail:
        watched.settings.email = mail_settings(mail.port)
        service, alerter = Service(watched, print), Alerter(watched)

        for _ in range(7):
            _put_off(watched, clock.advance(minutes=1) + timedelta(hours=1))
            with pytest.raises(HeldError):
                asyncio.run(service.deliver_tick())
            alerter.look()

        [message] = mail.messages
    [(state, said)] = _doctor(watched, "deliveries")
    held = _figures(watched)["digests_held"]
    release(watched)

    assert sound == (False, 0, "fine")
    assert "digests are held back" in message.part("plain")
    assert (state, held) == ("wrong", 1) and "digests are held" in said and "--release" in said
    assert "held" not in _ill(watched) and _figures(watched)["digests_held"] == 0


@pytest.mark.parametrize(("minutes", "composed", "is_ill"), [
    (119, False, False), (121, False, True), (121, True, False),
])
def test_a_digest_that_nobody_composed_for_an_hour_is_an_illness(
    watched: Application, clock: FakeClock, minutes: int, composed: bool, is_ill: bool
) -> None:
    clock.advance(minutes=minutes)
    _put_off(watched, clock() + timedelta(hours=1))
    if composed:
        compose_due(watched)

    assert ("digests" in _ill(watched)) is is_ill
    assert [state for state, _ in _doctor(watched, "digests")] == (["wrong"] if is_ill else [])
    assert _figures(watched)["digests_overdue"] == int(is_ill)


@pytest.mark.parametrize(("told", "is_ill"), [(frozenset(), False), (frozenset({"digests"}), True)])
def test_a_digest_that_is_made_good_no_more_is_no_new_illness_and_not_the_end_of_one_that_was_told(
    watched: Application, clock: FakeClock, told: frozenset[Illness], is_ill: bool
) -> None:
    clock.advance(hours=20)

    found = find_illnesses(watched, START_AT, told=told)

    assert ("digests" in found.ill) is is_ill
    assert [state for state, _ in _doctor(watched, "digests")] == ["warning"]


@pytest.mark.parametrize(("minutes", "is_ill"), [(59, False), (61, True)])
def test_digests_told_at_once_that_fail_again_and_again_are_an_illness(
    watched: Application, clock: FakeClock, minutes: int, is_ill: bool
) -> None:
    watched.settings.subscription = [make_subscription(schedule="instant")]
    watched.settings.journal = Path("folder").absolute()
    watched.settings.journal.mkdir()  # as a file it can be neither read nor written
    said: list[str] = []
    service = Service(watched, said.append)

    for _ in range(minutes // 10 + 1):
        asyncio.run(service.run_tick(service.deliver_tick))
        clock.advance(minutes=10)
    clock.advance(minutes=minutes % 10 - 10)

    found = find_illnesses(watched, START_AT, failing=service.failing)
    assert len(said) == 1 and "Is a directory" in said[0]
    assert ("digests" in found.ill) is is_ill


def test_a_tick_that_works_again_fails_no_more(watched: Application, clock: FakeClock) -> None:
    watched.store.recalls.begin_journal("another", clock())
    service = Service(watched, lambda line: None)
    asyncio.run(service.run_tick(service.deliver_tick))
    failing = dict(service.failing)

    release(watched)
    asyncio.run(service.run_tick(service.deliver_tick))

    assert (failing, service.failing) == ({"deliver_tick": clock()}, {})


@pytest.mark.parametrize(("minutes", "is_ill"), [(59, False), (61, True)])
def test_stories_that_nobody_can_judge_are_an_illness(
    watched: Application, clock: FakeClock, minutes: int, is_ill: bool
) -> None:
    failing = {"assess_tick": clock(), "tidy_tick": clock() - timedelta(days=1)}
    clock.advance(minutes=minutes)

    assert ("judging" in find_illnesses(watched, START_AT, failing=failing).ill) is is_ill


# Visits


@pytest.mark.parametrize("outcome", ["", "stopped", "blocked"])
def test_waves_that_begin_and_die_are_no_visits_and_refused_visits_are(
    watched: Application, clock: FakeClock, outcome: str
) -> None:
    runs = watched.store.runs
    for _ in range(150):
        wave = runs.start_wave(clock.advance(minutes=1))
        for run_id in runs.start_runs(wave, [HUE, THANH_NIEN], clock()).values():
            if outcome:
                runs.end_run(run_id, clock(), outcome, "", {})

    ends = outcome == "blocked"
    assert ("no_wave" in _ill(watched)) is not ends
    assert [state for state, _ in _doctor(watched, "service")] == ["fine" if ends else "wrong"]
    assert _figures(watched)["last_visit_age_seconds"] == (0 if ends else 150 * 60)
    assert _figures(watched)["last_wave_age_seconds"] == 0


@pytest.mark.parametrize(("minutes", "is_ill"), [(59, False), (62, True)])
def test_a_service_that_dies_with_each_of_its_waves_is_found_out_by_the_next_one(
    watched: Application, clock: FakeClock, minutes: int, is_ill: bool
) -> None:
    for _ in range(minutes):
        watched.store.runs.start_wave(clock.advance(minutes=1))

    assert ("no_wave" in _ill(watched, since=clock())) is is_ill


@pytest.mark.parametrize(("outcomes", "state", "said"), [
    (("stopped", "stopped"), "wrong", "the last wave began 0 min ago; but nothing was read: network down (2 times)"),
    (("broken", "unproven"), "wrong", "but nothing was read: network down (2 times)"),
    (("broken", "nothing_new"), "fine", "a visit came to its end 0 min ago"),
    (("busy", "busy"), "fine", "a visit came to its end 0 min ago"),  # another crawl asks them
    (("", ""), "fine", "the last wave began 0 min ago"),  # it goes on
])
def test_visits_that_read_nothing_are_no_good_sign(
    watched: Application, clock: FakeClock, outcomes: tuple[str, str], state: str, said: str
) -> None:
    clock.advance(days=1, seconds=1)
    runs = watched.store.runs
    ids = runs.start_runs(runs.start_wave(clock()), list(watched.watched), clock()).values()
    for run_id, outcome in zip(ids, outcomes, strict=True):
        if outcome:
            runs.end_run(run_id, clock(), outcome, "" if outcome == "nothing_new" else "network down", {})

    [(found, words)] = _doctor(watched, "service")

    assert found == state and said in words


def test_a_crawl_that_was_ended_by_hand_says_nothing_of_the_network(watched: Application, clock: FakeClock) -> None:
    runs = watched.store.runs
    clock.advance(days=1, seconds=1)
    for run_id in runs.start_runs(runs.start_wave(clock()), list(watched.watched), clock()).values():
        runs.end_run(run_id, clock(), "stopped", say_reason("stopped"), {})

    [(found, words)] = _doctor(watched, "service")

    assert (found, "nothing was read" in words) == ("fine", False)


def test_the_first_wave_after_a_quiet_night_is_waited_for(watched: Application, clock: FakeClock) -> None:
    clock.advance(hours=5)
    watched.store.runs.start_wave(clock())
    under_way = _ill(watched)
    clock.advance(minutes=61)

    assert "no_wave" not in under_way and "no_wave" in _ill(watched)


def test_a_clock_that_was_ahead_hides_nothing(watched: Application, clock: FakeClock) -> None:
    clock.advance(days=365)
    visit_all(watched)
    clock.advance(days=-365)

    clock.advance(hours=2)

    assert "no_wave" in _ill(watched)


@pytest.mark.parametrize(("ahead", "is_ill"), [(timedelta(minutes=10), True), (timedelta(hours=3), False)])
def test_outlets_that_are_put_off_again_and_again_are_found_out_after_the_longest_rest(
    watched: Application, clock: FakeClock, ahead: timedelta, is_ill: bool
) -> None:
    clock.advance(hours=6)
    _put_off(watched, clock() + timedelta(minutes=10))
    rested = _ill(watched)
    clock.advance(minutes=30)
    _put_off(watched, clock() + ahead)

    assert "no_wave" not in rested
    assert ("no_wave" in _ill(watched)) is is_ill


@pytest.mark.parametrize(("killed", "is_ill"), [(2, False), (3, True)])
def test_an_outlet_whose_visits_never_end_is_not_fine(
    watched: Application, clock: FakeClock, killed: int, is_ill: bool
) -> None:
    clock.advance(days=1, minutes=1)
    runs = watched.store.runs
    for _ in range(killed):
        begun = runs.start_runs(runs.start_wave(clock.advance(minutes=10)), [HUE, THANH_NIEN], clock())
        runs.end_run(begun[HUE], clock(), "nothing_new", "", {})

    [(state, said)] = _doctor(watched, "outlets")
    assert (state, THANH_NIEN in said) == (("wrong", True) if is_ill else ("fine", False))
    assert "no_wave" not in _ill(watched) and ("outlets" in _ill(watched)) is is_ill
    assert _figures(watched)["outlets_unending"] == int(is_ill)


# The disk


@pytest.mark.parametrize(("days_left", "told", "is_ill"), [
    (DISK_DAYS - 1, False, True), (DISK_DAYS + 1, False, False),
    (DISK_DAYS + 1, True, True), (RELIEVED_DAYS + 1, True, False),  # it does not come and go with every file
])
def test_a_disk_that_will_be_full_soon_is_told_before_it_is(
    watched: Application, clock: FakeClock, days_left: float, told: bool, is_ill: bool
) -> None:
    early = find_illnesses(watched, START_AT, spare_bytes=0, measure=lambda _: 1)
    clock.advance(days=10)
    visit_all(watched)
    room = measure_room(watched.store.database)
    a_day = (room.size - room.free) / 10

    found = find_illnesses(
        watched, START_AT, spare_bytes=0, told=("filling",) if told else (),
        measure=lambda _: int(days_left * a_day) - room.free)

    assert "filling" not in early.ill  # nobody knows yet how the store grows
    assert ("filling" in found.ill) is is_ill and "disk" not in found.ill


@pytest.mark.parametrize(("tight", "is_ill"), [("twinwatch.db", True), ("data", True), ("elsewhere", False)])
def test_the_disk_of_the_store_and_that_of_the_data_are_both_watched(
    watched: Application, tmp_path: Path, tight: str, is_ill: bool
) -> None:
    file = Path(watched.settings.database_address.removeprefix("sqlite:///"))
    folder = {"twinwatch.db": file.parent, "data": watched.settings.data_dir.absolute()}.get(tight, tmp_path / "x")

    found = find_illnesses(watched, START_AT, measure=lambda asked: 1 if asked == folder else 1 << 60)

    assert ("disk" in found.ill) is is_ill
