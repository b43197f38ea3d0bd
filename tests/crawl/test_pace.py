"""At the server: one request at a time, rested, within the day's budget, never a forbidden path, whoever crashes."""

import signal
import subprocess
from itertools import pairwise
from time import sleep

import pytest

from tests.crawl.conftest import Desk, Server
from tests.crawl.test_interruptions import SHORT_LEASE, strike_at

DELAY, BUDGET = 0.3, 14


@pytest.mark.slow
def test_pace_budget_and_robots_hold_through_a_kill_a_restart_and_two_crawls_at_once(
    desk: Desk, server: Server) -> None:
    server.serve("/robots.txt", "User-agent: *\nDisallow: /a-1004\n", Content_Type="text/plain")
    server.serve_feed("/rss", server.serve_articles(20))
    server.serve_feed("/rss2", server.serve_articles(20))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    desk.add_outlet("sister", [f"{server.root}/rss2"], server.root)  # on one host with the other
    desk.settings |= {"DELAY_SECONDS": str(DELAY), "TIMEOUT_SECONDS": "3", "REQUESTS_PER_HOST": str(BUDGET)}
    child: list[subprocess.Popen[str]] = []
    strike_at(server, "/a-1003.html", signal.SIGKILL, child)

    child.append(desk.start("paper", "sister", arguments=SHORT_LEASE))
    killed = desk.wait(child[0])
    at_once = [desk.start("paper", "sister", output=f"{n}.jsonl", arguments=SHORT_LEASE) for n in range(2)]
    ended = [desk.wait(crawl, output=f"{n}.jsonl") for n, crawl in enumerate(at_once)]
    asked = len(server.spans)
    spent = desk.crawl("paper", arguments=SHORT_LEASE)

    spans = sorted(server.spans)
    assert killed.code == -signal.SIGKILL
    assert [crawl.code for crawl in (*ended, spent)] == [0, 0, 0], [crawl.errors for crawl in ended]
    assert all(after[0] - before[1] >= DELAY - 0.05 for before, after in pairwise(spans))
    assert asked == len(spans) == BUDGET
    assert not server.asked["/a-1004.html"]
    assert "times today, which is its budget" in spent.errors
    states = desk.open().outlets.states()
    assert {state.failures for state in states.values()} == {0}


def test_a_host_is_not_asked_again_while_it_may_still_work_on_what_was_given_up(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss2", server.serve_articles(1))
    server.routes["/rss"] = lambda: (sleep(1.7), (200, {}, b""))[1]  # the server's, not the test's
    desk.add_outlet("paper", [f"{server.root}/rss", f"{server.root}/rss2"], server.root)
    desk.settings["TIMEOUT_SECONDS"] = "1"

    crawl = desk.crawl("paper")

    assert crawl.code == 0, crawl.errors
    assert server.asked["/a-1001.html"] == 1
    assert server.most_at_once == 1
