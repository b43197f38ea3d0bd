"""Addresses seen in the wild, for every outlet of the catalogue: twins are one article, neighbours are two."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest

from crawler.identity import clean_url, is_article, make_host, make_identity
from seeds.catalogue import load_catalogue
from seeds.outlet import Outlet

OUTLETS = [outlet for outlet in load_catalogue().outlets.values() if outlet.article_example]
ONE_PER_FAMILY = {outlet.family.id: outlet for outlet in OUTLETS}


def add(query: str) -> Callable[[str], str]:
    return lambda url: f"{url}{'&' if urlsplit(url).query else '?'}{query}"


def with_host(prefix: str) -> Callable[[str], str]:
    def change(url: str) -> str:
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=prefix + re.sub(r"^(?:www|m)\.", "", parts.netloc)))

    return change


def with_path(change: Callable[[str], str]) -> Callable[[str], str]:
    """Changes the path; an address with a query stays as it is: its path is a script's name."""
    def changed(url: str) -> str:
        parts = urlsplit(url)
        return url if parts.query else urlunsplit(parts._replace(path=change(parts.path)))

    return changed


def turn_query(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(reversed(parts.query.split("&")))))


TWINS = {
    "utm_*": add("utm_source=rss&utm_medium=feed"), "gidzl": add("gidzl=9aB"), "zarsrc": add("zarsrc=1411"),
    "section=": add("section=local/all"), "site=": add("site=list"), "fbclid": add("fbclid=IwAR0"),
    "session id": add("PHPSESSID=7f"), "#box_comment": lambda url: f"{url}#box_comment", "www. twin": with_host("www."),
    "mobile twin": with_host("m."), "AMP host": with_host("amp."), "bare host": with_host(""),
    "AMP step": with_path(lambda path: f"{path.rstrip('/')}/amp"), "AMP query": add("amp=1"),
    "AMP ending": with_path(lambda path: re.sub(r"\.(?:html?|vnp|vov|tpo)$", ".amp", path)),
    "trailing slash": with_path(lambda path: f"{path.rstrip('/')}/"),
    "printable copy": with_path(lambda path: f"/print{path}"), "print key": add("mode=print"),
    "http and https": lambda url: url.replace("https:", "http:") if url[4] == "s" else url.replace("http:", "https:"),
    "upper-case host": lambda url: url.replace(make_host(url), make_host(url).upper()), "other order": turn_query,
    "doubled entity": lambda url: url.replace("&", "&amp;"), "blank around": lambda url: f"\n {url} ",
}


@pytest.mark.parametrize("change", TWINS.values(), ids=TWINS.keys())
def test_a_twin_of_an_address_is_the_same_article_at_every_outlet(change: Callable[[str], str]) -> None:
    apart = [outlet.id for outlet in OUTLETS
             if make_identity(change(outlet.article_example), outlet) != make_identity(outlet.article_example, outlet)]

    assert apart == []


@pytest.mark.parametrize("name", [name for name in TWINS if name not in ("printable copy",)])
def test_a_twin_of_an_address_is_an_article_too(name: str) -> None:
    missed = [outlet.id for outlet in OUTLETS if not is_article(TWINS[name](outlet.article_example), outlet)]

    assert missed == []


@pytest.mark.parametrize("outlet", ONE_PER_FAMILY.values(), ids=ONE_PER_FAMILY.keys())
def test_the_identifying_part_alone_makes_another_article(outlet: Outlet) -> None:
    url = outlet.article_example
    key = outlet.family.identity.find_key(url).split("/")[-1] or urlsplit(url).path.rstrip("/").rpartition("/")[2]
    other = key[:-1] + ("8" if key[-1] != "8" else "7")

    neighbour = url[::-1].replace(key[::-1], other[::-1], 1)[::-1]

    assert neighbour != url
    assert make_identity(neighbour, outlet) != make_identity(url, outlet)


def test_no_feed_and_no_home_page_is_an_article() -> None:
    wrong = [(outlet.id, url) for outlet in load_catalogue().outlets.values()
             for url in (outlet.homepage, *(feed.url for feed in outlet.feeds)) if is_article(url, outlet)]

    assert wrong == []


@pytest.mark.parametrize(("family", "one", "other"), [
    ("kr_ndsoft", "news/articleView.html?idxno=12", "news/articleView.html?idxno=13"),
    ("kr_article_no", "news/article.html?no=12", "news/article.html?no=13"),
    ("gnuboard", "bbs/board.php?bo_table=news&wr_id=12", "bbs/board.php?bo_table=news&wr_id=13"),
    ("gnuboard", "bbs/board.php?bo_table=news&wr_id=12", "bbs/board.php?bo_table=free&wr_id=12"),
    ("kr_article_aid", "article.php?aid=1779721200799342131", "article.php?aid=1779721200799342132"),
    ("kr_view_key", "web/view.php?key=20260618010005213", "web/view.php?key=20260618010005214"),
])
def test_the_keys_of_korean_systems_are_never_taken_for_noise(family: str, one: str, other: str) -> None:
    outlet = replace(OUTLETS[0], family=load_catalogue().families[family])

    cleaned = clean_url(f"https://bao.vn/{one}&utm_source=x#top", outlet)

    assert cleaned == f"https://bao.vn/{one}"
    assert make_identity(cleaned, outlet) != make_identity(f"https://bao.vn/{other}", outlet)


@pytest.mark.parametrize(("url", "expected"), [
    ("https://báo.vn/tin-1234.html", "https://xn--bo-mia.vn/tin-1234.html"),
    ("https://xn--bo-mia.vn/tin-1234.html", "https://xn--bo-mia.vn/tin-1234.html"),
    ("https://user@bao.vn@other.vn/", ""), ("javascript:alert(1)", ""), ("data:text/html,x", ""), ("//bao.vn/a", ""),
    ("file:///etc/passwd", ""), ("http://", ""), ("http://bao.vn:99999/", ""), ("https://bao.vn/%zz-1234", None),
])
def test_odd_addresses_are_encoded_or_refused(url: str, expected: str | None) -> None:
    cleaned = clean_url(url, OUTLETS[0])

    assert cleaned == expected if expected is not None else cleaned.startswith("https://bao.vn/")


def test_a_changed_slug_is_the_same_article_and_a_shared_slug_is_not() -> None:
    catalogue = load_catalogue().outlets
    paper = catalogue["vnexpress"]

    one = make_identity("https://vnexpress.net/tin-cu-5047363.html", paper)

    assert make_identity("https://vnexpress.net/tin-moi-da-sua-5047363.html", paper) == one
    assert make_identity("https://vnexpress.net/tin-cu-5047364.html", paper) != one


def test_query_keys_survive_encoding() -> None:
    pairs = [("bo_table", "소식"), ("wr_id", "7")]

    cleaned = clean_url(f"https://bao.vn/bbs/board.php?{urlencode(pairs)}", OUTLETS[0])

    assert dict(parse_qsl(urlsplit(cleaned).query)) == dict(pairs)
