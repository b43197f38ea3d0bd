"""Finds an article's title, lead and author on its page; dates are `pagedates`', the body is `extract`'s."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import html

from crawler.identity import make_host
from crawler.markup import Page, line_of
from crawler.metadata import Metadata
from crawler.rules import AUTHOR, LEAD, TITLE, WEAK_LEAD
from crawler.text import NEAR_TITLE, clean_line, find_likeness, squeeze
from seeds.outlet import Outlet

_SEPARATOR = re.compile(r"\s+[|\-–—:«»•]\s+|\s*[|ㅣ│]\s*")
_SECTION = re.compile(r"-[^\s-]{2,6}$")
_LEAD_CHARS = (15, 1_500)
_DESCRIBED = 40  # a shorter description may be the beginning of anything
_CUT_OFF = re.compile(r"\s*(?:\.{2,}|…|\[…\])\s*$")
_BESIDE = 6  # between headline and body stand the lead, the day, the byline and a row of buttons
_SENTENCE = re.compile(r"[.!?。！？…다]\W*$|\w{2,}(?:\W+\w+){7}")  # a lead is a sentence or as long as one
_ASIDE = frozenset({"aside", "nav", "footer", "li", "form"})  # where leads of other articles stand
_NOT_A_NAME = re.compile(r"https?://|@|\d{4}")
# what is put behind a name
_BUTTON = re.compile(r"\s*(?:기자\s*페이지|구독|\+?\s*구독하기|Theo dõi|Xem các bài viết|\(?[\w.+-]+@).*$")
_LABEL = re.compile(r"^(?:기자명|글쓴이|작성자|tác giả|theo|by)\s*:?\s+", re.I)
_AUTHOR_CHARS = 80


def find_heading(page: Page, claims: Metadata, outlet: Outlet) -> html.HtmlElement | None:
    """The element that prints the title: of the family's and the usual ones the nearest to the claimed title.

    Where none of them is near (the only h1 is the site's name), it is whatever element prints just the claimed title.
    """
    nodes = page.select_all((*outlet.family.page.title, *TITLE))
    named = [(node, text) for node in nodes if (text := line_of(node)) and len(text) <= 400]
    claimed = cut_site(claims.title, *_names(claims, outlet))
    if not claimed:
        return named[0][0] if named else None
    best, near = max(((node, find_likeness(text, claimed)) for node, text in named), key=lambda pair: pair[1],
                     default=(None, 0.0))
    printed = _find_printed(page, claimed) if near < NEAR_TITLE else None
    return best if printed is None else printed


def _find_printed(page: Page, claimed: str) -> html.HtmlElement | None:
    wanted, start = squeeze(claimed), claimed[:8]
    for node in page.tree.iter("h2", "h3", "h4", "p", "div", "strong", "span", "td"):
        if start in (node.text or "") and squeeze(line_of(node)) == wanted:
            return node
    return None


def find_title(heading: html.HtmlElement | None, claims: Metadata, outlet: Outlet) -> str:
    """The printed heading when it is near to what the page claims, else the claimed title without the site's name."""
    names = _names(claims, outlet)
    claimed, printed = cut_site(claims.title, *names), line_of(heading) if heading is not None else ""
    return cut_site(printed, *names) if not claimed or not is_title_apart(heading, claims, outlet) else claimed


def is_title_apart(heading: html.HtmlElement | None, claims: Metadata, outlet: Outlet) -> bool:
    """Whether the page prints no heading that is near to the title that it claims, if it claims one."""
    claimed, printed = cut_site(claims.title, *_names(claims, outlet)), line_of(heading) if heading is not None else ""
    return bool(claimed) and not (printed and find_likeness(printed, claimed) >= NEAR_TITLE)


def cut_site(title: str, *sites: str) -> str:
    """`title` without an outlet's name behind a separator, and without a section before it ("...-정치ㅣ한국일보")."""
    title, names = clean_line(title), [name for name in map(squeeze, sites) if name]
    for match in _SEPARATOR.finditer(title) if names else ():
        tail, head = squeeze(title[match.end():]), title[:match.start()].strip()
        if head and any(_is_site(tail, name) for name in names):
            return _SECTION.sub("", head) if "ㅣ" in match[0] else head
    return title


def _is_site(tail: str, name: str) -> bool:
    return bool(tail) and (tail == name or (len(tail) > 3 and tail in name) or (len(tail) < 40 and tail.endswith(name)))


def _names(claims: Metadata, outlet: Outlet) -> tuple[str, ...]:
    host = re.sub(r"^(?:www|m|en)\.|:\d+$", "", make_host(outlet.homepage))
    return claims.site, outlet.name, outlet.name_en, host


def find_lead(page: Page, claims: Metadata, heading: html.HtmlElement | None, outlet: Outlet) -> str:
    """The paragraph printed between title and body; empty when there is none.

    Where no selector knows it, it is the description that the page claims, if the page also prints it in one element.
    """
    title = squeeze(line_of(heading)) if heading is not None else ""
    for node in (*page.select(outlet.family.page.lead), *page.select(LEAD)):
        text = line_of(node)
        if any(above.tag in _ASIDE for above in node.iterancestors()):
            continue
        if _LEAD_CHARS[0] <= len(text) <= _LEAD_CHARS[1] and squeeze(text) != title:
            return text
    return _find_described(page, claims) or _find_beside(page, heading)


def _find_described(page: Page, claims: Metadata) -> str:
    """The element that begins as the page's description does, which is often cut off."""
    described = squeeze(_CUT_OFF.sub("", claims.description))
    if len(described) < _DESCRIBED:
        return ""
    start = clean_line(claims.description)[:12]
    for node in page.tree.iter("p", "h2", "h3", "div", "strong"):
        if start not in (node.text or "")[:200]:
            continue
        text = line_of(node)
        if len(text) <= _LEAD_CHARS[1] and squeeze(text).startswith(described):
            return text
    return ""


def _find_beside(page: Page, heading: html.HtmlElement | None) -> str:
    """What a usual name for leads marks among the elements that follow the headline."""
    if heading is None:
        return ""
    behind = list(_following(heading))  # kept: lxml makes another object for an element that nobody holds
    for node in page.select(WEAK_LEAD):
        text = line_of(node)
        if node in behind and _LEAD_CHARS[0] <= len(text) <= _LEAD_CHARS[1] and _SENTENCE.search(text):
            return text
    return ""


def _following(heading: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The next elements beside the headline, or beside the box that it stands in."""
    parent = heading.getparent()
    for one in (heading, *([parent] if parent is not None else [])):
        yield from islice(one.itersiblings(), _BESIDE)


def find_author(page: Page, claims: Metadata, outlet: Outlet) -> str:
    """The byline as printed in a known place, else as claimed, unless that is the outlet's own name or an address."""
    nodes = (*page.select(outlet.family.page.author), *page.select(AUTHOR))
    printed = [_LABEL.sub("", _BUTTON.sub("", line_of(node))) for node in nodes]
    own = {squeeze(name) for name in (claims.site, outlet.name, outlet.name_en, "admin") if name}
    for name in (*printed, claims.author):
        if name and len(name) <= _AUTHOR_CHARS and not _NOT_A_NAME.search(name) and squeeze(name) not in own:
            return name
    return ""
