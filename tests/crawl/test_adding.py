"""`outlets add` and `outlets check` as people call them, against real loopback servers that play outlets."""

import os
import runpy
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

from monitor.commands.main import run_command
from seeds.catalogue import load_catalogue
from seeds.newsroom.server import run_newsroom
from storage.values import FoundFeed
from tests.crawl.conftest import ROOT, Desk, Server, article, run_server

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@dataclass
class Told:
    code: int
    out: str
    errors: str


def call(desk: Desk, *arguments: str) -> Told:
    """Runs `twinwatch outlets ...` in a child process with the desk's settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TWINWATCH_")}
    (desk.folder / "seeds").mkdir(exist_ok=True)
    command = [sys.executable, "-m", "monitor.commands.main", "outlets", *arguments]
    env = {**clean, **desk.make_environment(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=desk.folder, env=env, text=True, capture_output=True, timeout=60)
    return Told(done.returncode, done.stdout, done.stderr)


def written(desk: Desk) -> list[str]:
    return sorted(path.name for path in (desk.folder / "seeds").rglob("*.*") if path.is_file())


@pytest.mark.parametrize(("played", "family", "kind"), [
    ("nr_chungcheong", "kr_ndsoft", "rss"), ("nr_kimchi", "generic", "section"),
])
def test_an_outlet_is_added_by_its_address_alone_and_its_saved_page_proves_it(
    desk: Desk, played: str, family: str, kind: str) -> None:
    with run_newsroom(NOW, only=[played]) as newsroom:
        told = call(desk, "add", f"{newsroom.roots[played]}/", "--id", "paper")
        counters = newsroom.counters[played]

    assert told.code == 0, told.errors
    outlet = load_catalogue(desk.folder / "seeds").outlets["paper"]
    assert (outlet.family.id, outlet.feeds[0].kind, outlet.feeds[0].confidence) == (family, kind, "seen")
    assert written(desk) == ["paper.html", "paper.yml", "test_paper.py"]
    skeleton = next((desk.folder / "seeds").rglob("test_paper.py"))
    runpy.run_path(str(skeleton))["test_the_saved_page_of_paper_gives_its_article"]()
    assert counters.disallowed == 0 and counters.max_at_once == 1


def test_a_dry_run_prints_what_would_be_written_and_writes_nothing(desk: Desk, server: Server) -> None:
    serve_paper(server)

    told = call(desk, "add", f"{server.root}/rss", "--country", "VN", "--home", "VN-46", "--dry-run")

    values = yaml.safe_load(told.out)
    assert told.code == 0, told.errors
    assert [feed["url"] for feed in values["feeds"]] == [f"{server.root}/rss"]
    assert (values["country"], values["home"], values["homepage"]) == ("VN", "VN-46", f"{server.root}/")
    assert written(desk) == []


MENU = "로그인 회원가입 Segye Daily News all rights reserved by the publisher of this newspaper in its home town"


HANGUL = "세계일보는 오늘 소식을 전합니다"
LANG = "by its page's lang='ko'"


@pytest.mark.parametrize(("page", "arguments", "said"), [
    (f"<html lang='ko'><body>{MENU}", (), f"country KR ({LANG}), language ko ({LANG})"),
    (f"<html><body>{HANGUL}", (), "country KR (by its letters), language ko (by its letters)"),
    (f"<html><body>{HANGUL}", ("--country", "VN"), "country VN (as you say), language ko (by its letters)"),
    (f"<html lang='ko'><body>{MENU}", ("--lang", "en"), f"country KR ({LANG}), language en (as you say)"),
])
def test_what_is_taken_for_its_country_and_language_is_told_with_the_reason_and_how_to_say_otherwise(
    desk: Desk, server: Server, page: str, arguments: tuple[str, ...], said: str) -> None:
    serve_paper(server)
    server.serve("/", page)

    told = call(desk, "add", f"{server.root}/rss", *arguments, "--dry-run")

    assert told.code == 0 and f"taken as: {said}; if that is wrong, say --country and --lang" in told.errors
    values = yaml.safe_load(told.out)
    assert f"country {values['country']} (" in said and f"language {values['lang']} (" in said


def test_the_folder_for_ones_own_outlets_is_made(
    desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_paper(server)
    monkeypatch.setattr(Desk, "make_environment", lambda it: {
        "TWINWATCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]', "TWINWATCH_CRAWL__DELAY_SECONDS": "0",
        "TWINWATCH_DATA_DIR": str(it.folder / "data"), "TWINWATCH_SEEDS_DIR": str(it.folder / "mine" / "seeds")})

    told = call(desk, "add", f"{server.root}/", "--country", "VN", "--id", "paper")

    assert told.code == 0, told.errors
    assert "paper" in load_catalogue(desk.folder / "mine" / "seeds").outlets
    assert "made the folder " in told.errors and "outlets/vn/paper.yml" in told.errors


def test_robots_txt_is_obeyed_and_nothing_behind_it_is_asked_for(desk: Desk, server: Server) -> None:
    serve_paper(server)
    server.serve("/robots.txt", "User-agent: *\nDisallow: /")

    told = call(desk, "add", f"{server.root}/", "--country", "VN")

    assert (told.code, set(server.asked)) == (1, {"/robots.txt"})
    assert told.errors.splitlines()[-1] == (
        f"twinwatch: {server.root}/: not fetched: robots.txt forbids it (that is obeyed; ask its publisher)")
    assert written(desk) == []


def test_nothing_outside_the_allowed_networks_is_asked_for_without_a_contact(desk: Desk) -> None:
    with run_server("127.0.0.2") as hidden:
        desk.settings["ALLOW_NETWORKS"] = '["127.0.0.1/32"]'

        told = call(desk, "add", f"{hidden.root}/", "--country", "VN")
        public = call(desk, "add", "http://93.184.216.34/", "--country", "VN")

    assert (told.code, public.code, dict(hidden.asked)) == (1, 1, {})
    assert "not fetched: it leads to a private address" in told.errors and "set crawl.contact" in public.errors


@pytest.mark.parametrize(("settings", "arguments", "said"), [
    ({}, ("ftp://x.vn/",), "URL: no web address"),
    ({}, ("http://127.0.0.1:1/", "--id", "A b"), "--id: 'A b' is no id (use a-z"),
    ({}, ("http://127.0.0.1:1/", "--id", "thanhnien"), "--id: the id 'thanhnien' is taken (give another"),
    ({}, ("http://127.0.0.1:1/", "--kind", "paper"), "--kind: no kind 'paper' (one of national"),
    ({}, ("http://127.0.0.1:1/", "--lang", "korean"), "--lang: 'korean' is no language (two letters such as ko"),
    ({}, ("http://127.0.0.1:1/", "--home", "Hue"), "--home: 'Hue' is no key of a locality (such as VN-46"),
    ({}, ("https://thanhnien.vn/",), "known already as 'thanhnien'"),
    ({"ALLOW_NETWORKS": "[]"}, ("http://127.0.0.1:1/",), "crawl.contact: nothing is crawled without a contact"),
])
def test_what_cannot_be_added_is_told_in_one_line_before_anything_is_asked(
    desk: Desk, settings: dict[str, str], arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str]) -> None:
    desk.settings |= settings

    (desk.folder / "seeds").mkdir()
    for name, value in desk.make_environment().items():
        monkeypatch.setenv(name, value)

    code = run_command(["outlets", "add", *arguments])

    told = capsys.readouterr().err
    assert code == 1 and said in told and len(told.splitlines()) == 1


def test_a_site_without_feed_and_list_is_told_and_written_nowhere(desk: Desk, server: Server) -> None:
    server.serve("/", "<html><body><p>Trang đang được xây dựng lại</p><a href='/lien-he'>Liên hệ</a></body></html>")

    told = call(desk, "add", f"{server.root}/", "--country", "VN")

    assert told.code == 1 and "no feed and no list of articles was found (give the address" in told.errors
    assert written(desk) == []


def test_a_dead_feed_is_named_and_the_one_that_works_instead_is_proposed(desk: Desk, server: Server) -> None:
    serve_paper(server)
    desk.add_outlet("paper", [f"{server.root}/old.rss"], server.root)
    desk.add_outlet("fine", [f"{server.root}/rss"], server.root)

    told = call(desk, "check", "paper", "fine")

    assert told.code == 1
    assert f"{server.root}/old.rss: the server answers 404 (nothing at this address)" in told.out
    assert f"found instead: rss {server.root}/rss" in told.out
    assert "1 of 1 feed read, 5 entries, article read" in told.out
    assert server.most_at_once == 1


@pytest.mark.parametrize(("printed", "told"), [
    ("2025-11-23T03:09:00+07:00", "published 2025-11-22 20:09 UTC"),
    ("2025-11-22T00:00:00+07:00", "published 2025-11-22"),
    ("2025-11-22T00:01:00+07:00", "published 2025-11-21 17:01 UTC"),
], ids=["a local time", "a day without an hour", "a minute later"])
def test_the_article_of_a_check_is_dated_in_utc_or_by_its_day_alone(
    desk: Desk, server: Server, printed: str, told: str
) -> None:
    [link] = server.serve_articles(1)
    dated = f'<head><meta property="article:published_time" content="{printed}">'
    server.serve(link.removeprefix(server.root), article("Hợp tác với Daegu 1").replace("<head>", dated))
    server.serve_feed("/rss", [link])
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    [line] = [line for line in call(desk, "check", "paper").out.splitlines() if "article read" in line]
    assert line.endswith(f", article read, {told}")


def test_what_the_crawls_made_of_an_outlet_is_told_beside_what_it_shows_now(desk: Desk, server: Server) -> None:
    desk.set_clock(NOW)  # a minute that ends meanwhile would part what is told of one crawl
    links = server.serve_articles(2)
    server.serve("/a-1002.html", "<html><body><h1>Hợp tác với Daegu</h1><p>Hợp tác với Daegu.</p></body></html>")
    server.serve_feed("/rss", links)
    desk.add_outlet("paper", [f"{server.root}/rss", f"{server.root}/gone"], server.root)
    assert desk.crawl("paper").code == 0
    server.serve("/rss", "", status=503)
    store, host = desk.open(), server.root.removeprefix("http://")
    since = store.outlets.states()["paper"].state_since
    assert since is not None
    store.found_feeds.save("paper", [FoundFeed("paper", f"{server.root}/news.rss", "rss", since)])

    told = call(desk, "check", "paper").out.splitlines()

    local = f"{since.astimezone(ZoneInfo('Asia/Ho_Chi_Minh')):%Y-%m-%d %H:%M} +0700"
    assert told[0].split(maxsplit=1)[1] == "0 of 2 feeds read, 0 entries"
    assert told[1] == f"  {server.root}/rss: the server answers 503 (out of order or overloaded)"
    assert told[3] == (f"  crawls so far: fine since {local}: 1 of 2 feeds failed: "
                       "the server answers 404 (nothing at this address)")
    assert told[4].startswith("  next visit due 20")
    assert told[5] == f"  found by the crawls: rss {server.root}/news.rss"
    assert f"  {server.root}/rss: asked once today, last read {local}, next visit due 20" in "\n".join(told)
    assert f"  {server.root}/gone: asked once today, never read, next visit due 20" in "\n".join(told)
    assert "  pages refused in the last 7 days: the page holds no article text (1)" in told
    assert f"  {host}: 5 of 2000 requests today" in told  # robots.txt, two feeds and two pages
    assert "failed last time: the server answers 404 (nothing at this address)" in "\n".join(told)


def test_a_failed_request_is_told_in_words_and_a_guard_keeps_the_search_for_other_feeds_away(
    desk: Desk, server: Server) -> None:
    server.serve("/rss", "", status=302, Location="http://10.0.0.1/")
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    desk.add_outlet("dead", ["http://127.0.0.1:9/rss"], "http://127.0.0.1:9")

    told = call(desk, "check", "paper", "dead")

    assert f"{server.root}/rss: it leads to a private address (private addresses are asked for only" in told.out
    assert "http://127.0.0.1:9/rss: no connection" in told.out
    assert server.asked["/"] == 0


def serve_paper(server: Server) -> None:
    """A home page that names a feed of five articles."""
    links = server.serve_articles(5)
    server.serve_feed("/rss", links)
    server.serve("/", "<html><head><title>Báo Ví Dụ</title>"
                      "<link rel='alternate' type='application/rss+xml' href='/rss'></head><body></body></html>")
    server.serve("/a-1001.html", article("Hợp tác với Daegu"))
