"""Runs every benchmark and prints one line each: what was measured, the figure, and the bar where there is one."""

from tests.bench.crawling import measure_crawl_cost
from tests.bench.digests import measure_digests
from tests.bench.extraction import measure_extraction
from tests.bench.judging import measure_judging
from tests.bench.memory import measure_memory
from tests.bench.rhythm import measure_rhythm
from tests.bench.seeds import measure_loading
from tests.bench.waves import measure_unchanged
from tests.bench.workers import measure_workers


def main() -> None:
    """Prints the figures; nothing is judged here."""
    measures = (
        measure_loading, measure_judging, measure_extraction, measure_crawl_cost, measure_unchanged, measure_memory,
        measure_rhythm, measure_digests, measure_workers,
    )
    for measure in measures:
        for name, figure, bar in measure():
            print(f"{name:<62} {figure:>14}   {bar}", flush=True)


if __name__ == "__main__":
    main()
