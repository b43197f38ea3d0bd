"""List pages: the family's selectors, else what most links look like; menus, tags and pagers are no articles."""

from dataclasses import replace

import pytest

from crawler.entries import ParsedFeed
from crawler.feeds import parse_feed
from crawler.generic import make_generic_outlet
from crawler.paging import make_next_address
from crawler.shapes import make_shape
from seeds.outlet import Family, Feed, IdentityRule, Outlet
from seeds.outlet_declarations import NO_ARTICLES

OUTLET = replace(make_generic_outlet("https://gun.kr/"), family=Family("custom"), article_url=NO_ARTICLES)
TITLES = ("군, 후에시와 연꽃 축제 함께 열기로", "봄맞이 도자기 교실 수강생을 모집합니다",
          "베트남 대표단 옹기 마을을 둘러보다", "마을 도서관 야간 개방 시간을 늘립니다")
MENU = """<header><a href="/news/view.do?id=900">공지사항으로 바로 가는 머리 링크</a></header><nav>
<a href="/intro/greeting.do">군수 인사말과 군정 방향 안내</a><a href="/intro/history.do">우리 군의 역사와 상징 안내</a>
<a href="/intro/map.do">찾아오시는 길과 청사 배치 안내</a><a href="/intro/org.do">조직도와 업무별 전화번호 안내</a>
<a href="/intro/plan.do">중장기 발전 계획과 예산 안내</a></nav>"""
NAMES = ("연꽃", "도자기", "축제", "교실", "옹기", "책")
TAGS = "".join(f'<a href="/tag/{name}">{name} 관련 소식 모두 보기</a>' for name in NAMES)
PAGER = "".join(f'<a href="/news/list.do?page={n}">{n}</a>' for n in range(1, 11))


def read(body: str, outlet: Outlet = OUTLET) -> ParsedFeed:
    page = f"<html><body>{body}</body></html>"
    return parse_feed(page.encode(), url="https://gun.kr/news/list.do", kind="section", outlet=outlet)


def make_rows(form: str) -> str:
    return "".join(f'<li><a href="{form.format(100 + n)}">{title}</a></li>' for n, title in enumerate(TITLES))


@pytest.mark.parametrize("form", [
    "/news/view.do?id={}", "view.do?boardId=BBS_01&amp;mode=view&amp;dataSid={}", "/news/{}", "/bbs/board.php?wr_id={}",
    "/news/{}/tin-tuc-ve-huyen-nay", "https://www.gun.kr/tin-tuc-ve-huyen-nay-{}.html",
])
def test_the_commonest_links_with_titles_are_learnt(form: str) -> None:
    outlet = replace(OUTLET, hosts=frozenset({"gun.kr", "www.gun.kr"}))

    found = read(f"{MENU}{TAGS}<ul>{make_rows(form)}</ul>{PAGER}", outlet)

    assert [entry.title for entry in found.entries] == list(TITLES)
    assert found.notes == ("learnt_links",)


@pytest.mark.parametrize("body", [MENU, TAGS, PAGER, f"{MENU}{TAGS}{PAGER}", make_rows("https://other.kr/news/{}"),
                                  make_rows("/news/view.do?id={}").replace("</li>", "</li>", 1)[:120]],
                         ids=["menu", "tags", "pager", "all three", "another host", "one link"])
def test_a_page_without_a_list_teaches_nothing(body: str) -> None:
    assert (read(body).refused, read(body).entries) == ("no_articles", [])


def test_the_identity_rule_must_fit_what_is_learnt() -> None:
    rule = replace(OUTLET, family=Family("custom", identity=IdentityRule(query=("id",))))
    notices = "".join(f'<a href="/event/{n}">{title} 행사 안내</a>' for n, title in enumerate(TITLES * 3))

    found = read(make_rows("/news/view.do?id={}") + notices, rule)

    assert [entry.title for entry in found.entries] == list(TITLES)


