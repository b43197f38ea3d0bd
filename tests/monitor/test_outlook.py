"""A service that has just begun says once when it goes on, and a worker without a contact waits for one."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.application import Application
from monitor.commands.working import wait_for_contact
from monitor.outlook import describe_outlook
from seeds.sections import CrawlSettings
from storage.values import OutletState
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import make_subscription, subscribe

HUE, THANH_NIEN = "huengaynay", "thanhnien"
CONTACT = "desk@city.example"


@pytest.fixture
def begun(application: Application) -> Application:
    """An application that watches two outlets and has a daily and a weekly reader; nothing was visited yet."""
    application.settings.crawl = CrawlSettings(contact=CONTACT, outlets=[HUE, THANH_NIEN])
    weekly = make_subscription(name="week", schedule="weekly", weekday="monday", hour=8, zone="Asia/Seoul")
    subscribe(application, weekly, make_subscription(name="seoul", hour=8, zone="Asia/Seoul"))
    application.store.outlets.register(application.watched)
    return application


def _put_off(application: Application, **minutes: float) -> None:
    for outlet_id, later in minutes.items():
        due_at = application.clock() + timedelta(minutes=later)
        application.store.outlets.save_state(OutletState(outlet_id, "fine", START_AT, next_due_at=due_at))


def test_what_was_never_visited_is_due_now_and_the_next_hour_of_all_readers_is_told(begun: Application) -> None:
    line = describe_outlook(begun)

    assert line == "2 outlets are due now; next digest Tuesday 2026-03-03 08:00 (Asia/Seoul)"
    assert (line.event, line.fields) == ("outlook", {
        "next_visit_at": START_AT.isoformat(), "outlets": 2, "next_digest_at": "2026-03-02T23:00:00+00:00",
        "subscription": "seoul"})


@pytest.mark.parametrize(("minutes", "told"), [
    ({HUE: 31, THANH_NIEN: 31.5}, "{at:%H:%M}, huengaynay and 1 more"),
    ({HUE: 31, THANH_NIEN: 35}, "{at:%H:%M}, huengaynay"),
    ({HUE: 31 + 24 * 60, THANH_NIEN: 35 + 24 * 60}, "{at:%Y-%m-%d %H:%M}, huengaynay"),
])
def test_the_next_visit_has_its_time_of_day_and_its_outlets(
    begun: Application, minutes: dict[str, float], told: str
) -> None:
    _put_off(begun, **minutes)
    at = (START_AT + timedelta(minutes=minutes[HUE])).astimezone()

    assert describe_outlook(begun).split(";")[0] == f"next visit {told.format(at=at)}"


@pytest.mark.parametrize(("minutes", "is_believed"), [(60, True), (9 * 24 * 60, False)])
def test_a_time_that_a_wrong_clock_wrote_is_not_told(begun: Application, minutes: float, is_believed: bool) -> None:
    _put_off(begun, huengaynay=minutes, thanhnien=minutes)

    assert (describe_outlook(begun).fields["next_visit_at"] != START_AT.isoformat()) is is_believed


def test_who_is_paused_is_not_awaited(begun: Application) -> None:
    begun.store.outlet_pages.pause(HUE, "Lan", START_AT)

    assert describe_outlook(begun).startswith("1 outlet is due now")


@pytest.mark.parametrize(("changes", "told"), [
    ({"schedule": "instant"}, "2 outlets are due now; digests as soon as there is news"),
    (None, "2 outlets are due now"),
])
def test_digests_without_an_hour_are_told_as_such(
    begun: Application, changes: dict[str, str] | None, told: str
) -> None:
    begun.settings.subscription = [make_subscription(**changes)] if changes else []
    begun.__dict__.pop("subscriptions", None)

    assert describe_outlook(begun) == told


def test_without_a_contact_nobody_is_visited(begun: Application) -> None:
    begun.settings.crawl = CrawlSettings(outlets=[HUE])

    line = describe_outlook(begun)

    assert line.startswith("no visits; next digest") and line.fields["next_visit_at"] is None


# Workers


def test_a_worker_without_a_contact_says_so_once_and_begins_as_soon_as_the_settings_have_one(
    clean_folder: Path, clock: FakeClock
) -> None:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        (clean_folder / "twinwatch.toml").write_text(f'[crawl]\ncontact = "{CONTACT}"\n')

    application = wait_for_contact(say, look_seconds=0.01)

    assert application is not None and application.settings.crawl.contact == CONTACT
    assert len(said) == 1 and "crawl.contact is not set" in said[0] and "twinwatch init" in said[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_waits_for_a_contact_ends_well_when_it_is_asked_to(
    clean_folder: Path, number: signal.Signals
) -> None:
    environment = {**os.environ, "TWINWATCH_DATABASE_URL": "postgresql://tw@127.0.0.1:1/tw"}  # it asks it nothing yet
    program = [sys.executable, "-m", "monitor.commands.main", "worker"]
    with subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        first = worker.stdout.readline()
        worker.send_signal(number)
        rest, _ = worker.communicate(timeout=60)

    assert "crawl.contact is not set" in first and rest.endswith("  stopped\n") and worker.returncode == 0
