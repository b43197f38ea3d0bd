"""Broken inputs at the crawler's readers: only named refusals, no hang, no growth. Failures are kept."""

import pytest

from tests.fuzz import running
from tests.fuzz.corpus import load_corpus, load_kept
from tests.fuzz.crawler_targets import CRAWLER, Try
from tests.fuzz.running import EVERY_DAY, SOAK, fuzz, run_target
from tests.fuzz.targets import NAMED, TARGETS


@pytest.mark.parametrize("target", CRAWLER)
def test_sound_inputs_and_what_once_failed_are_read(target: str) -> None:
    measured = run_target(target, load_corpus(target), keep=False)

    assert measured.inputs > len(load_kept(target))


@pytest.mark.parametrize("target", CRAWLER)
def test_ten_thousand_broken_inputs_are_read_or_refused_by_name(target: str) -> None:
    fuzz(target, EVERY_DAY, seed=1)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("target", CRAWLER)
def test_a_hundred_thousand_broken_inputs_are_read_or_refused_by_name(target: str) -> None:
    fuzz(target, SOAK, seed=2)


def test_a_crash_a_hang_and_a_named_refusal_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "HANG_SECONDS", 0.05)
    for name, raised in (("crash", KeyError("x")), ("refuse", NAMED[0]("no"))):
        monkeypatch.setitem(TARGETS, name, _make_raising(raised))
    monkeypatch.setitem(TARGETS, "hang", _hang)

    with pytest.raises(AssertionError, match="crash: KeyError"):
        run_target("crash", [b"a"], keep=False)
    with pytest.raises(AssertionError, match="hang: Hang"):
        run_target("hang", [b"a"], keep=False)
    assert run_target("refuse", [b"a"]).inputs == 1


def _make_raising(error: Exception) -> Try:
    def fail(body: bytes) -> None:
        if body:
            raise error

    return fail


def _hang(body: bytes) -> None:
    while body:
        pass
