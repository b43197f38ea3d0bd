"""Text and bytes seen in the wild: a feed and a page give the same title and text, whatever carries them."""

import gzip
import unicodedata
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd

from crawler.extract import Extracted, extract_page
from crawler.feeds import FeedEntry, parse_feed
from crawler.generic import make_generic_outlet
from seeds.outlet import Outlet

VN, KR = make_generic_outlet("https://bao.vn/"), make_generic_outlet("https://sinmun.kr/")
VN_TITLE, KR_TITLE = "Huế và Gangneung cùng trồng sen", "순창군 똠얌 축제에 후에시 초청"
VN_TEXT = "Đoàn cán bộ thành phố Huế đã thăm Gangneung và bàn cách cùng làm lễ hội đèn vào mùa xuân tới. " * 6
KR_TEXT = "순창군은 내년 봄 똠얌 축제에 베트남 후에시 대표단을 초청하기로 하고 함께 연등을 만들기로 했다. " * 6


def make_page(title: str, text: str, label: str = "utf-8") -> str:
    head = f'<html><head><meta charset="{label}"><title>{title}</title></head>'
    return f"{head}<body><article><h1>{title}</h1><p>{text}</p></article></body></html>"


def make_feed(title: str, text: str, label: str = "utf-8") -> str:
    item = f"<item><title>{title}</title><link>/tin-1001.html</link><description>{text}</description></item>"
    return f'<?xml version="1.0" encoding="{label}"?><rss version="2.0"><channel><title>x</title>{item}</channel></rss>'


def read_page(body: bytes, outlet: Outlet, content_type: str = "") -> Extracted:
    return extract_page(body, url=f"{outlet.homepage}tin-1001.html", outlet=outlet, content_type=content_type)


def read_feed(body: bytes, outlet: Outlet, content_type: str = "") -> FeedEntry:
    [entry] = parse_feed(
        body, url=f"{outlet.homepage}rss", kind="rss", outlet=outlet, content_type=content_type).entries
    return entry


def numeric(text: str) -> str:
    return "".join(f"&#{ord(char)};" for char in text)


Row = tuple[Outlet, Callable[[Callable[..., str]], bytes], str]
KOREAN: dict[str, Row] = {
    "UTF-8 labelled euc-kr": (KR, lambda make: make(KR_TITLE, KR_TEXT, "euc-kr").encode(), "text/html; charset=euc-kr"),
    "euc-kr that is cp949": (KR, lambda make: make(KR_TITLE, KR_TEXT, "euc-kr").encode("cp949"), ""),
    "x-windows-949": (KR, lambda make: make(KR_TITLE, KR_TEXT, "x-windows-949").encode("cp949"), ""),
    "no label": (KR, lambda make: make(KR_TITLE, KR_TEXT, "").encode("cp949"), ""),
    "labelled latin-1": (KR, lambda make: make(KR_TITLE, KR_TEXT, "").encode("cp949"), "text/html; charset=ISO-8859-1"),
    "NFD Hangul": (KR, lambda make: unicodedata.normalize("NFD", make(KR_TITLE, KR_TEXT)).encode(), ""),
}
VIETNAMESE: dict[str, Row] = {
    "NFD Vietnamese": (VN, lambda make: unicodedata.normalize("NFD", make(VN_TITLE, VN_TEXT)).encode(), ""),
    "numeric entities": (VN, lambda make: make(numeric(VN_TITLE), numeric(VN_TEXT)).encode(), ""),
    "zero-width characters": (VN, lambda make: make(VN_TITLE.replace(" ", " \u200b"), VN_TEXT).encode(), ""),
    "bidirectional controls": (VN, lambda make: make(f"\u202e{VN_TITLE}\u202c", VN_TEXT).encode(), ""),
    "a soft hyphen": (VN, lambda make: make(VN_TITLE.replace("Gang", "Gang\u00ad"), VN_TEXT).encode(), ""),
    "BOM": (VN, lambda make: b"\xef\xbb\xbf" + make(VN_TITLE, VN_TEXT).encode(), ""),
    "UTF-16 with BOM": (VN, lambda make: make(VN_TITLE, VN_TEXT, "utf-16").encode("utf-16"), ""),
    "BOM and a wrong label": (VN, lambda make: b"\xef\xbb\xbf" + make(VN_TITLE, VN_TEXT, "euc-kr").encode(), ""),
    "null bytes": (VN, lambda make: make(VN_TITLE, VN_TEXT).replace("Huế", "Hu\0ế").encode(), ""),
    "gzip": (VN, lambda make: gzip.compress(make(VN_TITLE, VN_TEXT).encode()), ""),
    "brotli": (VN, lambda make: bytes(brotli.compress(make(VN_TITLE, VN_TEXT).encode())), ""),
    "zstd": (VN, lambda make: zstd.compress(make(VN_TITLE, VN_TEXT).encode()), ""),
}
ROWS = KOREAN | VIETNAMESE


