"""Measures every page and every read of the API at the server, over a store of many years, on either database.

Usage: python -m tests.bench.dashboard [--postgresql] [--keep FOLDER] [--turns N] [--only PART]
[--events N]. Filling takes some minutes; a folder that is kept is filled once.
CPU is that of the server, and of PostgreSQL's processes where it is one.
"""

import argparse
import asyncio
import os
import re
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import httpx

from monitor.application import Application
from monitor.web.app import make_app
from monitor.web.serving import warm_up
from seeds.settings import Settings
from seeds.subscription import Subscription
from storage.store import open_store
from tests.bench.large_store import ARTICLES, EVENTS, NOW, SUBSCRIPTION, LargeStore
from tests.postgres import TestServer

TURNS, MEDIAN, P95 = 40, 100, 300
OLD, RARE, COMMON = "since=2010-01-01&until=2012-12-31", "place=VN-46", "place=KR-41"
WORDS = (
    "광주", "seasonal workers", "ban ghi nho", "thời vụ", "충청", "Hue", "sign a memo", "업무협약을", "nothing",
    "우호협력", "friendship agreement signed", "Quảng Nam", "lao động thời vụ, tháng 3/2020",
    "2019년 충청남도 자매결연", "tháng 12", "3월 5일", "새로운 관계",
)
PAGES = (
    "/", "/events", f"/events?{RARE}", f"/events?{COMMON}", "/events?act=visit", "/events?act=aid&stage=planned",
    "/events?language=ko", "/events?outlet={outlet_id}", f"/events?{OLD}", f"/events?{RARE}&act=visit&language=ko",
    f"/events?{COMMON}&outlet={{outlet_id}}&stage=done", "/events?place={key}", "/events?verdict=unsure",
    "/events?before=2015-06-01~b5", "/events?q={words}", "/events?q={words}&place=VN-46", "/events.json", "/events.csv",
    "/events/{event_id}", "/events/{event_id}/rules", "/ties", "/ties?sort=last", "/ties?kind=sister", "/ties?all=1",
    "/ties.json",
    "/ties.csv", "/ties/{vn_key}/{kr_key}", "/timeline", "/timeline?years=10", "/timeline?years=10&act=visit",
    "/timeline?place=VN-46", "/map", "/map?place=KR-41", "/map.json", "/outlets", "/outlets/{outlet_id}", "/digests",
    "/digests/{digest_id}", "/runs", "/runs?outcome=broken", "/runs?outlet={outlet_id}",
)
PARAMETER = re.compile(r"{(\w+)}")


def main() -> int:
    """Prints a line for each path; how many are slower than they may be."""
    wish = argparse.ArgumentParser()
    wish.add_argument("--postgresql", action="store_true")
    wish.add_argument("--keep", type=Path)
    wish.add_argument("--turns", type=int, default=TURNS)
    wish.add_argument("--only", default="")
    wish.add_argument("--events", type=int, default=EVENTS)
    given = wish.parse_args()
    # Ended from outside, it still stops its PostgreSQL.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    large = LargeStore(given.events, given.events * ARTICLES // EVENTS)
    with _make_store(large, given.postgresql, given.keep) as (address, server), TemporaryDirectory() as folder:
        print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores", flush=True)
        # Other work on the machine disturbs the last figure least.
        print(f"{'ms':<64}  median     p95     CPU", flush=True)
        worked = (lambda: time.process_time() + server.worked()) if server else time.process_time
        return asyncio.run(measure(_make_application(address, Path(folder)), given.turns, given.only, worked))


