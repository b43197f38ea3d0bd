"""A thousand waves of the real service: its memory, threads and file handles stay as they are, and nothing is lost.

Each wave is a crawl in a process of its own, as `twinwatch run` starts it; between two of them business time goes on.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pytest

from tests.bench.crawling import plain_environment
from tests.faults.long_run import LongRun, begin_long_run
from tests.faults.real_service import Sample

WAVES, WINDOW = 1000, 50
# Libraries, templates and SQLite's page caches come in with their first use.
WARM = 100
GROWTH = 0.05
# Before the long run: a handle that is lost with each wave shows, one more connection to the store does not count.
FEW, FEW_WARM, SPARE = 8, 3, 3


@pytest.mark.slow
def test_a_few_waves_lose_no_file_handle_and_no_story(folder: Path) -> None:
    with begin_long_run(folder, {}) as run:

        run.play(FEW)

        check_rest(run)
    for role, last in run.samples[-1].items():
        fewest = min(sample[role].files for sample in run.samples[-FEW_WARM:])
        assert fewest <= run.samples[FEW_WARM][role].files + SPARE, run.samples
        assert last.threads <= run.samples[FEW_WARM][role].threads + SPARE


@pytest.mark.slow
@pytest.mark.soak
def test_memory_and_handles_stay_as_they_are_for_a_thousand_waves(folder: Path) -> None:
    with begin_long_run(folder, plain_environment(folder)) as run:

        run.play(WAVES)

        print(run.service.list_files())
        check_rest(run)
    for role in run.samples[-1]:
        taken = [sample[role] for sample in run.samples]
        check_flat(role, taken[WARM:WARM + WINDOW], taken[-WINDOW:])


def check_flat(role: str, before: Sequence[Sample], after: Sequence[Sample]) -> None:
    """Its memory has grown by GROWTH at most, the handles and threads that it keeps not at all."""
    said = f"{role}: {describe(before)}; then {describe(after)}"
    print(said)
    assert weigh(after) <= weigh(before) * (1 + GROWTH), said
    # The fewest of a window are those that are kept; what a tick or an answer holds for a moment comes on top.
    assert min(sample.files for sample in after) <= min(sample.files for sample in before), said
    assert min(sample.threads for sample in after) <= min(sample.threads for sample in before), said


def check_rest(run: LongRun) -> None:
    """Every wave ended well, and every story was read once and told once."""
    run.come_to_rest()
    # One at the start and two at the end; a second try may fall due by itself.
    assert run.count_waves() >= len(run.samples) + 3
    assert run.query("SELECT DISTINCT outcome FROM waves") == [("fine",)]
    assert run.service.read_lines("trouble") == []
    assert (run.find_lost(), run.find_mistold()) == ([], [])


def weigh(samples: Sequence[Sample]) -> float:
    return median(sample.own for sample in samples)


def describe(samples: Sequence[Sample]) -> str:
    files, threads = ({getattr(sample, name) for sample in samples} for name in ("files", "threads"))
    return (f"{weigh(samples):.1f} MB of its own ({median(sample.resident for sample in samples):.1f} resident), "
            f"{min(files)} to {max(files)} files, {min(threads)} to {max(threads)} threads")
