"""What the spider hands to the pipelines, and what they hand to feed exports (`-O file.jsonl`)."""

import asyncio
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from seeds.outlet import Outlet
from storage.values import FrontierEntry, NewArticle


@dataclass
class FoundArticle:
    """An article with all that is saved beside it; `saved` gets its id, or None where the store had this very text."""

    outlet: Outlet
    entry: FrontierEntry
    article: NewArticle
    backlog: bool
    page: bytes
    content_type: str
    screen_version: str
    saved: "asyncio.Future[int | None]" = field(repr=False)


@dataclass
class ArticleItem:
    """One saved article as users of Scrapy get it; `published_at` is ISO 8601 with the outlet's offset, or None."""

    id: int
    url: str
    outlet: str
    lang: str
    title: str
    lead: str
    text: str
    author: str
    published_at: str | None
    date_source: str
    identity: str


def make_item(found: FoundArticle, article_id: int) -> ArticleItem:
    """The item of a saved article."""
    article, zone = found.article, ZoneInfo(found.outlet.zone)
    published_at = article.published_at.astimezone(zone).isoformat() if article.published_at else None
    return ArticleItem(
        id=article_id, url=article.url, outlet=found.outlet.id, lang=article.lang, title=article.title,
        lead=article.lead, text=article.text, author=article.author, published_at=published_at,
        date_source=article.date_source, identity=found.entry.identity,
    )
