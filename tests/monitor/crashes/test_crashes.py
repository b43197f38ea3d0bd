"""A process that is killed at any step of composing and delivering loses nothing and repeats nothing in silence."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.judging.judge import Knowledge
from seeds.catalogue import Catalogue
from storage.store import Store
from tests.monitor.crashes.controls import Control, HuginnOrder, SuperdeskOrder
from tests.monitor.crashes.harness import Receivers, Report, play
from tests.monitor.crashes.ours import Ours
from tests.stand_ins import MailStandIn, SlackStandIn

MAIL_READERS = ("a@x.example", "b@x.example", "c@x.example")


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    with MailStandIn() as mail, SlackStandIn() as slack:
        yield Receivers(mail, slack, (*MAIL_READERS, "#team"))


@pytest.fixture
def by_mail(receivers: Receivers) -> Receivers:
    return Receivers(receivers.mail, receivers.slack, MAIL_READERS)


@pytest.fixture
def ours(
    tmp_path: Path, sqlite_store: Store, receivers: Receivers, knowledge: Knowledge, catalogue: Catalogue,
    clean_folder: Path,
) -> Ours:
    return Ours(tmp_path, sqlite_store, receivers, knowledge, catalogue)


def describe(report: Report) -> str:
    shown = f"{report.kills} kills in {report.lives} lives, {report.events} events"
    return f"{shown}, repeats that say so: {report.marked_repeats}"


def test_a_hundred_kills_lose_nothing_and_repeat_nothing_in_silence(ours: Ours, receivers: Receivers) -> None:
    report = play(ours, receivers, seed=20260302, kills=100)

    assert (report.untold, report.told_twice) == ([], []), describe(report)
    assert report.kills == 100 and len(report.places) > 40
    assert report.marked_repeats > 0  # some died between sending and knowing


@pytest.mark.slow
@pytest.mark.soak
def test_a_thousand_kills_lose_nothing_and_repeat_nothing_in_silence(ours: Ours, receivers: Receivers) -> None:
    report = play(ours, receivers, seed=1, kills=1000)

    assert (report.untold, report.told_twice) == ([], []), describe(report)
    print(describe(report))


@pytest.mark.parametrize(("make", "loses", "repeats"), [
    (HuginnOrder, False, True), (SuperdeskOrder, True, False),
])
def test_the_harness_finds_what_the_orders_of_others_lose_and_repeat(
    make: Callable[[Path, Receivers], Control], loses: bool, repeats: bool, tmp_path: Path, by_mail: Receivers
) -> None:
    report = play(make(tmp_path, by_mail), by_mail, seed=7, kills=40)

    assert (bool(report.untold), bool(report.told_twice)) == (loses, repeats), describe(report)


@pytest.mark.parametrize("make", [HuginnOrder, SuperdeskOrder])
def test_without_kills_the_orders_of_others_lose_and_repeat_nothing(
    make: Callable[[Path, Receivers], Control], tmp_path: Path, by_mail: Receivers
) -> None:
    report = play(make(tmp_path, by_mail), by_mail, seed=7, kills=0)

    assert (report.untold, report.told_twice) == ([], [])
