"""Finds when an article was published: from what the page claims, from its printed date, from its address.

A sidebar's dates never count: printed dates are looked for in known places and beside the heading only.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from lxml import html

from crawler.dates import Moment, is_plausible, read_moment
from crawler.markup import Page
from crawler.metadata import Metadata
from crawler.rules import DATE
from crawler.text import clean_line
from seeds.outlet import Outlet

# Digits of an address that name an instant or a day, by CMS family.
_MD, _HMS = r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", r"([01]\d|2[0-3])([0-5]\d)([0-5]\d)"
_STAMP = re.compile(rf"(?<!\d)(20[0-4]\d){_MD}{_HMS}?(?=\d{{0,6}}(?!\d))")
_VCCORP = re.compile(rf"-(?!20)\d{{3}}([12]\d){_MD}{_HMS}\d{{2,6}}\.\w{{3,4}}$")
_DAY = re.compile(rf"(?<!\d)(20[0-4]\d){_MD}|/(20[0-4]\d)[/-](\d{{1,2}})/(\d{{1,2}})(?=/|$)")
_DATED = re.compile(r"\d{1,4}\s*[-./년]\s*\d{1,2}\s*[-./월]\s*\d{1,4}|\b[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}"
                    r"|\d{1,2} [A-Z][a-z]{2,8} \d{4}")
_CLAIMS = re.compile(r"(?:입력|승인|등록|송고|작성일|게시일|보도일|written|published|posted|đăng|ngày)", re.I)
_CHANGED = re.compile(r"\W*(?:(?:기사|최종)?\s*(?:수정|업데이트)|(?:last )?(?:updated|modified)|cập nhật)", re.I)
_DATE_ATTRIBUTES = ("datetime", "data-date-time", "data-published-time", "content", "data-deploy-dt")
_ASIDE = frozenset({"aside", "nav", "footer", "li", "a"})
_MINUTE = timedelta(minutes=1)
_NEAR = timedelta(days=3)
_SAME_DAY = timedelta(hours=36)  # one of the two may be a day without a time
_CREATED_BEFORE = timedelta(days=30)  # an address carries the day of the first draft
_DATE_CHARS = 120  # of an element whose text is a date with a few words
_BESIDE_H1 = 3  # levels above the heading


@dataclass(frozen=True)
class Published:
    """When, and how it is known: `json-ld`, `meta`, `page`, `address`, or empty with None."""

    at: datetime | None = None
    source: str = ""


def find_published(
    page: Page, claims: Metadata, heading: html.HtmlElement | None, *, url: str, outlet: Outlet,
    now: datetime | None, embedded: str = "",
) -> Published:
    """The publication instant, aware: claimed with a time, else printed, else in the address, else a claimed day."""
    claimed = _first_claim(claims, outlet, now)
    if claimed and claimed[0].has_time:
        return Published(claimed[0].at, claimed[1])
    day = claimed[0] if claimed else _address_moment(url, outlet, now)
    printed = _printed(page, heading, day, outlet, now)
    if printed is None and embedded:
        printed = _agreeing([embedded], day, outlet, now)
    if printed and (printed.has_time or not day):
        return Published(printed.at, "page")
    if claimed:
        return Published(claimed[0].at, claimed[1])
    return Published(day.at, "address") if day else Published()


def is_date_apart(page: Page, claims: Metadata, *, outlet: Outlet, now: datetime | None) -> bool:
    """Whether the page prints another day, where its family prints it, than the one that it claims, if it does both.

    Nowhere else is looked: a tenth of the work on a page would go into it.
    """
    texts = [text for node in _find_known(page, outlet) for text in _date_texts(node)]
    claimed, printed = _first_claim(claims, outlet, now), _agreeing(texts, None, outlet, now)
    return claimed is not None and printed is not None and abs(claimed[0].at - printed.at) > _SAME_DAY


def find_modified(claims: Metadata, outlet: Outlet, now: datetime | None) -> datetime | None:
    """When the page says that it was last changed."""
    moments = (_read(text, outlet, now) for text in claims.modified)
    return next((moment.at for moment in moments if moment), None)


def _first_claim(claims: Metadata, outlet: Outlet, now: datetime | None) -> tuple[Moment, str] | None:
    read = [(moment, source) for text, source in claims.dates if (moment := _read(text, outlet, now))]
    timed = [pair for pair in read if pair[0].has_time]
    if not timed:
        return read[0] if read else None
    # Some systems round their JSON-LD to the minute and give the seconds elsewhere (tuoitre.vn).
    return next((pair for pair in timed if pair[0].at.second and abs(pair[0].at - timed[0][0].at) < _MINUTE), timed[0])


def _printed(
    page: Page, heading: html.HtmlElement | None, day: Moment | None, outlet: Outlet, now: datetime | None,
) -> Moment | None:
    known = _find_known(page, outlet)
    beside = _beside(heading)
    inside = set(beside)
    general = [node for node in page.select_all(DATE) if node in inside and not _is_aside(node)]
    for nodes in (known, general, beside):
        if found := _agreeing([text for node in nodes for text in _date_texts(node)], day, outlet, now):
            return found
    return None


def _find_known(page: Page, outlet: Outlet) -> list[html.HtmlElement]:
    return [node for node in page.select_all(outlet.family.page.date) if not _is_aside(node)]


def _beside(heading: html.HtmlElement | None) -> list[html.HtmlElement]:
    found: list[html.HtmlElement] = []
    for twin in _twins(heading) if heading is not None else ():
        for box in islice(twin.iterancestors(), _BESIDE_H1):
            if box.tag in ("body", "html") or len(found) > 400:
                break
            found += [part for part in box.iter() if isinstance(part.tag, str) and not _is_aside(part)][:400]
    return list(dict.fromkeys(found))


def _twins(heading: html.HtmlElement) -> list[html.HtmlElement]:
    """The heading and its copies: some pages print it again in a bar that stays on top (mk.co.kr)."""
    text = heading.text_content()
    alike = (node for node in heading.getroottree().iter(str(heading.tag)) if node.text_content() == text)
    return list(islice(alike, 3)) if text.strip() else [heading]


def _date_texts(node: html.HtmlElement) -> list[str]:
    own = [str(node.get(key)) for key in _DATE_ATTRIBUTES if node.get(key)]
    text = clean_line(node.text_content())
    if len(text) > _DATE_CHARS or not _DATED.search(text) or (_is_listing(node, text) and not _CLAIMS.search(text)):
        return own
    return [*own, text]


def _is_listing(node: html.HtmlElement, text: str) -> bool:
    """Whether a text with a date in it is one of other articles: a list, or mostly links."""
    return node.tag in ("ul", "ol") or sum(len(link.text_content()) for link in node.iter("a")) > len(text) / 2


def _agreeing(texts: list[str], day: Moment | None, outlet: Outlet, now: datetime | None) -> Moment | None:
    texts = sorted(texts, key=lambda text: bool(_CHANGED.match(text)))
    moments = [moment for moment in (_read(text, outlet, now) for text in texts) if moment]
    if day:
        early, late = (_NEAR, _CREATED_BEFORE)
        moments = [m for m in moments if day.at - early <= m.at <= day.at + late]
    return next((m for m in moments if m.has_time), moments[0] if moments else None)


def _is_aside(node: html.HtmlElement) -> bool:
    return any(part.tag in _ASIDE for part in (node, *node.iterancestors()) if isinstance(part.tag, str)
               and not (part.tag == "li" and _CLAIMS.search(part.text_content()[:40])))


def _read(text: str, outlet: Outlet, now: datetime | None) -> Moment | None:
    return read_moment(text, zone=outlet.zone, order=outlet.family.date_order, now=now)


def _address_moment(url: str, outlet: Outlet, now: datetime | None) -> Moment | None:
    path = unquote(url).partition("#")[0]
    path = path[max(path.rfind("http://"), path.rfind("https://"), 0):]  # an archive's copy has the day of the copy too
    zone = ZoneInfo(outlet.zone)
    for form in (_VCCORP, _STAMP, _DAY):
        if not (match := form.search(path)):
            continue
        numbers = [int(group) for group in match.groups() if group]
        numbers[0] += 2000 if numbers[0] < 100 else 0
        try:
            at = datetime(*numbers[:6], tzinfo=zone)  # type: ignore[misc,arg-type]
        except ValueError:
            continue
        if is_plausible(at, now):
            return Moment(at, len(numbers) > 3, False)
    return None
