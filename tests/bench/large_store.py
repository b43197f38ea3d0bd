"""Fills a store with what Twinwatch would know after many years: 100,000 events, 500,000 articles and 2,000 ties."""

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from monitor.digests.content import DigestContent
from seeds.catalogue import load_catalogue
from seeds.gazetteer import Gazetteer, load_gazetteer
from storage.models import (
    ArticleModel,
    DeliveryModel,
    DigestModel,
    EntryModel,
    EventBriefModel,
    EventModel,
    EventOutletModel,
    EventPairModel,
    EventTextModel,
    FactModel,
    FeedModel,
    RunModel,
    TieModel,
    VerdictModel,
    WaveModel,
)
from storage.repository.event_briefs import write_brief
from storage.repository.event_texts import join_pieces
from storage.store import Store
from tests.screen_samples import make_usual

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
EVENTS, ARTICLES, TIES = 100_000, 500_000, 2_000
WAVES, DIGESTS, YEARS = 500, 400, 20
SUBSCRIPTION = "desk"
CHUNK = 20_000
ACTS = (
    "agreement", "visit", "visit", "seasonal_workers", "training", "trade_promotion", "culture_tourism", "aid",
    "twinning", "review",
)
STAGES = ("signed", "done", "done", "planned", "under_way", "agreed")
PAPERS = {
    "vi": "{vn} và {kr} ký bản ghi nhớ về {topic}, đoàn {number} người",
    "ko": "{kr}-{vn} {topic} 업무협약 체결…방문단 {number}명",
    "en": "{vn} and {kr} sign a memorandum on {topic}, delegation of {number}",
}
TOPICS = {
    "vi": ("nông nghiệp", "lao động thời vụ", "du lịch", "giáo dục", "y tế", "đô thị thông minh", "giao lưu văn hóa"),
    "ko": ("농업", "계절근로자", "관광", "교육", "의료", "스마트시티", "문화교류"),
    "en": ("farming", "seasonal workers", "tourism", "education", "health", "smart cities", "culture"),
}
QUOTES = {"vi": "ký bản ghi nhớ", "ko": "업무협약 체결", "en": "sign a memorandum"}
LINES = 6


