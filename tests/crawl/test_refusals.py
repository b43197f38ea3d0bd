"""What one address refuses, hides or does not give is its own affair: the rest of its host is read all the same."""

import json
import threading
from datetime import timedelta

import pytest

from crawler.own_page import SMALL, find_doubt
from storage.values import OutletState
from tests.crawl import names
from tests.crawl.conftest import Desk, Server, article, run_server

CHALLENGE = "<html><head><title>Just a moment...</title></head><body>checking your browser</body></html>"
SHELL = "<html><head><title>{title}</title></head><body>" + "<p>Bản tin trong ngày</p>" * 2_000 + "</body></html>"
PATIENCE_SECONDS = 60
TITLE = "Thành phố khánh thành cây cầu mới"


def state_of(desk: Desk, outlet: str = "paper") -> OutletState:
    return desk.open().outlets.states()[outlet]


def outcomes(desk: Desk) -> list[tuple[object, ...]]:
    where = "FROM entries WHERE outlet_id = 'paper'"
    return desk.rows(f"SELECT outcome, reason, count(*) {where} GROUP BY 1, 2 ORDER BY 1, 2")


@pytest.mark.parametrize("order", [("/rss", "/shut"), ("/shut", "/rss")])
def test_a_forbidden_feed_leaves_its_host_to_the_others(desk: Desk, server: Server, order: tuple[str, str]) -> None:
    server.serve_feed("/rss", server.serve_articles(2))
    server.serve("/shut", "no", status=403)
    desk.add_outlet("paper", [server.root + path for path in order], server.root)

    crawl = desk.crawl("paper")

    state = state_of(desk)
    assert crawl.code == 0, crawl.errors
    assert (state.state, state.failures) == ("fine", 0)
    assert state.state_reason == "1 of 2 feeds failed: the server answers 403 (access refused)"
    assert outcomes(desk) == [("saved", "", 2)]


def test_two_forbidden_addresses_in_a_row_are_the_hosts_word_and_it_is_asked_no_more(
    desk: Desk, server: Server
) -> None:
    server.serve_feed("/rss", server.serve_articles(2))
    for path in ("/shut", "/closed"):
        server.serve(path, "no", status=403)
    desk.add_outlet("paper", [server.root + path for path in ("/shut", "/closed", "/rss")], server.root)

    desk.crawl("paper")
    first = dict(server.asked)
    desk.crawl("paper")

    assert {path for path in first if path != "/robots.txt"} == {"/shut", "/closed"}
    assert outcomes(desk) == [("saved", "", 2)]  # what failed last time comes last, and says nothing new
    assert state_of(desk).state == "fine"


def test_an_outlet_is_not_blocked_by_a_neighbour_on_its_host(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(2))
    server.serve("/shut", "no", status=403)
    desk.add_outlet("neighbour", [f"{server.root}/shut"], server.root)
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    desk.crawl("neighbour", "paper")
    desk.crawl("neighbour", "paper")

    assert outcomes(desk) == [("saved", "", 2)]
    assert state_of(desk).state == "fine"
    assert "the server answers 403 (access refused)" in state_of(desk, "neighbour").state_reason


def test_a_forbidden_article_waits_and_the_others_are_read(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(3))
    server.serve("/a-1002.html", "no", status=403)
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    desk.crawl("paper")

    state = state_of(desk)
    assert outcomes(desk) == [(None, "http_403", 1), ("saved", "", 2)]
    assert (state.state, state.state_reason) == ("fine", "1 page failed: the server answers 403 (access refused)")


def test_a_host_that_forbids_one_article_after_the_other_is_left_alone(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(4))
    for number in range(1001, 1005):
        server.serve(f"/a-{number}.html", "no", status=403)
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    desk.crawl("paper")

    assert sum(server.asked[f"/a-{number}.html"] for number in range(1001, 1005)) == 2
    assert desk.open().runs.find()[0].outcome == "blocked"


@pytest.mark.parametrize(("page", "doubt"), [
    (CHALLENGE, "wall"),
    (SHELL.format(title="Just a moment..."), "wall"),
    (SHELL.format(title="404 - không tìm thấy"), "soft_404"),
    ("<html><body>Hệ thống đang bảo trì, mời quay lại sau.</body></html>", "not_its_page"),
    (SHELL.format(title="Trang chủ"), ""),  # as large as an article: its title may be another than its list's
    (f"<html><body><h1>{TITLE}</h1></body></html>", ""),
    ("<html><body><h1>Thành phố khánh thành &quot;cây cầu&quot; mới</h1></body></html>", ""),
    ("<html><body><h1>TH&Agrave;NH PHỐ KHÁNH THÀNH</h1></body></html>", ""),
])
def test_a_page_is_doubted_where_it_shows_nothing_of_its_title_and_is_small_or_says_what_it_is(
    page: str, doubt: str
) -> None:
    assert find_doubt(page.encode(), TITLE) == doubt