@pytest.mark.parametrize(("outlet", "make", "content_type"), ROWS.values(), ids=ROWS.keys())
def test_a_page_reads_the_same_whatever_carries_it(
    outlet: Outlet, make: Callable[[Callable[..., str]], bytes], content_type: str) -> None:
    title, text = (KR_TITLE, KR_TEXT) if outlet is KR else (VN_TITLE, VN_TEXT)

    found = read_page(make(make_page), outlet, content_type)

    assert (found.refused, found.title) == ("", title)
    assert text[:80] in found.text


@pytest.mark.parametrize(("outlet", "make", "content_type"), ROWS.values(), ids=ROWS.keys())
def test_a_feed_reads_the_same_whatever_carries_it(
    outlet: Outlet, make: Callable[[Callable[..., str]], bytes], content_type: str) -> None:
    title, text = (KR_TITLE, KR_TEXT) if outlet is KR else (VN_TITLE, VN_TEXT)

    found = read_feed(make(make_feed), outlet, content_type)

    assert (found.title, found.summary[:70]) == (title, text[:70])


@pytest.mark.parametrize(("title", "expected"), [
    ("<![CDATA[Huế v&agrave; Gangneung]]>", "Huế và Gangneung"), ("Huế v&amp;agrave; Gangneung", "Huế và Gangneung"),
    ("Huế v&amp;amp;agrave; Gangneung", "Huế và Gangneung"), ("Sen &amp;amp; l&amp;uacute;a", "Sen & lúa"),
    ("<![CDATA[A &amp;lt;단독&amp;gt; B]]>", "A <단독> B"), ("Giá 5 & 6", "Giá 5 & 6"),
    ("AT&amp;T; xong", "AT&T; xong"),
], ids=["inside CDATA", "doubled", "tripled", "mixed", "brackets that are text", "a bare ampersand", "no entity"])
def test_entities_of_a_feeds_title_are_resolved_and_no_more_than_that(title: str, expected: str) -> None:
    assert read_feed(make_feed(title, "x").encode(), VN).title == expected


@pytest.mark.parametrize("make", [make_page, make_feed], ids=["page", "feed"])
@pytest.mark.parametrize("charset", ["utf-8", "cp949"])
def test_a_body_cut_in_the_middle_of_a_character_keeps_what_came(make: Callable[..., str], charset: str) -> None:
    body = make(KR_TITLE, KR_TEXT, charset).encode(charset)
    cut = body[:body.index("대표단".encode(charset), len(body) // 2) + 1]

    text = read_page(cut, KR).text if make is make_page else read_feed(cut, KR).title

    assert (KR_TEXT[:40] if make is make_page else KR_TITLE) in text


@pytest.mark.parametrize("title", ["소식ㅣ순창군", "소식 ㅣ 순창군"])
def test_a_vowel_sign_used_as_a_separator_is_no_part_of_the_title(title: str) -> None:
    page = (f'<html><head><title>{KR_TITLE} ㅣ 순창신문</title><meta property="og:site_name" content="순창신문"></head>'
            f"<body><article><h1>{KR_TITLE}</h1><p>{KR_TEXT}</p></article></body></html>")

    assert read_page(page.encode(), KR).title == KR_TITLE
    assert read_feed(make_feed(title, "x").encode(), KR).title == title  # inside a feed's title it is text


@pytest.mark.parametrize("body", [
    b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, b"%PDF-1.7\n\x01\x02\x03" * 99, gzip.compress(b"x")[:-9] + b"\0\0",
    brotli.compress(b"y" * 999)[:-3], b"PK\x03\x04" + bytes(200), b"\xff\xfe",
], ids=["png", "pdf", "damaged gzip", "damaged brotli", "zip", "BOM alone"])
def test_bytes_that_are_no_text_are_refused_by_name(body: bytes) -> None:
    feed = parse_feed(body, url="https://bao.vn/rss", kind="rss", outlet=VN)
    page = read_page(body, VN)

    assert feed.refused in ("not_text", "not_a_feed", "empty")
    assert page.refused in ("not_text", "not_html", "empty", "too_short", "broken")
