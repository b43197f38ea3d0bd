"""One article has one identity, whatever address it is seen under; two articles have two."""

import re
from dataclasses import replace

import pytest

from crawler.generic import make_generic_outlet
from crawler.identity import clean_url, is_article, make_host, make_identity
from seeds.outlet import Family, IdentityRule, Outlet

GENERIC = make_generic_outlet("https://paper.vn/")


def make_outlet(host: str, pattern: str, *, query: tuple[str, ...] = (), path: str = "") -> Outlet:
    rule = IdentityRule(query=query, path=re.compile(path) if path else None)
    return replace(make_generic_outlet(f"https://{host}/"), id="paper", family=Family("f", identity=rule),
                   article_url=re.compile(pattern), hosts=frozenset({host}))


NDSOFT = make_outlet("paper.kr", r"^https?://(www\.)?paper\.kr/news/articleView\.html\?idxno=\d+", query=("idxno",))
POST = make_outlet("bao.vn", r"^https?://bao\.vn/[^/?#]+-post\d+\.html$", path=r"-post(\d+)")
YNA = make_outlet("yna.kr", r"^https?://www\.yna\.kr/view/AKR\d+$")

SAME = [
    (NDSOFT, "http://www.paper.kr/news/articleView.html?idxno=12", "https://paper.kr/news/articleViewAmp.html?idxno=12"),
    (NDSOFT, "https://paper.kr/news/articleView.html?idxno=12",
     "https://m.paper.kr/news/articleView.html?sc=S1N1&idxno=12&utm_source=x#box_comment"),
    (POST, "https://bao.vn/ten-cu-post77.html", "https://bao.vn/ten-moi-da-sua-post77.html?zarsrc=1"),
    (YNA, "https://www.yna.kr/view/AKR20260101", "https://m.yna.kr/view/AKR20260101/?section=local&site=list"),
    (YNA, "http://www.yna.kr/view/AKR20260101", "https://www.yna.kr:443/view/AKR20260101"),
    (GENERIC, "https://paper.vn/a/tin-1234", "https://PAPER.vn/a/tin-1234/?fbclid=9&gidzl=8#top"),
    (GENERIC, "https://paper.vn/a/tin-1234", "https://paper.vn/a/tin-1234/amp"),
    (GENERIC, "https://paper.vn/a;jsessionid=99?x=1", "https://paper.vn/a?x=1"),
    (GENERIC, "https://paper.vn/가나-1234", "https://paper.vn/%EA%B0%80%EB%82%98-1234"),
    (GENERIC, "https://paper.vn/\u1112\u1161-1234", "https://paper.vn/\ud558-1234"),
    (GENERIC, "https://paper.vn/a?b=1&amp;c=2", "https://paper.vn/a?c=2&b=1"),
]
DIFFERENT = [
    (NDSOFT, "https://paper.kr/news/articleView.html?idxno=12", "https://paper.kr/news/articleView.html?idxno=123"),
    (POST, "https://bao.vn/ten-post77.html", "https://bao.vn/ten-post78.html"),
    (GENERIC, "https://paper.vn/view.php?no=1", "https://paper.vn/view.php?no=2"),
    (GENERIC, "https://paper.vn/bbs?bo_table=a&wr_id=1", "https://paper.vn/bbs?bo_table=b&wr_id=1"),
    (GENERIC, "https://paper.vn/ampere-1234", "https://paper.vn/ere-1234"),
]


@pytest.mark.parametrize(("outlet", "one", "other"), SAME)
def test_addresses_of_one_article_share_an_identity(outlet: Outlet, one: str, other: str) -> None:
    assert make_identity(one, outlet) == make_identity(other, outlet)


@pytest.mark.parametrize(("outlet", "one", "other"), DIFFERENT)
def test_addresses_of_two_articles_do_not(outlet: Outlet, one: str, other: str) -> None:
    assert make_identity(one, outlet) != make_identity(other, outlet)


def test_the_identity_is_the_outlet_and_what_its_rule_takes() -> None:
    assert make_identity("https://paper.kr/news/articleView.html?idxno=12", NDSOFT) == "paper:12"


@pytest.mark.parametrize(("url", "expected"), [
    ("https://m.paper.kr/news/articleView.html?idxno=12", True),
    ("https://www.paper.kr/news/articleView.html?idxno=12&utm_medium=rss", True),
    ("https://paper.kr/news/articleList.html?sc_section_code=S1N1", False),
    ("https://other.kr/news/articleView.html?idxno=12", False),
    ("javascript:void(0)", False),
    ("", False),
])
def test_an_article_is_told_from_a_list_and_a_stranger(url: str, expected: bool) -> None:
    assert is_article(url, NDSOFT) is expected


@pytest.mark.parametrize(("url", "expected"), [
    ("https://paper.vn/a/tin-1234.html", "https://paper.vn/a/tin-1234.html"),
    ("https://paper.vn", "https://paper.vn/"),
    ("HTTPS://Paper.VN:443/a?utm_source=x&id=5#c", "https://paper.vn/a?id=5"),
    ("https://paper.vn/a?sid&#x3D;110&b=1", "https://paper.vn/a?sid=110&b=1"),
    ("https://paper.vn/a?z=1&a=2", "https://paper.vn/a?z=1&a=2"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    ("https://user:pw@paper.vn/a", ""),
    ("http://[::1", ""),
    ("ftp://paper.vn/a", ""),
])
def test_an_address_is_cleaned_or_refused(url: str, expected: str) -> None:
    assert clean_url(url, GENERIC) == expected


@pytest.mark.parametrize(("url", "expected"), [
    ("http://Paper.vn:80/x", "paper.vn"), ("https://paper.vn:8443", "paper.vn:8443"), ("http://[::1]:80/", "[::1]"),
    ("http://paper.vn./", "paper.vn"), ("nonsense", ""), ("http://x:99999/", ""),
])
def test_a_host_is_lower_case_without_default_port(url: str, expected: str) -> None:
    assert make_host(url) == expected
