"""Values with defaults, so that a test names only what it is about."""

from datetime import datetime
from typing import Any

from storage.repository.digests import NewDigest
from storage.store import Store
from storage.values import EventRow, FeedVisit, NewArticle, NewEntry, NewFact, NewVerdict, TieRow
from tests.fake_clock import START_AT

OUTLET = "vn-baomoi"
VN, KR = "VN-46", "KR-44"
BLOCK = f"{VN}|{KR}"


def new_entry(number: int = 1, **values: Any) -> NewEntry:
    """An entry whose identity and address are made of its number."""
    outlet_id = values.pop("outlet_id", OUTLET)
    defaults: dict[str, Any] = {
        "identity": f"{outlet_id}:{number}", "url": f"https://bao.example/tin-{number}.html", "title": f"Tin {number}",
    }
    return NewEntry(outlet_id=outlet_id, **(defaults | values))


def new_article(number: int = 1, **values: Any) -> NewArticle:
    """The article behind the entry of the same number."""
    defaults: dict[str, Any] = {
        "outlet_id": OUTLET, "url": f"https://bao.example/tin-{number}.html", "title": f"Tin {number}",
        "text": f"Huế và Chungcheongnam ký bản ghi nhớ số {number}.", "lang": "vi", "published_at": START_AT,
    }
    return NewArticle(**(defaults | values))


def new_fact(**values: Any) -> NewFact:
    """A signed agreement of Huế and Chungcheongnam."""
    defaults: dict[str, Any] = {
        "vn_key": VN, "kr_key": KR, "block": BLOCK, "act": "agreement", "stage": "signed",
        "happened_on": "2026-03-01", "quote": "ký bản ghi nhớ", "field": "text", "start": 21, "end": 35,
    }
    return NewFact(**(defaults | values))


def new_verdict(article_id: int, *facts: NewFact, **values: Any) -> NewVerdict:
    """A `yes` with the given facts (default: one)."""
    defaults: dict[str, Any] = {"rules_version": "r1", "verdict": "yes", "score": 0.97, "act": "agreement"}
    return NewVerdict(article_id=article_id, facts=facts or (new_fact(),), **(defaults | values))


def event_row(id: str, *fact_ids: int, **values: Any) -> EventRow:
    """An event of one block with the given facts."""
    defaults: dict[str, Any] = {
        "block": BLOCK, "act": "agreement", "stage": "signed", "happened_on": "2026-03-01", "verdict": "yes",
        "backlog": False, "score": 0.97, "pairs": ((VN, KR),),
    }
    return EventRow(id=id, fact_ids=fact_ids, **(defaults | values))


def new_digest(*told: str, **values: Any) -> NewDigest:
    """A daily digest to one reader that tells the given events."""
    defaults: dict[str, Any] = {
        "subscription": "daily", "period": "2026-03-02", "composed_at": START_AT, "since_at": START_AT,
        "content": {"title": "Huế"}, "notifier": "email", "recipients": ("reader@example.org",),
    }
    return NewDigest(told=told, **(defaults | values))


def feed_visit(**values: Any) -> FeedVisit:
    """A feed that was read."""
    defaults: dict[str, Any] = {
        "outlet_id": OUTLET, "url": "https://bao.example/rss", "at": START_AT, "status": 200, "etag": '"a"',
    }
    return FeedVisit(**(defaults | values))


def tie_row(**values: Any) -> TieRow:
    """A tie that events have shown."""
    defaults: dict[str, Any] = {
        "vn_key": VN, "kr_key": KR, "kind": "agreement", "since": "2020-01-01", "last_event_on": None,
        "events": 0, "source": "known",
    }
    return TieRow(**(defaults | values))


def save_entry(store: Store, number: int = 1, at: datetime = START_AT, **values: Any) -> int:
    """Saves an entry of a registered outlet; its id."""
    entry = new_entry(number, **values)
    store.outlets.register([entry.outlet_id])
    store.entries.save_seen([entry], at)
    return next(e.id for e in store.entries.frontier(entry.outlet_id, 10_000, at) if e.identity == entry.identity)


def save_article(
    store: Store, number: int = 1, at: datetime = START_AT, *, backlog: bool = False, **values: Any
) -> int:
    """Saves an entry with its article; the article's id."""
    entry_id = save_entry(store, number, at, outlet_id=values.get("outlet_id", OUTLET))
    article_id = store.articles.save(entry_id, new_article(number, **values), backlog=backlog, at=at)
    assert article_id is not None
    return article_id


def save_event(store: Store, id: str, number: int = 1, at: datetime = START_AT, **values: Any) -> None:
    """Saves an article, its verdict and the event that it proves, alone in its block unless `block` is shared."""
    vn_key = values.pop("vn_key", VN)
    block = values.pop("block", f"{vn_key}|{KR}#{number}")
    happened_on = values.get("happened_on", "2026-03-01")
    new_ties = frozenset({id}) if values.pop("new_tie", False) else None
    told = {name: values.pop(name) for name in ("outlet_id", "title") if name in values}
    article_id = save_article(store, number, at, **told)
    fact = new_fact(vn_key=vn_key, block=block, happened_on=happened_on)
    store.articles.save_verdict(new_verdict(article_id, fact), at)
    facts = [fact.id for fact in store.events.block_facts(block)]
    row = event_row(id, *facts, block=block, **({"pairs": ((vn_key, KR),)} | values))
    store.events.save_block(block, [row], {}, at, new_ties=new_ties)
