"""What a crawl costs, everything included, against two Scrapy spiders on the same pages: a bare one that keeps nothing
of them, and one with trafilatura in its callback. CPU of the whole process trees, start-up included.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from storage.clock import utc_now
from storage.store import open_store
from tests.bench.tree import measure
from tests.bench.weight import Press, run_press

ROOT = Path(__file__).parents[2]
ROUNDS = 3  # in turn, after one that warms up; the medians count, as other work on the machine falls on all three alike
BAR, INLINE_BAR = 2.5, 0.5


def measure_crawl_cost() -> Iterator[tuple[str, str, str]]:
    """CPU of a crawl as ratios to the bare spider and to the one with trafilatura, on 400 pages of 45 to 215 KB."""
    spent: dict[str, list[float]] = {"bare": [], "inline": [], "ours": []}
    with tempfile.TemporaryDirectory() as name, run_press(utc_now()) as press:
        outlets = press.write_outlets(Path(name) / "seeds")
        for turn in range(ROUNDS + 1):
            folder = Path(name) / str(turn)
            folder.mkdir()
            for kind in ("bare", "inline"):
                spent[kind].append(measure(compared(kind, press), plain_environment(Path(name)), folder))
            spent["ours"].append(measure(OURS, our_environment(Path(name), folder, outlets), folder))
            check(press, folder)
    bare, inline, ours = (median(spent[kind][1:]) for kind in ("bare", "inline", "ours"))
    seconds = f"({ours:.1f} s; bare {bare:.1f} s, with trafilatura {inline:.1f} s; medians of {ROUNDS})"
    pages = sum(len(paper.pages) for paper in press.papers)
    yield f"crawl of {pages} heavy pages: CPU, times bare Scrapy", f"{ours / bare:.2f} x", f"bar: {BAR} x {seconds}"
    yield f"crawl of {pages} heavy pages: CPU, of inline trafilatura", f"{ours / inline:.2f} x", f"bar: {INLINE_BAR} x"


OURS = [sys.executable, "-m", "scrapy", "crawl", "outlet", "-s", "TWINWATCH_AFTER_CRAWL="]  # judged elsewhere


def compared(kind: str, press: Press) -> list[str]:
    """The command line of a spider to compare with, with Scrapy's own settings but for the log."""
    spider = str(Path(__file__).with_name(f"{kind}.py"))
    feeds = json.dumps(press.feed_urls())
    return [sys.executable, "-m", "scrapy", "runspider", spider, "-a", f"feeds={feeds}", "-s", "LOG_LEVEL=ERROR"]


def plain_environment(name: Path) -> dict[str, str]:
    """Where a spider finds this package, without a project's settings; compiled modules are kept, as by default."""
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(name / "compiled"),
    }


def our_environment(name: Path, folder: Path, outlets: list[str]) -> dict[str, str]:
    """Twinwatch's settings for the comparison: no pause between requests, as the other spiders make none."""
    return plain_environment(name) | {
        "SCRAPY_SETTINGS_MODULE": "crawler.settings", "TWINWATCH_DATA_DIR": str(folder / "data"),
        "TWINWATCH_SEEDS_DIR": str(name / "seeds"), "TWINWATCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "TWINWATCH_CRAWL__OUTLETS": json.dumps(outlets), "TWINWATCH_CRAWL__DELAY_SECONDS": "0",
    }


def check(press: Press, folder: Path) -> None:
    """Raises AssertionError where the crawl did less than all of its work: a figure of it would say nothing."""
    store = open_store(f"sqlite:///{folder / 'data' / 'twinwatch.db'}")
    try:
        with store.database.engine.connect() as connection:
            ends = dict(connection.exec_driver_sql("SELECT outcome, count(*) FROM entries GROUP BY outcome").all())
    finally:
        store.close()
    candidates = sum(len(paper.candidates) for paper in press.papers)
    pages = sum(len(paper.pages) for paper in press.papers)
    assert ends == {"saved": candidates, "screened_out": pages - candidates}, ends
