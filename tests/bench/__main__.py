"""Runs every benchmark and prints one line each: what was measured, the figure, and the bar where there is one."""

from tests.bench.crawling import measure_crawl_cost
from tests.bench.extraction import measure_extraction
from tests.bench.judging import measure_judging
from tests.bench.rhythm import measure_rhythm
from tests.bench.seeds import measure_loading


def main() -> None:
    """Prints the figures; nothing is judged here."""
    for measure in (measure_loading, measure_judging, measure_extraction, measure_crawl_cost, measure_rhythm):
        for name, figure, bar in measure():
            print(f"{name:<62} {figure:>14}   {bar}", flush=True)


if __name__ == "__main__":
    main()
