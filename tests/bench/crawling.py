"""What a crawl costs, everything included, against a bare Scrapy spider that keeps nothing of the same pages."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from seeds.newsroom.server import Newsroom, run_newsroom
from storage.clock import utc_now

PAGES_EACH = 40
BAR = 2.5
POLITE = {"DOWNLOAD_DELAY": "0", "CONCURRENT_REQUESTS_PER_DOMAIN": "1", "ROBOTSTXT_OBEY": "True", "LOG_LEVEL": "ERROR"}


def measure_crawl_cost() -> Iterator[tuple[str, str, str]]:
    """CPU of the child processes, ratio of ours to the bare one, over the newsroom filled up with noise."""
    with tempfile.TemporaryDirectory() as name, run_newsroom(utc_now(), slow_seconds=0.1) as newsroom:
        folder, urls = Path(name), fill(newsroom)
        outlets = newsroom.write_overlay(folder / "seeds")
        (folder / "urls.json").write_text(json.dumps(urls))
        bare = run(bare_command(folder), {}, folder)
        ours = run([sys.executable, "-m", "scrapy", "crawl", "outlet"], environment(folder, outlets), folder)
    yield (
        f"crawl: CPU of everything, against bare Scrapy ({len(urls)} pages)", f"{ours / bare:.2f} x",
        f"bar: {BAR} x at 5 % candidates ({ours:.1f} s, {bare:.1f} s, start-up included)",
    )


def fill(newsroom: Newsroom) -> list[str]:
    """Noise at every outlet; the addresses of all pages."""
    for outlet_id in newsroom.roots:
        newsroom.fill(outlet_id, PAGES_EACH, (timedelta(hours=1), timedelta(hours=40)))
    return [urls[0] for outlet_id in newsroom.roots for urls in newsroom.find_urls(outlet_id).values()]


def bare_command(folder: Path) -> list[str]:
    """The command line of the bare spider."""
    spider, settings = Path(__file__).with_name("bare.py"), [f"{key}={value}" for key, value in POLITE.items()]
    options = [part for setting in settings for part in ("-s", setting)]
    return [sys.executable, "-m", "scrapy", "runspider", str(spider), "-a", f"urls={folder / 'urls.json'}", *options]


def environment(folder: Path, outlets: list[str]) -> dict[str, str]:
    """Twinwatch's settings for the comparison: no pause between requests, as the bare spider makes none."""
    return {
        "SCRAPY_SETTINGS_MODULE": "crawler.settings", "TWINWATCH_DATA_DIR": str(folder / "data"),
        "TWINWATCH_SEEDS_DIR": str(folder / "seeds"), "TWINWATCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "TWINWATCH_CRAWL__OUTLETS": json.dumps(outlets), "TWINWATCH_CRAWL__DELAY_SECONDS": "0",
    }


def run(command: list[str], more: dict[str, str], folder: Path) -> float:
    """CPU seconds of a command and its children, run in `folder`. Raises CalledProcessError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env={**os.environ, **more}, cwd=folder, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