@pytest.mark.parametrize(("one", "other", "same"), [
    ("https://a.kr/news/123", "https://a.kr/news/98765", True),
    ("https://a.kr/view?id=1", "https://a.kr/view?id=22", True),
    ("https://a.vn/tin-dai-hon-bon-chu-123.html", "https://a.vn/mot-tin-khac-nua-do-456.html", True),
    ("https://a.vn/news/asia/tin-dai-hon-bon-chu-1234.html", "https://a.vn/sport/mot-tin-khac-nua-do-4567.html", True),
    ("https://a.kr/news/123", "https://a.kr/event/123", False),
    ("https://a.kr/b?mode=view&no=1", "https://a.kr/b?mode=list&no=1", False),
    ("https://a.kr/b?id=1", "https://a.kr/b?id=1&page=2", False),
    ("https://a.vn/tin-dai-hon-bon-chu-123.html", "https://a.vn/the-thao", False),
])
def test_addresses_of_one_script_have_one_shape(one: str, other: str, same: bool) -> None:
    assert (make_shape(one) == make_shape(other)) is same


@pytest.mark.parametrize(("places", "feed", "number", "expected"), [
    (("?page={page}",), "https://a.kr/list.html?sc=S1N1&page=1", 2, "https://a.kr/list.html?sc=S1N1&page=2"),
    (("?page={page}",), "https://a.kr/list.html", 3, "https://a.kr/list.html?page=3"),
    (("{base}/trang-{page}.htm",), "https://a.vn/thoi-su.htm", 2, "https://a.vn/thoi-su/trang-2.htm"),
    (("{base}-p{page}",), "https://a.vn/thoi-su/", 2, "https://a.vn/thoi-su-p2"),
    (("a.next",), "https://a.vn/thoi-su", 2, ""), ((), "https://a.vn/thoi-su", 2, ""),
])
def test_a_family_says_where_a_list_goes_on(places: tuple[str, ...], feed: str, number: int, expected: str) -> None:
    outlet = replace(OUTLET, family=Family("custom", next_page=places))

    assert make_next_address(Feed(feed, "section"), number, outlet) == expected


def test_a_feed_in_xml_goes_on_by_query_only_and_a_sitemap_not_at_all() -> None:
    by_query = replace(OUTLET, family=Family("custom", next_page=("{base}/{page}", "?paged={page}")))

    assert make_next_address(Feed("https://a.vn/feed", "rss"), 2, by_query) == "https://a.vn/feed?paged=2"
    assert make_next_address(Feed("https://a.vn/sitemap.xml", "sitemap"), 2, by_query) == ""


@pytest.mark.parametrize(("pager", "expected"), [
    ('<a rel="next" href="?page=2">x</a>', "https://gun.kr/news/list.do?page=2"),
    ('<a class="arrow" href="?page=7">x</a>', "https://gun.kr/news/list.do?page=7"),
    ('<a href="?page=2">다음</a>', "https://gun.kr/news/list.do?page=2"),
    ('<a href="/p/2">Trang sau</a>', "https://gun.kr/p/2"),
    ('<a href="#">다음</a>', ""), ('<a href="javascript:go(2)">다음</a>', ""),
    ('<a rel="next" href="https://other.kr/2">x</a>', ""), ('<a href="/x">다음 주 날씨를 알려 드립니다</a>', ""),
])
def test_a_list_that_names_its_next_page_is_followed_on_its_own_host(pager: str, expected: str) -> None:
    outlet = replace(OUTLET, family=Family("custom", next_page=("a.arrow",)))

    assert read(make_rows("/news/{}") + pager, outlet).next_url == expected


def test_numbers_of_a_pager_lead_to_pages_and_other_numbers_do_not() -> None:
    found = read(make_rows("/news/{}") + PAGER + '<a href="/weather">12</a><a href="/d/2026">14</a>')

    assert found.pages[2] == "https://gun.kr/news/list.do?page=2"
    assert not {12, 14} & set(found.pages)
