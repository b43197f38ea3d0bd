"""`db backup` while the service tells, and `db restore` of an older one: the journal stays, nothing is told twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.application import Application
from monitor.commands.main import run_command
from monitor.composing import compose_due
from monitor.deliver import hand_over_pending
from monitor.notifiers.outcome import Outcome
from monitor.recalling import journal_path
from tests.factories import save_event
from tests.fake_clock import FakeClock
from tests.monitor.desk import FakeNotifier, begin_subscriptions, subscribe

Make = Callable[[], Application]
A, B = "a@x.example", "b@x.example"


@pytest.fixture
def begin(make_application: Make, monkeypatch: pytest.MonkeyPatch, sqlite_address: str) -> Make:
    """Makes the service's application, on the store that the commands take too."""
    monkeypatch.setenv("TWINWATCH_DATABASE_URL", sqlite_address)

    def make() -> Application:
        application = make_application()
        subscribe(application, recipients=[A, B])
        begin_subscriptions(application)
        return application

    return make


def tell(application: Application, clock: FakeClock, notifier: FakeNotifier) -> None:
    """The next day's digest, an hour after its hour, and everything that is due then."""
    clock.advance(days=1, seconds=(clock().replace(hour=8, minute=0) - clock()).total_seconds())
    compose_due(application)
    hand_over_pending(application, notifier.make)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_restore_ends_with_whether_digests_are_held_and_what_releases_them(
    begin: Make, clock: FakeClock, tmp_path: Path, capsys: pytest.CaptureFixture[str], is_there: bool
) -> None:
    service, file = begin(), tmp_path / "backup.gz"
    tell(service, clock, FakeNotifier())
    run("backup", str(file))
    service.store.close()
    journal = journal_path(service)
    if not is_there:
        journal.unlink()
    capsys.readouterr()

    run("restore", str(file), "--replace")

    last = capsys.readouterr().out.splitlines()[-1]
    if is_there:
        assert last == (
            f"Digests are not held: {journal} knows what was told since the backup, and nothing is told twice.")
    else:
        assert last.startswith(f"Digests are held: its journal of deliveries is not here ({journal}), and only it")
        assert last.endswith("once more, then `twinwatch deliveries --release`.")


def test_a_restored_store_that_never_told_anything_says_nothing_of_digests(
    begin: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service, file = begin(), tmp_path / "backup.gz"
    run("backup", str(file))
    service.store.close()

    run("restore", str(file), "--replace")

    assert "igests" not in capsys.readouterr().out


def test_a_restore_in_the_place_of_a_store_ends_with_what_is_gone_since_the_backup(
    begin: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service, file = begin(), tmp_path / "backup.gz"
    run("backup", str(file))
    service.store.close()
    capsys.readouterr()

    run("restore", str(file), "--replace")
    assert "Judgements, corrections and events since the backup are gone from here" in capsys.readouterr().out

    monkeypatch.setenv("TWINWATCH_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    run("restore", str(file))
    assert " gone" not in capsys.readouterr().out  # nothing was there


def run(*arguments: str) -> None:
    assert run_command(["db", *arguments]) == 0


def test_what_was_told_after_the_backup_is_not_told_again_after_its_restore(
    begin: Make, clock: FakeClock, tmp_path: Path
) -> None:
    service, notifier, file = begin(), FakeNotifier(), tmp_path / "backup.gz"
    save_event(service.store, "e1", 1, clock.advance(minutes=10))
    tell(service, clock, notifier)
    run("backup", str(file))  # the service has the store open
    save_event(service.store, "e2", 2, clock.advance(hours=1))
    tell(service, clock, notifier)
    journal = journal_path(service).read_bytes()
    service.store.close()

    run("restore", str(file), "--replace")
    assert journal_path(service).read_bytes() == journal
    restored = begin()
    hand_over_pending(restored, notifier.make)
    save_event(restored.store, "e2-again", 2, clock.advance(hours=1))  # what the next crawl finds
    tell(restored, clock, notifier)

    assert notifier.taken == [A, B] * 3
    last = restored.store.digests.last_digest("desk")
    assert last is not None and last.content["sections"] == []
    assert [row.may_repeat for row in notifier.rows] == [False] * 6


def test_who_still_waited_when_the_backup_was_restored_gets_his_digest_once(
    begin: Make, clock: FakeClock, tmp_path: Path
) -> None:
    service, notifier, file = begin(), FakeNotifier(), tmp_path / "backup.gz"
    tell(service, clock, notifier)
    run("backup", str(file))
    save_event(service.store, "e1", 1, clock.advance(hours=1))
    notifier.refused[B] = Outcome("retry", "451 try later")
    tell(service, clock, notifier)
    service.store.close()
    before = len(notifier.taken)
    notifier.refused.clear()

    run("restore", str(file), "--replace")
    restored = begin()
    for _ in range(3):
        hand_over_pending(restored, notifier.make)
        clock.advance(hours=1)

    assert notifier.taken[before:] == [B]
