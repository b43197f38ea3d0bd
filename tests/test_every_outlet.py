"""Every outlet of the catalogue: its family's page is read at its own address, and its addresses say what they are."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.extract import extract_page
from crawler.identity import clean_url, is_article, make_identity
from seeds.catalogue import load_catalogue
from seeds.outlet import Outlet
from seeds.outlet_declarations import NO_ARTICLES
from tests.family_pages import make_family_page
from tests.test_catalogue import INVENTED

CATALOGUE = load_catalogue()
OUTLETS = tuple(CATALOGUE.outlets.values())
INVENTED_URLS = {outlet_id: url for outlet_id, url, _ in INVENTED}
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def find_article_url(outlet: Outlet) -> str:
    """An address of an article of the outlet: one that was seen, else one made up after the form that was seen."""
    nd_soft = f"{outlet.homepage}/news/articleView.html?idxno=481603"
    return outlet.article_example or INVENTED_URLS.get(outlet.id) or nd_soft


def find_day(outlet: Outlet, url: str) -> datetime:
    """A morning on the day that the address tells, else on any day: a page must not contradict its own address."""
    bare = f"<h1>x</h1><p>{'Lorem ipsum dolor. ' * 20}</p>".encode()
    at = extract_page(bare, url=url, outlet=outlet, now=NOW).published_at or datetime(2026, 3, 7, 5, tzinfo=UTC)
    return at.astimezone(ZoneInfo(outlet.zone)).replace(hour=8, minute=41, second=53)


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_the_page_of_its_family_is_read_at_its_own_address(outlet: Outlet) -> None:
    url = find_article_url(outlet)
    page = make_family_page(outlet.family.id, outlet.lang, url, find_day(outlet, url))

    found = extract_page(page.encode(), url=url, outlet=outlet, now=NOW)

    assert (found.refused, found.title, found.lead, found.lang) == ("", page.title, page.lead, outlet.lang)
    assert [phrase for phrase in page.kept if phrase not in found.text] == []
    assert [phrase for phrase in page.cut if phrase in found.text] == []
    assert (found.published_at, found.date_source) == (page.at, page.source)


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_its_article_is_known_by_its_number_wherever_a_reader_came_from(outlet: Outlet) -> None:
    url = find_article_url(outlet)
    joint = "&" if "?" in url else "?"

    told = f"{url}{joint}utm_source=mail&fbclid=abc#binh-luan"

    assert outlet.article_url != NO_ARTICLES and is_article(url, outlet) and is_article(told, outlet)
    assert make_identity(told, outlet) == make_identity(url, outlet)
    assert clean_url(told, outlet) == clean_url(url, outlet)
    rule = outlet.family.identity
    assert bool(rule.find_key(url)) == bool(rule.query or rule.path)


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_its_home_page_and_feeds_are_no_articles(outlet: Outlet) -> None:
    feeds = [feed.url for feed in outlet.feeds]
    family_feeds = [f"{outlet.homepage.rstrip('/')}{path}" for path in outlet.family.usual_feeds]

    assert feeds
    assert [url for url in (outlet.homepage, *feeds, *family_feeds) if is_article(url, outlet)] == []


def test_all_outlets_are_here() -> None:
    assert len(OUTLETS) >= 159
    assert {outlet.country for outlet in OUTLETS} == {"VN", "KR"}
