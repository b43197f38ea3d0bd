"""Reads what a page says of itself in JSON-LD and meta elements, as strings; it does not interpret dates."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html

from crawler.text import clean_line, unescape_again

_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report|LiveBlog|VideoObject|WebPage")
_BEST_TYPES = re.compile(r"NewsArticle|ReportageNewsArticle|Article|BlogPosting|Report")
_DATE_METAS = ("article:published_time", "datepublished", "pubdate", "og:article:published_time", "date",
               "dc.date.issued")
_WRAPPING = re.compile(r"^(?:<!--|//\s*<!\[CDATA\[)\s*|\s*(?://)?\s*(?:-->|//\s*\]\]>)$")
_JSON_CHARS = 400_000
_ADDRESS = re.compile(r"https?://\S+$")  # what a page that is still to be rendered claims as its title


@dataclass(frozen=True)
class Metadata:
    """What the head of a page claims; every field may be empty. `dates` holds each publication
    date as written with its source (`json-ld` or `meta`), the most trusted first."""

    title: str = ""
    site: str = ""
    description: str = ""
    author: str = ""
    dates: tuple[tuple[str, str], ...] = ()
    modified: tuple[str, ...] = ()
    url: str = ""
    lang: str = ""
    body: str = ""
    is_free: bool = True


def read_metadata(tree: html.HtmlElement) -> Metadata:
    """The metadata of a page: JSON-LD of its article first, then OpenGraph, then other meta elements."""
    metas, article = _read_metas(tree), _find_article(tree)

    def meta(*names: str) -> str:
        return next((metas[name] for name in names if metas.get(name)), "")

    dates = [(_string(article.get("datePublished")), "json-ld")]
    dates += [(meta(name), "meta") for name in _DATE_METAS]
    dates += [(text, "meta") for text in _microdata(tree, "datePublished")]
    dates.append((_string(article.get("dateCreated")), "json-ld"))
    modified = [_string(article.get("dateModified")), meta("article:modified_time"), meta("datemodified"),
                meta("lastmod")]
    return Metadata(
        title=_find_title(meta("og:title"), meta("twitter:title"), meta("headline"), _string(article.get("headline")))
        or _head_title(tree),
        site=meta("og:site_name", "application-name") or _name(article.get("publisher")),
        description=meta("og:description", "description", "twitter:description"),
        author=_name(article.get("author")) or meta("article:author", "dable:author", "author"),
        dates=tuple(pair for pair in dict.fromkeys(dates) if pair[0]),
        modified=tuple(dict.fromkeys(filter(None, modified))),
        url=meta("og:url") or next(iter(tree.xpath("//link[@rel='canonical']/@href")), ""),
        lang=(tree.get("lang") or "")[:2].lower(),
        body=_string(article.get("articleBody")),
        is_free=_string(article.get("isAccessibleForFree")).lower() != "false")


def _find_title(*claims: str) -> str:
    return next((claim for claim in claims if claim and not _ADDRESS.match(claim)), "")


def _read_metas(tree: html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.iter("meta"):
        content = clean_line(unescape_again(node.get("content") or ""))
        for key in ("property", "name", "itemprop"):
            if content and node.get(key):
                found.setdefault(str(node.get(key)).lower(), content)
    return found


def _find_article(tree: html.HtmlElement) -> dict[str, Any]:
    best: dict[str, Any] = {}
    for node in tree.xpath("//script[contains(@type,'ld+json')]"):
        for item in _walk(_load(node.text or "")):
            kind = " ".join(map(str, item["@type"])) if isinstance(item.get("@type"), list) else str(item.get("@type"))
            if not _ARTICLE_TYPES.search(kind):
                continue
            if item.get("datePublished") and _BEST_TYPES.search(kind):
                return item
            best = best or item
    return best


def _load(text: str) -> Any:
    text = _WRAPPING.sub("", text.strip())
    if len(text) > _JSON_CHARS:
        return None
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", text), text.rstrip("; \n")):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return _load_pieces(text)


def _load_pieces(text: str) -> Any:
    # Broken JSON-LD (unescaped quotes in a headline) still has readable dates.
    pairs = re.findall(r'"(datePublished|dateModified|dateCreated)"\s*:\s*"([^"]{6,60})"', text)
    return {"@type": "Article", **dict(reversed(pairs))} if pairs else None


def _walk(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value[:200]:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item"):
            yield from _walk(value.get(key), depth + 1)


def _microdata(tree: html.HtmlElement, name: str) -> list[str]:
    nodes = tree.xpath(f"//*[@itemprop='{name}'][not(self::meta)]")[:3]
    return [clean_line(node.get("content") or node.get("datetime") or node.text_content())[:80] for node in nodes]


def _head_title(tree: html.HtmlElement) -> str:
    return next((clean_line(node.text_content()) for node in tree.iter("title")), "")


def _string(value: Any) -> str:
    return clean_line(unescape_again(str(value))) if isinstance(value, str | int | float | bool) else ""


def _name(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, dict.fromkeys(map(_name, value[:5]))))
    return _string(value.get("name")) if isinstance(value, dict) else _string(value)
