"""Measures how fast a hundred digests are composed and saved from a store with a hundred thousand events."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from monitor.application import Application
from monitor.composing import compose_due
from seeds.gazetteer import load_gazetteer
from seeds.settings import Settings
from seeds.subscription import Subscription
from storage.models import (
    ArticleModel,
    EntryModel,
    EventModel,
    EventPairModel,
    FactModel,
    OutletModel,
    ToldArticleModel,
    ToldModel,
    VerdictModel,
)
from storage.store import Store, open_store
from tests.fake_clock import START_AT, FakeClock

EVENTS, SUBSCRIPTIONS = 100_000, 100
# Told to everybody lately; of these, some have a later report today. New of today: a busy day (5 to 10 are usual).
TOLD, LATER, NEW = 1_000, 5, 10
ACTS = ("agreement", "twinning", "visit", "aid", "training", "culture_tourism")
LINES = 20
CHUNK = 10_000


_KEYS = sorted(key for key in load_gazetteer().localities if len(key) == len("VN-46"))
VN, KR = ([key for key in _KEYS if key.startswith(country)] for country in ("VN", "KR"))


def measure_digests() -> Iterator[tuple[str, str, str]]:
    """Seconds of one core for all digests, and the memory of the process that made them."""
    with TemporaryDirectory() as folder:
        fill(Path(folder))
        ran = subprocess.run([sys.executable, "-m", "tests.bench.digests", folder], capture_output=True, check=True)
    seconds, megabytes, made = json.loads(ran.stdout)
    name = f"digests: {EVENTS:,} events, {made} subscriptions"
    yield f"{name}, composed and saved", f"{seconds:.2f} s", "< 2 s"
    yield f"{name}, memory of the process", f"{megabytes:.0f} MB", "< 200 MB"


def fill(folder: Path) -> None:
    """A store with the events of years, of which the last ones are new."""
    store = open_store(f"sqlite:///{folder}/twinwatch.db")
    old = EVENTS - NEW
    fine = {"state": "fine", "state_reason": "", "failures": 0}
    _insert(store, OutletModel, [{"id": f"o{n}", **fine} for n in range(150)])
    _save_events(store, range(1, old + 1))
    for subscription in make_subscriptions():
        store.digests.begin_subscription(subscription.name, START_AT)
    names = [subscription.name for subscription in make_subscriptions()]
    known = range(old - TOLD + 1, old + 1)
    _insert(store, ToldModel, [_told(name, n) for name in names for n in known])
    _insert(store, ToldArticleModel, [{"subscription": name, "entry_id": n} for name in names for n in known])
    _save_events(store, range(old + 1, EVENTS + 1))
    _save_later(store, range(EVENTS + 1, EVENTS + LATER + 1), old)
    store.close()


def make_subscriptions() -> list[Subscription]:
    """Readers of three languages; each second one filters by places, acts or keywords."""
    filters: tuple[dict[str, Any], ...] = (
        {}, {"localities": ["VN-46", "KR-44"]}, {}, {"acts": ["agreement", "aid"]}, {}, {"keywords": ["bản ghi nhớ"]}
    )
    return [
        Subscription.model_validate({
            "name": f"desk-{n}", "notifier": "email", "recipients": [f"desk-{n}@city.example"], "hour": 5,
            "language": ("en", "ko", "vi")[n % 3], **filters[n % len(filters)],
        })
        for n in range(SUBSCRIPTIONS)
    ]


def run(folder: Path) -> None:
    """Composes all that is due; prints seconds of one core, megabytes and how many."""
    settings = Settings(data_dir=folder, subscription=make_subscriptions())
    application = Application(settings, FakeClock(START_AT + timedelta(days=1)))
    application.subscriptions, application.catalogue, application.store  # noqa: B018  (loaded once per process)
    started = time.process_time()
    made = compose_due(application)
    seconds = time.process_time() - started
    # The highest of this program alone; `ru_maxrss` would carry over that of the process that started it.
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(json.dumps([seconds, int(peak.split()[1]) / 1024, len(made)]))


def _save_events(store: Store, numbers: range) -> None:
    at = START_AT + timedelta(hours=1)
    is_new = numbers.stop > EVENTS
    _insert(store, EntryModel, [_entry(n) for n in numbers])
    _insert(store, ArticleModel, [_article(n) for n in numbers])
    _insert(store, VerdictModel, [_verdict(n) for n in numbers])
    _insert(store, EventModel, [{
        "id": f"e{n}", "block": f"b{n % 5000}", "act": ACTS[n % 6], "stage": "signed", "happened_on": "2026-03-01",
        "verdict": "yes", "score": 0.9, "backlog": False, "new_tie": n % 10 == 0,
        "first_seen_at": at if is_new else START_AT - timedelta(days=1), "news_number": n, "dated_on": "2026-03-01",
        "change_number": n,
    } for n in numbers])
    _insert(store, EventPairModel, [{
        "event_id": f"e{n}", "vn_key": VN[n % len(VN)], "kr_key": KR[n // len(VN) % len(KR)], "position": 0,
        "dated_on": f"{2000 + n % 26}-03-01",
    } for n in numbers])
    _insert(store, FactModel, [_fact(n, n) for n in numbers])


def _save_later(store: Store, numbers: range, told: int) -> None:
    _insert(store, EntryModel, [_entry(n) for n in numbers])
    _insert(store, ArticleModel, [_article(n) for n in numbers])
    _insert(store, VerdictModel, [_verdict(n) for n in numbers])
    _insert(store, FactModel, [_fact(n, told - (n - numbers.start)) for n in numbers])
    with store.database.write() as session:
        for n in numbers:
            session.get_one(EventModel, f"e{told - (n - numbers.start)}").change_number = n


def _insert(store: Store, model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        with store.database.write() as session:
            session.execute(insert(model), rows[start : start + CHUNK])


def _entry(n: int) -> dict[str, Any]:
    return {
        "id": n, "outlet_id": f"o{n % 150}", "identity": f"i{n}", "url": f"https://bao.example/{n}", "title": "",
        "seen_at": START_AT - timedelta(days=0 if n > EVENTS - NEW else 9), "backlog": False,
    }


def _article(n: int) -> dict[str, Any]:
    return {
        "id": n, "entry_id": n, "outlet_id": f"o{n % 150}", "url": f"https://bao.example/{n}", "lang": "vi",
        "title": f"Tin {n}", "text": f"Huế và Chungcheongnam ký bản ghi nhớ số {n}. " * LINES, "text_hash": str(n),
        "fetched_at": START_AT, "published_at": START_AT,
    }


def _verdict(n: int) -> dict[str, Any]:
    return {"id": n, "article_id": n, "rules_version": "r", "verdict": "yes", "score": 0.9, "judged_at": START_AT}


def _fact(n: int, event: int) -> dict[str, Any]:
    return {
        "id": n, "verdict_id": n, "article_id": n, "position": 0, "block": f"b{event % 5000}",
        "vn_key": VN[event % len(VN)],
        "kr_key": KR[event // len(VN) % len(KR)], "act": ACTS[event % 6], "stage": "signed",
        "happened_on": "2026-03-01",
        "quote": "ký bản ghi nhớ", "field": "text", "start": 0, "end": 14, "event_id": f"e{event}", "waiting": False,
        "details": [{"kind": "field", "name": "culture", "field": "text", "start": 0, "end": 4, "quote": "văn"}],
    }


def _told(name: str, n: int) -> dict[str, Any]:
    standing = {
        "event_id": f"e{n}", "headline": f"Headline {n}", "verdict": "yes", "act": ACTS[n % 6],
        "happened_on": "2026-03-01", "pairs": [[VN[n % len(VN)], KR[n // len(VN) % len(KR)]]],
    }
    return {"subscription": name, "event_id": f"e{n}", "digest_id": None, "passed_over": False, "told_as": standing}


if __name__ == "__main__":
    run(Path(sys.argv[1]))
