"""Every CMS family's page gives its article: title, lead, text, byline and instant, nothing of what stands around."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.extract import Extracted, extract_page
from crawler.generic import make_generic_outlet
from seeds.catalogue import load_catalogue
from seeds.outlet import Outlet
from tests.family_pages import ALL, SKINS, FamilyPage, make_family_page

CATALOGUE = load_catalogue()
FIRST = {outlet.family.id: outlet for outlet in reversed(CATALOGUE.outlets.values())}
UNUSED = {"gnuboard": replace(make_generic_outlet("https://sinmun.kr/"), family=CATALOGUE.families["gnuboard"])}
OUTLETS = FIRST | UNUSED
NOW = datetime(2026, 11, 21, tzinfo=ZoneInfo("UTC"))
SMALLEST = 3_000  # characters of a page below which it would have no weight of markup


def read(family: str, visit: int = 1) -> tuple[FamilyPage, Extracted]:
    outlet, url = OUTLETS[family], f"{OUTLETS[family].homepage}/x"
    page = make_family_page(family, outlet.lang, url, make_instant(outlet), visit=visit)
    return page, extract_page(page.encode(), url=url, outlet=outlet, now=NOW)


def make_instant(outlet: Outlet) -> datetime:
    return datetime(2026, 3, 7, 8, 41, 53, tzinfo=ZoneInfo(outlet.zone))


def test_there_is_a_page_for_every_family() -> None:
    assert sorted(CATALOGUE.families) == sorted(OUTLETS) == list(ALL)


@pytest.mark.parametrize("family", ALL)
def test_a_page_of_each_family_gives_its_article_and_nothing_else(family: str) -> None:
    page, found = read(family)

    assert len(page.html) > SMALLEST
    assert (found.refused, found.title, found.lang) == ("", page.title, OUTLETS[family].lang)
    assert [phrase for phrase in page.kept if phrase not in found.text] == []
    assert [phrase for phrase in page.cut if phrase in found.text] == []
    assert found.lead == page.lead
    assert found.text.startswith(page.lead) and found.text.count(page.lead or page.title) == bool(page.lead)


@pytest.mark.parametrize("family", ALL)
def test_a_page_of_each_family_tells_when_it_was_published_and_by_whom(family: str) -> None:
    page, found = read(family)

    assert (found.published_at, found.date_source) == (page.at, page.source)
    assert page.author in found.author


@pytest.mark.parametrize("family", ALL)
def test_counters_and_boxes_of_other_articles_are_no_change(family: str) -> None:
    (first, once), (second, again) = read(family, visit=1), read(family, visit=2)

    assert first.html != second.html
    assert (once.title, once.lead, once.text) == (again.title, again.lead, again.text)


HOSTS = {
    "baodautu": "https://baodautu.vn/bai-d512345.html", "znews": "https://znews.vn/bai-post1613516.html",
    "naver": "https://n.news.naver.com/article/110/0000000001", "ndsoft_old": "https://news.sinmun.co.kr/x",
    "tuoitre_2015": "https://bao.vn/tin/20150323/bai/724211.html", "segye_like": "https://sinmun.co.kr/view/1",
    "hani_like": "https://sinmun.co.kr/arti/1", "donga_like": "https://sinmun.co.kr/news/1",
}


@pytest.mark.parametrize("skin", SKINS)
def test_an_older_skin_or_an_undeclared_system_is_read_by_the_usual_marks(skin: str) -> None:
    url, sample = HOSTS[skin], "한국어로 쓴 글" if "naver" in skin else ""
    outlet = make_generic_outlet(url, sample)
    at = make_instant(outlet).replace(year=2015, month=3, day=23) if skin == "tuoitre_2015" else make_instant(outlet)
    page = make_family_page(skin, outlet.lang, url, at)

    found = extract_page(page.encode(), url=url, outlet=outlet, now=NOW)

    assert (found.refused, found.title, found.lead) == ("", page.title, page.lead)
    assert [phrase for phrase in page.kept if phrase not in found.text] == []
    assert [phrase for phrase in page.cut if phrase in found.text] == []
    assert (found.published_at, found.date_source) == (page.at, page.source)
