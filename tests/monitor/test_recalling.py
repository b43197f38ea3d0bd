"""A restored store is brought to its journal: old events are not told again, and nobody is forgotten."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.application import Application
from monitor.composing import compose_due
from monitor.deliver import hand_over_pending
from monitor.journal import Journal, shorten
from monitor.notifiers.outcome import Outcome
from monitor.recalling import find_telling, journal_path, release
from seeds.errors import HeldError
from storage.values import ToldEvent
from tests.digest_samples import make_article, make_event
from tests.factories import event_row, new_fact, new_verdict, save_article, save_event
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import FakeNotifier, begin_subscriptions, subscribe

Make = Callable[[], Application]
A, B = "a@x.example", "b@x.example"


@pytest.fixture
def backup(sqlite_address: str) -> Callable[[], Callable[[], None]]:
    """Takes a backup of the database; what comes back puts it in the database's place."""
    path = Path(sqlite_address.removeprefix("sqlite:///"))

    def take() -> Callable[[], None]:
        kept = {suffix: path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")}
        saved = {suffix: file.read_bytes() for suffix, file in kept.items() if file.exists()}

        def restore() -> None:
            for suffix, file in kept.items():
                file.unlink(missing_ok=True)
                if suffix in saved:
                    file.write_bytes(saved[suffix])

        return restore

    return take


def begin(make: Make) -> Application:
    application = make()
    subscribe(application, recipients=[A, B])
    begin_subscriptions(application)
    return application


def tell(application: Application, clock: FakeClock, notifier: FakeNotifier) -> None:
    """The next hour of the digest, and everything that is due then."""
    next_day(clock)
    compose_due(application)
    hand_over_pending(application, notifier.make)


def join_event(application: Application, number: int, clock: FakeClock) -> None:
    """A later report joins the event `e1` of block `b`."""
    store, at = application.store, clock.advance(hours=1)
    store.articles.save_verdict(new_verdict(save_article(store, number, at), new_fact(block="b")), at)
    facts = [fact.id for fact in store.events.block_facts("b")]
    store.events.save_block("b", [event_row("e1", *facts, block="b")], {}, at)


def next_day(clock: FakeClock) -> None:
    """Eight o'clock of the next day, an hour after the digest's."""
    clock.advance(days=1, seconds=(clock().replace(hour=8, minute=0) - clock()).total_seconds())


def test_a_restored_backup_does_not_tell_again_what_it_still_knows(
    make_application: Make, clock: FakeClock, backup: Callable[[], Callable[[], None]]
) -> None:
    first, notifier = begin(make_application), FakeNotifier()
    save_event(first.store, "e1", 1, clock.advance(minutes=10))
    tell(first, clock, notifier)  # so that the store knows its journal
    save_event(first.store, "e2", 2, clock.advance(hours=1))
    first.store.close()
    restore = backup()
    tell(first, clock, notifier)
    assert notifier.taken == [A, B, A, B]
    first.store.close()

    restore()
    second = begin(make_application)
    hand_over_pending(second, notifier.make)
    tell(second, clock, notifier)

    assert notifier.taken == [A, B, A, B, A, B]  # the third digest, which tells nothing
    last = second.store.digests.last_digest("desk")
    assert last is not None and last.content["sections"] == []
    assert second.store.digests.count_told("e2") == 1
    assert [row.state for row in second.store.deliveries.find()] == ["sent"] * 6


def test_what_is_found_again_after_the_restore_is_recognised_though_its_number_is_another(
    make_application: Make, clock: FakeClock, backup: Callable[[], Callable[[], None]]
) -> None:
    first, notifier = begin(make_application), FakeNotifier()
    tell(first, clock, notifier)
    first.store.close()
    restore = backup()
    save_event(first.store, "e7", 7, clock.advance(hours=1))
    tell(first, clock, notifier)
    first.store.close()

    restore()
    second = begin(make_application)
    hand_over_pending(second, notifier.make)
    save_event(second.store, "other", 7, clock.advance(hours=1))
    save_event(second.store, "new", 8, clock(), happened_on="2026-03-04")
    tell(second, clock, notifier)

    last = second.store.digests.last_digest("desk")
    assert last is not None
    assert [event["id"] for section in last.content["sections"] for event in section["events"]] == ["new"]


def test_a_later_report_that_was_told_before_the_restore_is_not_told_again(
    make_application: Make, clock: FakeClock, backup: Callable[[], Callable[[], None]]
) -> None:
    first, notifier = begin(make_application), FakeNotifier()
    save_event(first.store, "e1", 1, clock.advance(minutes=10), block="b")
    tell(first, clock, notifier)
    first.store.close()
    restore = backup()
    join_event(first, 2, clock)
    tell(first, clock, notifier)
    last = first.store.digests.last_digest("desk")
    assert last is not None and len(last.content["later"]) == 1
    first.store.close()

    restore()
    second = begin(make_application)
    hand_over_pending(second, notifier.make)
    join_event(second, 2, clock)
    tell(second, clock, notifier)

    last = second.store.digests.last_digest("desk")
    assert last is not None and (last.content["later"], last.content["sections"]) == ([], [])


def test_a_reader_who_did_not_get_a_digest_before_the_restore_still_gets_it(
    make_application: Make, clock: FakeClock, backup: Callable[[], Callable[[], None]]
) -> None:
    first, notifier = begin(make_application), FakeNotifier()
    tell(first, clock, notifier)
    first.store.close()
    restore = backup()
    save_event(first.store, "e7", 7, clock.advance(hours=1))
    notifier.refused[B] = Outcome("retry", "451")
    tell(first, clock, notifier)
    first.store.close()
    notifier.taken.clear()
    notifier.refused.clear()

    restore()
    hand_over_pending(begin(make_application), notifier.make)

    assert notifier.taken == [B] and not notifier.rows[-1].may_repeat


def test_what_was_under_way_when_the_machine_died_is_sent_once_more_after_an_hour(
    make_application: Make, clock: FakeClock, backup: Callable[[], Callable[[], None]]
) -> None:
    class PowerCut(BaseException):
        pass

    def die(name: str, settings: object) -> FakeNotifier:
        notifier = FakeNotifier()
        notifier.hand_over = lambda *values: (_ for _ in ()).throw(PowerCut())  # type: ignore[method-assign]
        return notifier

    first, notifier = begin(make_application), FakeNotifier()
    next_day(clock)
    compose_due(first)
    first.store.close()
    restore = backup()
    with pytest.raises(PowerCut):
        hand_over_pending(first, die)
    first.store.close()

    restore()
    second = begin(make_application)
    hand_over_pending(second, notifier.make)
    assert notifier.taken == [B]
    clock.advance(hours=1)
    hand_over_pending(second, notifier.make)

    assert notifier.taken == [B, A]
    assert [row.may_repeat for row in notifier.rows] == [False, True]


def test_what_was_sent_and_not_noted_in_the_store_is_not_sent_again(
    make_application: Make, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, notifier = begin(make_application), FakeNotifier()
    next_day(clock)
    compose_due(first)
    monkeypatch.setattr(first.store.deliveries, "finish", lambda *values, **named: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hand_over_pending(first, notifier.make)

    second = begin(make_application)
    for _ in range(3):
        hand_over_pending(second, notifier.make)
        clock.advance(hours=1)

    assert notifier.taken == [A, B]


def test_a_store_whose_journal_is_gone_is_held_until_someone_confirms(
    make_application: Make, clock: FakeClock
) -> None:
    first, notifier = begin(make_application), FakeNotifier()
    tell(first, clock, notifier)
    journal_path(first).unlink()

    second = begin(make_application)
    save_event(second.store, "e1", 1, clock.advance(hours=1))
    for _ in range(2):
        with pytest.raises(HeldError, match=r"digests are held.*--release"):
            hand_over_pending(second, notifier.make)
    release(make_application())
    tell(second, clock, notifier)

    assert notifier.taken == [A, B, A, B]
    hand_over_pending(begin(make_application), notifier.make)  # and so for whoever comes later


def test_a_store_that_never_had_a_journal_begins_one(make_application: Make, clock: FakeClock) -> None:
    application, notifier = begin(make_application), FakeNotifier()

    tell(application, clock, notifier)

    assert list(application.store.recalls.positions().values()) == [application.journal.position]


def test_a_store_that_was_lost_whole_is_not_told_again_from_the_start(
    make_application: Make, clock: FakeClock, sqlite_address: str, sqlite_template: Path
) -> None:
    first, notifier = begin(make_application), FakeNotifier()
    save_event(first.store, "e1", 1, clock.advance(minutes=10))
    tell(first, clock, notifier)
    first.store.close()

    shutil.copy(sqlite_template, sqlite_address.removeprefix("sqlite:///"))
    second = begin(make_application)
    hand_over_pending(second, notifier.make)
    save_event(second.store, "again", 1, clock.advance(minutes=10))
    tell(second, clock, notifier)

    last = second.store.digests.last_digest("desk")
    assert last is not None and last.content["sections"] == []


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ({}, True),
        ({"id": "another"}, True),
        ({"happened_on": None}, True),  # the address is enough beside pair and act
        ({"articles": (make_article(url="https://other.example/2"),)}, True),  # the day is enough beside them
        ({"articles": (make_article(url="https://other.example/2"),), "happened_on": None}, False),
        ({"articles": (make_article(url="https://other.example/2"),), "happened_on": "2025-08-28"}, False),
        ({"act": "visit"}, False),  # one page may tell of two events
        ({"pairs": (("VN-48", "KR-26"),)}, False),
        ({"pairs": (("VN-48", "KR-26"), ("VN-46", "KR-44"))}, True),
    ],
)
def test_an_event_is_recognised_by_its_pair_and_act_with_address_or_day(
    changes: dict[str, object], is_found: bool
) -> None:
    event = make_event()
    known = ToldEvent(event.act, event.happened_on, event.pairs, tuple(article.url for article in event.articles))

    assert find_telling(replace(event, **changes), [(3, known)]) == (3 if is_found else None)  # type: ignore[arg-type]


# The file


def end(journal: Journal, number: int = 1, state: str = "sent") -> int:
    return journal.note_end(("desk", f"p{number}"), A, START_AT, state, 1, "")


def test_a_line_torn_by_a_crash_is_left_out_and_the_next_one_stands_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.begin()
    end(journal, 1)
    journal.path.write_bytes(journal.path.read_bytes() + b'{"n":3,"what":"se')

    number = end(Journal(journal.path), 2)

    assert number == 3
    assert [line["n"] for line in journal.read()] == [1, 2, 3]


def test_lines_that_are_damaged_are_left_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    name = journal.begin()
    end(journal, 1)
    end(journal, 2)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join([lines[0], b"\0" * 40 + b"\n", b"\xff\xfe{]\n", b"[1]\n", lines[2]]))

    again = Journal(journal.path)

    assert (again.id, again.position, [line["n"] for line in again.read(after=1)]) == (name, 3, [3])


