"""`extract` and `parse-feed` print what the contract says; wrong arguments get one line."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from crawler.commands import register
from seeds.errors import InputError

PAGES = Path(__file__).parent / "pages"
FEED = ("<rss version='2.0'><channel><item><title>Sen và lúa</title><link>/sen-va-lua-185260307080754123.htm</link>"
        "<pubDate>Mon, 14 Sep 26 09:13:00 +0700</pubDate></item></channel></rss>")


def run(*arguments: str) -> list[dict[str, str | None]]:
    app = typer.Typer()
    register(app)
    result = CliRunner().invoke(app, list(arguments))
    if result.exception:
        raise result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_extract_prints_one_object_with_the_outlets_offset() -> None:
    [found] = run("extract", str(PAGES / "vn_vccorp.html"), "--url", "https://thanhnien.vn/sen-185260717221841123.htm")

    assert list(found) == ["url", "title", "lead", "text", "author", "published_at", "date_source", "lang", "refused"]
    assert found["published_at"] == "2026-07-17T22:18:41+07:00"
    assert (found["lang"], found["refused"]) == ("vi", None)


def test_a_refused_page_prints_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html><body><h1>404 Not Found</h1></body></html>")

    [found] = run("extract", str(tmp_path / "a.html"), "--url", "https://nowhere.example/x")

    assert (found["refused"], found["text"], found["published_at"]) == ("soft_404", "", None)


@pytest.mark.parametrize("kind", [(), ("--kind", "rss")])
def test_parse_feed_prints_one_line_for_each_entry(tmp_path: Path, kind: tuple[str, ...]) -> None:
    (tmp_path / "feed.xml").write_text(FEED)

    found = run("parse-feed", str(tmp_path / "feed.xml"), "--url", "https://thanhnien.vn/rss/home.rss", *kind)

    assert found == [{"url": "https://thanhnien.vn/sen-va-lua-185260307080754123.htm", "title": "Sen và lúa",
                      "published_at": "2026-09-14T09:13:00+07:00"}]


KOREAN_PAGE = (
    "<html><head><title>강릉의 쌀</title>{meta}<script>" + "var words = 'latin words'; " * 3_000 + "</script></head>"
    "<body><article><h1>강릉의 쌀</h1><p>" + "강릉시 농가는 올해 쌀을 일찍 거두었다고 한다. " * 12
    + "</p></article></body></html>")
DATE = '<meta property="article:published_time" content="{}">'


@pytest.mark.parametrize(("written", "host", "printed"), [
    ("2026-07-17T22:18:41+09:00", "sinmun.com", "2026-07-17T22:18:41+09:00"),
    ("2026-07-17T22:18:41", "sinmun.com", "2026-07-17T22:18:41+09:00"),
    ("2026-07-17T22:18:41-05:00", "sinmun.com", "2026-07-17T22:18:41-05:00"),
    ("2026-07-17T22:18:41-05:00", "sinmun.kr", "2026-07-18T12:18:41+09:00")])
def test_where_the_host_tells_no_zone_page_and_language_do(
    tmp_path: Path, written: str, host: str, printed: str) -> None:
    (tmp_path / "a.html").write_text(KOREAN_PAGE.replace("{meta}", DATE.format(written)))

    [found] = run("extract", str(tmp_path / "a.html"), "--url", f"https://{host}/news/1234")

    assert (found["published_at"], found["lang"]) == (printed, "ko")


@pytest.mark.parametrize("body", [
    b"", b" \n", bytes(range(256)) * 40, b"%PDF-1.7 \x01\x02\x03", b"just a line of text", b"{}"])
def test_what_is_no_feed_ends_in_one_line_and_an_error(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "feed").write_bytes(body)

    with pytest.raises(InputError, match=r"^[^\n]*/feed: [^\n]*$"):
        run("parse-feed", str(tmp_path / "feed"), "--url", "https://bao.vn/rss")


@pytest.mark.parametrize("body", [
    "<rss version='2.0'><channel><title>t</title></channel></rss>",
    "<html><body><a href='/about'>About</a></body></html>",
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>"])
def test_a_feed_without_entries_is_no_error(tmp_path: Path, body: str) -> None:
    (tmp_path / "feed").write_text(body)

    assert run("parse-feed", str(tmp_path / "feed"), "--url", "https://bao.vn/rss") == []


def test_parse_feed_says_that_dates_were_dropped(tmp_path: Path) -> None:
    items = "".join(f"<item><title>Tin {n}</title><link>/bai-{n}{n}{n}{n}</link><pubDate>Mon, 14 Sep 26 09:13:00 +0700"
                    "</pubDate></item>" for n in range(1, 7))
    (tmp_path / "feed").write_text(f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>")
    app = typer.Typer()
    register(app)

    result = CliRunner().invoke(app, ["parse-feed", str(tmp_path / "feed"), "--url", "https://bao.vn/rss"])

    assert [json.loads(line)["published_at"] for line in result.stdout.splitlines()] == [None] * 6
    assert "given without a date" in result.stderr


@pytest.mark.parametrize("arguments", [
    ("extract", "no-such-file", "--url", "https://bao.vn/x"), ("extract", str(PAGES), "--url", "https://bao.vn/x"),
    ("extract", str(PAGES / "yna.html"), "--url", "bao"), ("parse-feed", "no-such-file", "--url", "https://bao.vn/x"),
    ("parse-feed", str(PAGES / "yna.html"), "--url", "https://bao.vn/x", "--kind", "rrs"),
])
def test_wrong_arguments_are_named(arguments: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        run(*arguments)
