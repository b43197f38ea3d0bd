"""Turns the bytes of one page into an article's clean text and data, or into a named refusal; it never fetches."""

import re
from datetime import datetime

from lxml import etree, html

from crawler.body import find_text
from crawler.charset import decode
from crawler.embedded import find_embedded_date, find_embedded_text, find_payload
from crawler.extracted import Extracted
from crawler.headline import find_author, find_heading, find_lead, find_title, is_title_apart
from crawler.languages import find_language
from crawler.markup import Page, TooDeep, line_of, parse_page
from crawler.metadata import Metadata, read_metadata
from crawler.pagedates import find_modified, find_published, is_date_apart
from crawler.rules import SERVICE_LINES
from crawler.text import clean_line, squeeze
from crawler.unpack import TooLarge, looks_binary, unpack
from crawler.walls import find_refusal
from seeds.outlet import Outlet

__all__ = ["Extracted", "extract_page"]

MAX_BYTES = 5 * 1024 * 1024  # the largest real page that was seen has 0.8 MB
_MUCH = 3  # times longer must be what a less trusted way finds
_MAX_TEXT = 200_000
_VISIBLE = 100_000
# Name and day in one line above the text, as boards print them.
_BYLINE = re.compile(r".{0,40}\d{4}[.-]\s?\d{1,2}[.-]\s?\d{1,2}\.?(?:\s\d{1,2}:\d{2}(?::\d{2})?)?")
_SERVICE = re.compile("|".join(f"(?:{line})" for line in SERVICE_LINES), re.I)


def extract_page(
    body: bytes, *, url: str, outlet: Outlet, content_type: str = "", now: datetime | None = None,
) -> Extracted:
    """The article on the page `body`; never raises for what a server sent.

    Refusals: `empty`, `too_large`, `not_text`, `too_deep`, `not_html`, `wall`, `soft_404`, `paywall`, `script_only`,
    `no_text`, `too_short`. `now` bounds dates.
    """
    if not body.strip(b" \t\r\n\0"):
        return Extracted(url, refused="empty")
    try:
        body = unpack(body, MAX_BYTES)
        if looks_binary(body):
            return Extracted(url, refused="not_text")
        source = decode(body, content_type)
        tree = parse_page(source)
        if tree is None:
            return Extracted(url, refused="not_html")
        return _read_page(tree, source, url, outlet, now)
    except TooLarge:
        return Extracted(url, refused="too_large")
    except (TooDeep, RecursionError):
        return Extracted(url, refused="too_deep")
    except (ValueError, etree.LxmlError):
        return Extracted(url, refused="too_large" if len(body) > MAX_BYTES // 10 else "not_html")


def _read_page(
    tree: html.HtmlElement, source: str, url: str, outlet: Outlet, now: datetime | None,
) -> Extracted:
    page, claims, payload = Page(tree), read_metadata(tree), find_payload(tree)
    heading = find_heading(page, claims, outlet)
    title, lead = find_title(heading, claims, outlet), find_lead(page, claims, heading, outlet)
    published = find_published(
        page, claims, heading, url=url, outlet=outlet, now=now, embedded=find_embedded_date(payload))
    author, apart = find_author(page, claims, outlet), _find_apart(page, claims, heading, outlet, now)
    head = " ".join(line_of(node) for node in tree.iter("title"))
    body = next(tree.iter("body"), tree)
    visible = line_of(body)[:_VISIBLE]
    text = _clean_body(_find_text(page, claims, outlet, payload), title)  # from here on the tree is cut
    refused = find_refusal(
        source=source, visible=visible, title=f"{title}\n{head}", text=text, is_free=claims.is_free)
    text = _with_lead(text, lead)[:_MAX_TEXT]
    return Extracted(
        url=url, title=title, lead=lead, text="" if refused else text, author=author, published_at=published.at,
        date_source=published.source, modified_at=find_modified(claims, outlet, now), refused=refused,
        lang=find_language(f"{title}\n{text}", outlet.lang or claims.lang), apart=apart)


def _find_apart(
    page: Page, claims: Metadata, heading: html.HtmlElement | None, outlet: Outlet, now: datetime | None,
) -> tuple[str, ...]:
    title, date = is_title_apart(heading, claims, outlet), is_date_apart(page, claims, outlet=outlet, now=now)
    return tuple(name for name, is_apart in (("title", title), ("date", date)) if is_apart)


def _find_text(page: Page, claims: Metadata, outlet: Outlet, payload: str) -> str:
    text = find_text(page, outlet)
    hidden = max(find_embedded_text(payload), claims.body, key=len)
    return hidden if len(hidden) > _MUCH * len(text) else text


def _clean_body(text: str, title: str) -> str:
    kept: list[str] = []
    for line in map(clean_line, text.split("\n")):
        if not line or _SERVICE.fullmatch(line):
            continue
        if not kept and (squeeze(line) == squeeze(title) or _BYLINE.fullmatch(line)):
            continue
        if not kept or line != kept[-1]:
            kept.append(line)
    return "\n".join(kept)


def _with_lead(text: str, lead: str) -> str:
    if not lead or squeeze(lead)[:120] in squeeze(text[:len(lead) * 3 + 2_000]):
        return text
    return f"{lead}\n{text}" if text else lead
