"""Broken inputs at the readers of monitor and settings: only named refusals, no hang, no growth. Failures are kept."""

import pytest

from tests.fuzz.corpus import load_corpus, load_kept
from tests.fuzz.monitor_targets import MONITOR
from tests.fuzz.running import EVERY_DAY, SOAK, fuzz, run_target


@pytest.mark.parametrize("target", MONITOR)
def test_sound_inputs_and_what_once_failed_are_read(target: str) -> None:
    measured = run_target(target, load_corpus(target), keep=False)

    assert measured.inputs > len(load_kept(target))


@pytest.mark.parametrize("target", MONITOR)
def test_ten_thousand_broken_inputs_are_read_or_refused_by_name(target: str) -> None:
    fuzz(target, EVERY_DAY, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("target", MONITOR)
def test_a_hundred_thousand_broken_inputs_are_read_or_refused_by_name(target: str) -> None:
    fuzz(target, SOAK, seed=2)