def test_two_processes_number_their_lines_one_after_the_other(tmp_path: Path) -> None:
    one, other = Journal(tmp_path / "j.jsonl"), Journal(tmp_path / "j.jsonl")
    one.begin()

    numbers = [end(one), end(other), end(one), end(other)]

    assert numbers == [2, 3, 4, 5] and other.id == one.id == other.begin()


def test_nobody_else_may_read_the_recipients(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl")
    journal.begin()

    assert {one.name: oct(one.stat().st_mode & 0o777) for one in tmp_path.iterdir()} == dict.fromkeys(
        ("j.jsonl", "j.jsonl.lock"), oct(0o600))


def digest_line(number: int) -> dict[str, object]:
    content = {"subscription": "desk", "sections": ["x" * 500], "coverage": {"outlets": ["y" * 500], "down": []}}
    return {
        "n": 2 * number, "what": "digest", "subscription": "desk", "period": f"p{number}", "recipients": [A],
        "content": content, "told": [{"urls": [f"https://x.example/{number}"]}],
    }


def sent_line(number: int) -> dict[str, object]:
    return {"n": 2 * number + 1, "what": "sent", "subscription": "desk", "period": f"p{number}", "recipient": A}


def test_a_long_journal_loses_contents_first_then_its_oldest_digests_and_never_what_is_still_waited_for() -> None:
    begun = {"n": 1, "what": "begin", "journal": "j"}
    lines = [begun, digest_line(1)] + [line(n) for n in range(2, 12) for line in (digest_line, sent_line)]
    whole = sum(len(json.dumps(line)) for line in lines)

    lighter, least = shorten(lines, whole // 2), shorten(lines, 2_500)

    assert len(lighter) == len(lines) and "x" * 500 not in json.dumps(lighter[2])
    assert lighter[-2]["content"] == lines[-2]["content"]
    assert least[:2] == [begun, digest_line(1)]  # p1 was never sent
    assert {line["period"] for line in least[2:]} <= {f"p{n}" for n in range(7, 12)}


def test_a_journal_stays_within_its_size(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", max_bytes=4_000)
    journal.begin()
    name = journal.id

    for number in range(200):
        end(journal, number % 3)

    assert journal.id == name and journal.position == 201
    assert journal.path.stat().st_size < 4_400