@pytest.mark.parametrize("title", ["", "Tin mới", "- | -  :"])
def test_a_title_of_few_words_says_nothing(title: str) -> None:
    assert len(CHALLENGE) < SMALL
    assert find_doubt(CHALLENGE.encode(), title) == ""


def test_pages_hidden_behind_a_challenge_are_read_when_it_is_gone(desk: Desk, server: Server) -> None:
    paths = [f"/a-{number}.html" for number in range(1001, 1005)]
    items = "".join(f"<item><title>{TITLE} {path}</title><link>{server.root}{path}</link></item>" for path in paths)
    server.serve("/rss", f"<rss version='2.0'><channel>{items}</channel></rss>", Content_Type="application/rss+xml")
    for path in paths:
        server.serve(path, CHALLENGE)
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    desk.crawl("paper")
    hidden, told = state_of(desk), outcomes(desk)
    for path in paths:
        server.serve(path, article(f"{TITLE} {path}"))
    with desk.open().database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE entries SET next_attempt_at = NULL")
    desk.crawl("paper")

    assert ("wall" in {reason for _, reason, _ in told}) and {outcome for outcome, _, _ in told} == {None}
    assert hidden.state_reason.endswith("pages cannot be read: a page asks for a login or a proof")
    assert outcomes(desk) == [("saved", "", 4)]


def test_a_page_with_its_title_that_names_nobody_is_settled_at_once(desk: Desk, server: Server) -> None:
    item = f"<item><title>{TITLE}</title><link>{server.root}/a-1001.html</link></item>"
    server.serve("/rss", f"<rss version='2.0'><channel>{item}</channel></rss>", Content_Type="application/rss+xml")
    server.serve("/a-1001.html", f"<html><body><h1>{TITLE}</h1></body></html>")
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    desk.crawl("paper")

    assert outcomes(desk) == [("screened_out", "", 1)]


def test_a_good_answer_with_retry_after_asks_for_no_pause(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(1), Retry_After="604800")
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    desk.crawl("paper")

    state = state_of(desk)
    assert state.next_due_at is not None and state.last_seen_at is not None
    assert state.next_due_at - state.last_seen_at < timedelta(days=1)


def test_a_robots_txt_that_hangs_is_taken_as_it_was_read_before(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(1))
    server.serve("/robots.txt", "User-agent: *\nDisallow: /private/")
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    desk.settings["TIMEOUT_SECONDS"] = "1"
    desk.crawl("paper")
    with desk.open().database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE robots SET read_at = datetime(read_at, '-2 days')")

    released, answer = threading.Event(), server.routes["/robots.txt"]
    server.routes["/robots.txt"] = lambda: (released.wait(PATIENCE_SECONDS), answer())[1]
    server.serve_feed("/rss", server.serve_articles(2))
    desk.crawl("paper")
    released.set()

    assert server.asked["/robots.txt"] == 2
    assert outcomes(desk) == [("saved", "", 2)]


def test_names_that_nobody_resolves_any_more_are_our_network_and_one_among_others_is_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with run_server("127.0.0.2") as server:
        port = server.root.rpartition(":")[2]
        for name in ("x", "y"):
            root = f"http://{name}.example:{port}"
            desk.add_outlet(name, [f"{root}/rss"], root)
        server.serve_feed("/rss", [f"http://x.example:{port}/a-1001.html"], Connection="close")
        arguments = ("-s", f"TWISTED_DNS_RESOLVER={names.GuardedNames.__module__}.GuardedNames")

        monkeypatch.setenv(names.ANSWERS, json.dumps({"x.example": [[]], "y.example": [[]]}))
        desk.crawl("x", "y", arguments=arguments)
        nobody = {run.outlet_id: run.outcome for run in desk.open().runs.find()}
        monkeypatch.setenv(names.ANSWERS, json.dumps({"x.example": [["127.0.0.2"]], "y.example": [[]]}))
        desk.crawl("x", "y", arguments=arguments)
        one = {run.outlet_id: run.reason for run in desk.open().runs.find(2)}

    assert nobody == {"x": "stopped", "y": "stopped"}
    assert one["y"] == "its name does not resolve"
    assert "resolve" not in one["x"]
