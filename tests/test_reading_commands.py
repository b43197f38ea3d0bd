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


@pytest.mark.parametrize("arguments", [
    ("extract", "no-such-file", "--url", "https://bao.vn/x"), ("extract", str(PAGES), "--url", "https://bao.vn/x"),
    ("extract", str(PAGES / "yna.html"), "--url", "bao"), ("parse-feed", "no-such-file", "--url", "https://bao.vn/x"),
    ("parse-feed", str(PAGES / "yna.html"), "--url", "https://bao.vn/x", "--kind", "rrs"),
])
def test_wrong_arguments_are_named(arguments: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        run(*arguments)