async def measure(application: Application, turns: int, only: str, worked: Callable[[], float]) -> int:
    """Asks every path so often, each time for another place, event or word where it names one."""
    app, slow = make_app(application), 0
    warm_up(application)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=120) as client:
        for path in [one for one in (*PAGES, *_find_api(app)) if only in one]:
            times, efforts, status = await _ask(client, path, turns, worked)
            median, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            # Nobody crawls here, so the service is not ready.
            is_slow = median > MEDIAN or p95 > P95 or (status >= 500 and path != "/readyz")
            slow += is_slow
            note = ("" if status == 200 else f"  {status}") + ("  SLOW" if is_slow else "")
            print(f"{path:<64} {median:7.0f} {p95:7.0f} {statistics.median(efforts):7.0f}{note}", flush=True)
    return slow


async def _ask(
    client: httpx.AsyncClient, path: str, turns: int, worked: Callable[[], float]
) -> tuple[list[float], list[float], int]:
    """Milliseconds of each turn, those of the processor, and the highest status."""
    values, times, efforts, status = _make_values(), [], [], 0
    for _ in range(turns + 1):
        url = PARAMETER.sub(lambda found: quote(next(values[found[1]])), path)
        effort, started = worked(), time.perf_counter()
        answer = await client.get(url)
        times.append((time.perf_counter() - started) * 1000)
        efforts.append((worked() - effort) * 1000)
        status = max(status, answer.status_code)
    return times[1:], efforts[1:], status  # the first one loads templates and words


def _make_values() -> dict[str, Iterator[str]]:
    large = LargeStore()
    outlets = [outlet_id for outlet_id, _ in large.outlets]
    events = [f"b{n}" for n in range(0, large.events, 1_117)]
    return {
        "event_id": cycle(events), "id": cycle(events), "outlet_id": cycle(outlets), "words": cycle(WORDS),
        "key": cycle([vn for vn, _ in large.pairs[::13]]), "digest_id": cycle(map(str, range(1, 400, 7))),
        "vn_key": cycle([vn for vn, _ in large.pairs[::13]]), "kr_key": cycle([kr for _, kr in large.pairs[::13]]),
        "q": cycle(WORDS), "delivery_id": cycle(map(str, range(1, 400, 7))),
        "subscription": cycle([SUBSCRIPTION]), "name": cycle([SUBSCRIPTION]),
    }


def _find_api(app: Any) -> list[str]:
    """The reads of the API, and the other things that programs ask for, as the application lists its routes."""
    found = []
    for route in app.routes:
        inner = route.effective_route_contexts() if hasattr(route, "effective_route_contexts") else [route]
        found += [one.path for one in inner if "GET" in (getattr(one, "methods", ()) or ())]
    known = set(_make_values())
    return [
        path for path in dict.fromkeys(found)
        if path.startswith(("/api/", "/metrics", "/readyz", "/healthz")) or path.endswith((".atom", ".ics", ".xlsx"))
        if set(PARAMETER.findall(path)) <= known
    ]


def _make_application(address: str, folder: Path) -> Application:
    subscription = Subscription.model_validate(
        {"name": SUBSCRIPTION, "notifier": "email", "recipients": ["desk@city.example"], "hour": 7}
    )
    settings = Settings(data_dir=folder, database_url=address, subscription=[subscription])
    return Application(settings, lambda: NOW)


@contextmanager
def _make_store(large: LargeStore, is_postgresql: bool, keep: Path | None) -> Iterator[tuple[str, TestServer | None]]:
    """The address of a filled store, and its server where it has one."""
    with TemporaryDirectory() as folder:
        if not is_postgresql:
            path = (keep or Path(folder)) / "large.db"
            if not path.exists():
                _fill(large, f"sqlite:///{path}.new")
                path.with_name("large.db.new").rename(path)
            yield f"sqlite:///{path}", None
            return
        server = TestServer(keep)
        try:
            yield server.make_kept("large", partial(_fill, large)), server
        finally:
            server.stop()


def _fill(large: LargeStore, address: str) -> None:
    started = time.monotonic()
    store = open_store(address)
    large.fill(store, lambda table: print(f"{time.monotonic() - started:5.0f} s  {table}", flush=True))
    store.close()


if __name__ == "__main__":
    sys.exit(main())
