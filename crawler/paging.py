"""Finds the address of a list's next page, in its markup or by what its family declares. It fetches nothing."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml import html

from crawler.identity import make_host
from crawler.markup import Page
from crawler.text import clean_line
from seeds.outlet import Feed, Outlet

# What a pager's link forward says in Korean, Vietnamese and English; an arrow alone may lead back or to a slide.
NEXT_WORDS = frozenset({
    "다음", "다음 페이지", "다음페이지", "trang sau", "trang tiếp", "tiếp theo", "next", "next page", "older posts"})
_NEXT = "contains(concat(' ', @rel, ' '), ' next ')"
_EXTENSION = re.compile(r"\.(?:html?|chn|vnp|tpo|vov|aspx|php)$")
_NUMBER = re.compile(r"[1-9]\d{0,2}")


def find_next_link(page: Page, url: str, outlet: Outlet) -> str:
    """The next page that a list itself names: `rel=next`, the family's selector, a pager's word; empty without one."""
    tree = page.tree
    marked = tree.xpath(f"//link[{_NEXT}] | //a[{_NEXT}]")
    selectors = [place for place in outlet.family.next_page if "{page}" not in place]
    worded = (node for node in tree.iter("a") if clean_line(node.text_content()[:40]).lower() in NEXT_WORDS)
    for nodes in (marked, page.select(selectors), worded):
        for node in nodes:
            if found := join_page(str(node.get("href") or ""), url):
                return found
    return ""


def find_numbered_links(tree: html.HtmlElement, url: str) -> dict[int, str]:
    """The pages that a pager links to by number: those whose address holds the number that the link shows."""
    found: dict[int, str] = {}
    for node in tree.iter("a"):
        text = clean_line((node.text_content() or "")[:20])
        href = str(node.get("href") or "")
        if _NUMBER.fullmatch(text) and re.search(rf"(?<!\d){text}(?!\d)", href) and (link := join_page(href, url)):
            found.setdefault(int(text), link)
    return found


def join_page(href: str, url: str) -> str:
    """`href` against `url`, where it leads to another page of the same host; else empty."""
    try:
        link = urljoin(url, clean_line(href)).partition("#")[0]
    except ValueError:
        return ""
    same = link.startswith(("http://", "https://")) and make_host(link) == make_host(url)
    return link if same and link != url.partition("#")[0] else ""


def make_next_address(feed: Feed, number: int, outlet: Outlet) -> str:
    """The address that the family declares for page `number` of `feed`; empty where it declares none.

    A feed in XML takes a query key only (WordPress: `paged`); a sitemap has no pages.
    """
    forms = [place for place in outlet.family.next_page if "{page}" in place and feed.kind != "sitemap"]
    form = next((form for form in forms if feed.kind == "section" or form.startswith("?")), "")
    if form.startswith("?"):
        parts, key = urlsplit(feed.url), form[1:].partition("=")[0]
        pairs = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != key]
        return urlunsplit(parts._replace(query=urlencode([*pairs, (key, str(number))]), fragment=""))
    base = _EXTENSION.sub("", feed.url.partition("?")[0].partition("#")[0].rstrip("/"))
    return form.replace("{base}", base).replace("{page}", str(number))
