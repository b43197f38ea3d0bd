"""Broken inputs at every reader of what others wrote: only named refusals, no hang, no growth. Failures are kept."""

import os
from pathlib import Path

import pytest

from tests.fuzz.corpus import load_corpus, load_kept
from tests.fuzz.mutating import mutate_all
from tests.fuzz.running import GROWTH_MEGABYTES, HANG_SECONDS, run_target
from tests.fuzz.targets import NAMED, TARGETS

EVERY_DAY, SOAK = 10_000, 100_000
# What costs most; beyond what has to hold for ten thousand.
FEWER = dict.fromkeys(("judge", "search", "keywords"), 2_000)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("TWINWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("target", TARGETS)
def test_sound_inputs_and_what_once_failed_are_read(target: str) -> None:
    measured = run_target(target, load_corpus(target), keep=False)

    assert measured.inputs > len(load_kept(target))


@pytest.mark.parametrize("target", TARGETS)
def test_ten_thousand_broken_inputs_are_read_or_refused_by_name(target: str) -> None:
    _fuzz(target, FEWER.get(target, EVERY_DAY), seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_hundred_thousand_broken_inputs_are_read_or_refused_by_name(target: str) -> None:
    _fuzz(target, SOAK, seed=2)


def test_a_crash_a_hang_and_a_named_refusal_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(body: bytes) -> None:
        if body:
            raise KeyError("x")

    def refuse(body: bytes) -> None:
        if body:
            raise NAMED[0]("no")

    monkeypatch.setitem(TARGETS, "crash", crash)
    monkeypatch.setitem(TARGETS, "refuse", refuse)

    with pytest.raises(AssertionError, match="crash: KeyError"):
        run_target("crash", [b"a"], keep=False)
    assert run_target("refuse", [b"a"]).inputs == 1


def _fuzz(target: str, count: int, seed: int) -> None:
    measured = run_target(target, mutate_all(load_corpus(target), count, seed))

    print(f"{target}: {measured}")
    assert measured.inputs == count
    assert measured.slowest_seconds < HANG_SECONDS
    assert measured.grown_megabytes < GROWTH_MEGABYTES
