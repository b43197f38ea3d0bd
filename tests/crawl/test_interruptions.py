"""A crawl that is stopped, killed or doubled: nothing lost, nothing asked for twice, no false success."""

import os
import signal
import subprocess
import threading
from datetime import datetime, timedelta

from storage.clock import utc_now
from tests.crawl.conftest import Desk, Server

SHORT_LEASE = ("-s", "LEASE_SECONDS=1")
PATIENCE_SECONDS = 60


def strike_at(server: Server, path: str, blow: signal.Signals, child: "list[subprocess.Popen[str]]") -> None:
    """Sends `blow` to the crawl the first time that `path` is asked for, before it is answered."""
    answer = server.routes[path]

    def struck() -> tuple[int, dict[str, str], bytes]:
        if server.asked[path] == 1:
            os.kill(child[0].pid, blow)
        return answer()

    server.routes[path] = struck


def test_a_killed_crawl_repeats_only_what_was_in_flight(desk: Desk, server: Server) -> None:
    links = server.serve_articles(5)
    server.serve_feed("/rss", links)
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    child: list[subprocess.Popen[str]] = []
    strike_at(server, "/a-1003.html", signal.SIGKILL, child)

    child.append(desk.start("paper", arguments=SHORT_LEASE))
    killed = desk.wait(child[0])
    desk.end_leases()
    again = desk.crawl("paper")

    assert killed.code == -signal.SIGKILL
    assert again.code == 0, again.errors
    assert {path: server.asked[path] for path in server.asked if path.startswith("/a-")} == {
        "/a-1001.html": 1, "/a-1002.html": 1, "/a-1003.html": 2, "/a-1004.html": 1, "/a-1005.html": 1}
    assert desk.rows("SELECT count(*) FROM articles") == [(5,)]
    assert desk.rows("SELECT count(*) FROM entries WHERE outcome IS NULL") == [(0,)]


def test_a_delay_that_robots_txt_has_just_named_outlives_a_kill(desk: Desk, server: Server) -> None:
    server.serve("/robots.txt", "User-agent: *\nCrawl-delay: 100\n", Content_Type="text/plain")
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    begun_at, robots = utc_now(), desk.open().robots

    child = desk.start("paper")
    while robots.find(server.root) is None and child.poll() is None:
        threading.Event().wait(0.02)
    child.kill()
    desk.wait(child)

    ((allowed_at,),) = desk.rows("SELECT next_allowed_at FROM leases WHERE name LIKE 'host:%'")
    assert datetime.fromisoformat(f"{allowed_at}+00:00") >= begun_at + timedelta(seconds=100)
    assert server.asked == {"/robots.txt": 1}


def test_what_a_killed_crawl_was_asking_is_due_again_when_its_lease_ends(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(2))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    desk.open().leases.acquire(f"host:{server.root.removeprefix('http://')}", "dead", utc_now(), 60)

    busy = desk.crawl("paper")

    store = desk.open()
    ends_at = store.leases.find_end(f"host:{server.root.removeprefix('http://')}")
    assert busy.code == 0, busy.errors
    assert store.runs.find()[0].outcome == "busy"
    assert ends_at and store.outlets.find_due(["paper"], ends_at - timedelta(seconds=1)) == []
    assert store.outlets.find_due(["paper"], ends_at) == ["paper"]


def test_a_terminated_crawl_ends_in_order_and_does_not_look_like_success(desk: Desk, server: Server) -> None:
    links = server.serve_articles(5)
    server.serve_feed("/rss", links)
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    child: list[subprocess.Popen[str]] = []
    strike_at(server, "/a-1003.html", signal.SIGTERM, child)

    child.append(desk.start("paper"))
    stopped = desk.wait(child[0])
    runs = desk.rows("SELECT outcome FROM runs")
    waves = desk.rows("SELECT outcome, finished_at IS NOT NULL FROM waves")
    again = desk.crawl("paper")

    assert stopped.code == 3, stopped.errors
    assert "Traceback" not in stopped.errors
    assert runs == [("stopped",)]
    assert waves == [("stopped", 1)]
    assert again.code == 0, again.errors  # its lease was free at once
    assert desk.rows("SELECT count(*) FROM articles") == [(5,)]


def test_two_crawls_at_once_never_ask_one_host_together_nor_a_page_twice(desk: Desk, server: Server) -> None:
    links = server.serve_articles(8)
    server.serve_feed("/rss", links)
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    desk.settings["DELAY_SECONDS"] = "0.05"

    children = [desk.start("paper", output=f"{n}.jsonl") for n in range(2)]
    crawls = [desk.wait(child, output=f"{n}.jsonl") for n, child in enumerate(children)]

    assert [crawl.code for crawl in crawls] == [0, 0]
    assert server.most_at_once == 1
    assert max(server.asked[path] for path in server.asked if path.startswith("/a-")) == 1
    assert sum(len(crawl.items) for crawl in crawls) == 8
    assert sorted(outcome for (outcome,) in desk.rows("SELECT outcome FROM runs")) in (
        ["busy", "fine"], ["fine", "nothing_new"])

def test_a_crawl_that_nobody_listens_to_any_more_goes_on_to_its_end(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(5))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    child: list[subprocess.Popen[str]] = []
    answer = server.routes["/a-1003.html"]

    def answer_unheard() -> tuple[int, dict[str, str], bytes]:
        for pipe in (child[0].stdout, child[0].stderr):  # as when the service is killed
            assert pipe is not None
            pipe.close()
        return answer()

    server.routes["/a-1003.html"] = answer_unheard
    child.append(desk.start("paper"))
    code = child[0].wait(PATIENCE_SECONDS)

    assert code == 0
    assert desk.rows("SELECT outcome, finished_at IS NOT NULL FROM waves") == [("fine", 1)]
    assert desk.rows("SELECT count(*) FROM articles") == [(5,)]


def test_a_crawl_whose_log_cannot_be_written_goes_on_to_its_end(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(2))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    with open("/dev/full", "w", encoding="utf-8") as full:
        desk.start("paper", errors=full).wait(PATIENCE_SECONDS)

    assert desk.rows("SELECT outcome, finished_at IS NOT NULL FROM waves") == [("fine", 1)]
    assert desk.rows("SELECT count(*) FROM articles") == [(2,)]


def test_a_crawl_that_hangs_says_where_and_ends_though_nobody_waits_for_it(desk: Desk, server: Server) -> None:
    released = threading.Event()
    server.serve_feed("/rss", [])
    answer = server.routes["/rss"]
    server.routes["/rss"] = lambda: (released.wait(PATIENCE_SECONDS), answer())[1]
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    desk.settings |= {"WAVE_SECONDS": "1", "TIMEOUT_SECONDS": "60"}

    hung = desk.wait(desk.start("paper", arguments=("-s", "HANG_SECONDS=0.5")))
    released.set()

    assert hung.code == 1
    assert "Timeout" in hung.errors
    assert "asyncioreactor" in hung.errors