class LargeStore:
    """What is put into the tables, row by row; the same for the same seed."""

    def __init__(self, events: int = EVENTS, articles: int = ARTICLES, ties: int = TIES, waves: int = WAVES) -> None:
        self.events, self.articles, self.waves = events, articles, waves
        self.gazetteer = load_gazetteer()
        self.outlets = [(one.id, one.lang) for one in load_catalogue().outlets.values() if one.lang in PAPERS]
        self.pairs = _choose_pairs(self.gazetteer, ties)
        # A few pairs do most: as in the real register.
        self._often = [self.pairs[int(len(self.pairs) * (n / 1000) ** 3)] for n in range(1000)]

    def fill(self, store: Store, say: Callable[[str], None] = lambda text: None) -> None:
        """Fills an empty store."""
        store.outlets.register([outlet_id for outlet_id, _ in self.outlets])
        tables: tuple[tuple[Any, Iterator[dict[str, Any]]], ...] = (
            (EntryModel, map(self.entry, range(1, self.articles + 1))),
            (ArticleModel, map(self.article, range(1, self.articles + 1))),
            (VerdictModel, map(self.verdict, range(1, self.articles + 1))),
            (EventModel, map(self.event, range(self.events))),
            (EventPairModel, map(self.pair, range(self.events))),
            (EventTextModel, map(self.text, range(self.events))),
            (EventBriefModel, map(self.brief, range(self.events))),
            (EventOutletModel, (row for n in range(self.events) for row in self.told_in(n))),
            (FactModel, map(self.fact, range(1, self.articles + 1))), (TieModel, iter(self.ties())),
            (FeedModel, map(self.feed, range(len(self.outlets)))),
            (WaveModel, map(self.wave, range(1, self.waves + 1))),
            (RunModel, map(self.run, range(1, self.waves * 100 + 1))),
        )
        for model, rows in tables:
            say(model.__tablename__)
            _insert(store, model, rows)
        store.digests.begin_subscription(SUBSCRIPTION, NOW - timedelta(days=1))
        content = make_usual("en")
        _insert(store, DigestModel, (self.digest(n, content) for n in range(1, DIGESTS + 1)))
        _insert(store, DeliveryModel, map(self.delivery, range(1, DIGESTS * 3 + 1)))

    def day(self, event: int) -> date:
        """The day of an event: one after the other through the years, the last one yesterday."""
        return (NOW - timedelta(days=1 + (self.events - 1 - event) * YEARS * 365 / self.events)).date()

    def pair_of(self, event: int) -> tuple[str, str]:
        return self._often[event * 7919 % len(self._often)]

    def told_by(self, article: int) -> tuple[str, str]:
        return self.outlets[article * 31 % len(self.outlets)]

    def title(self, article: int) -> str:
        vn, kr = self.pair_of(self.home(article))
        lang = self.told_by(article)[1]
        topic = TOPICS[lang][article % len(TOPICS[lang])]
        name = self.gazetteer.name
        return PAPERS[lang].format(vn=name(vn, lang), kr=name(kr, lang), topic=topic, number=article % 97 + 3)

    def home(self, article: int) -> int:
        """The event that an article tells of: five articles each, by number."""
        return (article - 1) % self.events

    def entry(self, n: int) -> dict[str, Any]:
        seen_at = self._seen(self.home(n))
        return {
            "id": n, "outlet_id": self.told_by(n)[0], "identity": f"i{n}", "url": f"https://paper.example/{n}.html",
            "title": self.title(n), "seen_at": seen_at, "published_at": seen_at, "outcome": "saved",
        }

    def article(self, n: int) -> dict[str, Any]:
        at, (outlet_id, lang), title = self._seen(self.home(n)), self.told_by(n), self.title(n)
        return {
            "id": n, "entry_id": n, "outlet_id": outlet_id, "url": f"https://paper.example/{n}.html", "lang": lang,
            "title": title, "text": f"{title}.\n" * LINES, "text_hash": str(n), "fetched_at": at, "published_at": at,
            "judged_at": at,
        }

    def verdict(self, n: int) -> dict[str, Any]:
        return {
            "id": n, "article_id": n, "rules_version": "r", "verdict": "yes", "score": 0.9, "act": "agreement",
            "evidence": [], "judged_at": self._seen(self.home(n)), "latest": True,
        }

    def event(self, n: int) -> dict[str, Any]:
        day = self.day(n).isoformat()
        return {
            "id": f"b{n}", "block": "|".join(map(self.gazetteer.province, self.pair_of(n))), "act": ACTS[n % len(ACTS)],
            "stage": STAGES[n % len(STAGES)], "happened_on": day, "verdict": "unsure" if n % 50 == 0 else "yes",
            "score": 0.9, "first_seen_at": self._seen(n), "new_tie": n % 40 == 0, "dated_on": day,
            "news_number": n + 1, "change_number": n + 1,
        }

    def pair(self, n: int) -> dict[str, Any]:
        vn, kr = self.pair_of(n)
        return {
            "event_id": f"b{n}", "vn_key": vn, "kr_key": kr, "position": 0, "dated_on": self.day(n).isoformat(),
        }

    def text(self, n: int) -> dict[str, Any]:
        told = range(n + 1, self.articles + 1, self.events)
        pieces = (piece for article in told for piece in (self.title(article), QUOTES[self.told_by(article)[1]]))
        return {"event_id": f"b{n}", "text": join_pieces(pieces)}

    def brief(self, n: int) -> dict[str, Any]:
        told = [
            (f"b{n}", article, outlet_id, lang, self.title(article), QUOTES[lang], 0, article)
            for article in range(n + 1, self.articles + 1, self.events) for outlet_id, lang in [self.told_by(article)]
        ]
        return {"event_id": f"b{n}", "brief": write_brief([self.pair_of(n)], told)}

    def told_in(self, n: int) -> list[dict[str, Any]]:
        told = {self.told_by(article) for article in range(n + 1, self.articles + 1, self.events)}
        return [{"event_id": f"b{n}", "outlet_id": outlet_id, "lang": lang} for outlet_id, lang in sorted(told)]

    def fact(self, n: int) -> dict[str, Any]:
        event = self.event(self.home(n))
        (vn, kr), title, quote = self.pair_of(self.home(n)), self.title(n), QUOTES[self.told_by(n)[1]]
        start = title.index(quote)
        return {
            "id": n, "verdict_id": n, "article_id": n, "position": 0, "block": event["block"], "vn_key": vn,
            "kr_key": kr, "act": event["act"], "stage": event["stage"], "happened_on": event["happened_on"],
            "quote": quote, "field": "text", "start": start, "end": start + len(quote), "details": [],
            "event_id": event["id"], "waiting": False,
        }

    def ties(self) -> list[dict[str, Any]]:
        kinds = ("agreement", "contact", "sister", "seasonal_workers", "friendship")
        return [
            {"vn_key": vn, "kr_key": kr, "kind": kinds[n % 5], "since": self.day(n).isoformat(),
             "last_event_on": self.day(self.events - 1 - n).isoformat(), "events": 2_000 // (n + 1) + 1,
             "source": "events"}
            for n, (vn, kr) in enumerate(self.pairs)
        ]

    def feed(self, n: int) -> dict[str, Any]:
        return {"outlet_id": self.outlets[n][0], "url": f"https://paper{n}.example/rss", "last_ok_at": NOW}

    def wave(self, n: int) -> dict[str, Any]:
        at = NOW - timedelta(hours=self.waves - n)
        return {"id": n, "started_at": at, "finished_at": at + timedelta(minutes=9), "outcome": "done"}

    def run(self, n: int) -> dict[str, Any]:
        at = NOW - timedelta(hours=self.waves - (n - 1) // 100 - 1)
        return {
            "id": n, "wave_id": (n - 1) // 100 + 1, "outlet_id": self.outlets[n % len(self.outlets)][0],
            "started_at": at, "finished_at": at + timedelta(minutes=1),
            "outcome": "broken" if n % 30 == 0 else "fine", "reason": "",
            "counts": {"entries_seen": n % 40, "saved": n % 3},
        }

    def digest(self, n: int, content: DigestContent) -> dict[str, Any]:
        at = NOW - timedelta(days=DIGESTS - n + 1)
        return {
            "id": n, "subscription": SUBSCRIPTION, "period": at.date().isoformat(), "composed_at": at,
            "since_at": at - timedelta(days=1), "content": content.to_json(),
        }

    def delivery(self, n: int) -> dict[str, Any]:
        at = NOW - timedelta(days=DIGESTS - (n - 1) // 3)
        return {
            "digest_id": (n - 1) // 3 + 1, "notifier": "email", "recipient": f"desk-{n % 3}@city.example",
            "state": "failed" if n % 100 == 0 else "sent", "created_at": at, "sent_at": at,
        }

    def _seen(self, event: int) -> datetime:
        return datetime.combine(self.day(event), NOW.timetz())


def _choose_pairs(gazetteer: Gazetteer, count: int) -> list[tuple[str, str]]:
    """So many pairs of present units, provinces and what is below them."""
    vn, kr = (
        [key for key, one in gazetteer.localities.items() if one.country == country and not one.merged_into]
        for country in ("VN", "KR")
    )
    dice, found = random.Random(20261120), dict[tuple[str, str], None]()
    while len(found) < count:
        found[dice.choice(vn[:200]), dice.choice(kr)] = None
    return list(found)


def _insert(store: Store, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    left = iter(rows)
    while part := list(islice(left, CHUNK)):
        with store.database.write() as session:
            session.connection().execute(insert(model.__table__), part)
