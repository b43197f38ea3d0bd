"""States as the real spider leaves them: one server that refuses, asks for a pause, freezes and is well again."""

from dataclasses import replace
from datetime import timedelta
from email.utils import formatdate

import pytest

from crawler.habits import learn_gap
from storage.clock import utc_now
from storage.values import OutletState
from tests.crawl.conftest import Desk, Server

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def paper(desk: Desk, server: Server) -> Desk:
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    server.serve_feed("/rss", server.serve_articles(2))
    visit(desk)
    return desk


def visit(desk: Desk) -> OutletState:
    crawl = desk.crawl("paper")
    assert crawl.code == 0, crawl.errors
    return desk.open().outlets.states()["paper"]


def make_older(desk: Desk, state: OutletState, hours: float) -> None:
    """As if the outlet, a daily paper of old, had been read all the time but showed nothing new for so long."""
    habits: dict[str, object] = {}
    for gap in [3 * HOUR] * 40 + [10 * HOUR] * 20:
        habits = learn_gap(habits, gap, is_learning=True)
    assert state.last_new_at is not None and state.last_seen_at is not None
    known = replace(state, last_new_at=state.last_new_at - hours * HOUR, habits=habits)
    desk.open().outlets.save_state(known)
    question = "UPDATE outlets SET first_visit_at = '2020-01-01 00:00:00.000000'"
    with desk.open().database.engine.begin() as connection:
        connection.exec_driver_sql(question)


def test_one_refusal_is_told_two_are_a_state_and_the_first_good_visit_ends_it(paper: Desk, server: Server) -> None:
    well = server.routes["/rss"]

    server.serve("/rss", "no", status=403)
    once, twice = visit(paper), visit(paper)
    server.routes["/rss"] = well
    better = visit(paper)

    host = server.root.removeprefix("http://")
    assert (once.state, once.state_reason) == ("fine", f"failed once: {host} answers 403 (access refused)")
    assert (twice.state, twice.state_reason) == ("blocked", f"{host} answers 403 (access refused)")
    assert twice.state_since == once.failing_since_at
    assert twice.next_due_at is not None and once.next_due_at is not None and twice.next_due_at > once.next_due_at
    assert (better.state, better.state_reason, better.failures) == ("fine", "", 0)


@pytest.mark.parametrize(("budget", "name", "why"), [
    (6, "fine", ""), (5, "resting", "3 pages wait, more than are let through in a day; ")])
def test_a_budget_that_is_used_up_is_nobodys_fault_and_is_told_with_the_state(
    desk: Desk, server: Server, budget: int, name: str, why: str,
) -> None:
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    server.serve_feed("/rss", server.serve_articles(6))
    desk.settings["REQUESTS_PER_HOST"] = str(budget)  # two of them for robots.txt and the feed

    state = visit(desk)

    host = server.root.removeprefix("http://")
    assert (state.state, state.failures) == (name, 0)
    assert state.state_reason == f"{why}{host} was asked {budget} times today, which is its budget"
    assert desk.rows("SELECT count(*) FROM articles") == [(budget - 2,)]


def test_a_named_pause_is_kept_as_rest(paper: Desk, server: Server) -> None:
    server.serve("/rss", "slow down", status=429, Retry_After="7200")

    resting = visit(paper)
    asked = server.asked["/rss"]
    still = visit(paper)

    assert (resting.state, still.state, server.asked["/rss"]) == ("resting", "resting", asked)
    assert still.state_since == resting.state_since
    assert "asked to be left alone until" in still.state_reason


@pytest.mark.parametrize(("hours", "state"), [(9, "fine"), (14, "quiet"), (25, "silent")])
def test_a_frozen_feed_is_silent_though_it_answers_with_a_fresh_date(
    paper: Desk, server: Server, hours: float, state: str) -> None:
    frozen = server.routes["/rss"]()[2].decode()
    server.serve("/rss", frozen, Content_Type="application/rss+xml", Last_Modified=formatdate(usegmt=True), ETag='"x"')
    make_older(paper, paper.open().outlets.states()["paper"], hours)

    found = visit(paper)
    server.serve_feed("/rss", server.serve_articles(3))
    moved = visit(paper)

    assert found.state == state
    assert moved.state == "fine"


def test_robots_are_kept_for_a_day_and_obeyed_from_what_is_kept(desk: Desk, server: Server) -> None:
    server.serve("/robots.txt", "User-agent: *\nDisallow: /a-1002\n", Content_Type="text/plain")
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    first, second, _ = links = server.serve_articles(3)
    server.serve_feed("/rss", [first])
    visit(desk)
    server.serve_feed("/rss", links)
    visit(desk)

    same_day = server.asked["/robots.txt"], server.asked[second.removeprefix(server.root)]
    with desk.open().database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE robots SET read_at = '2020-01-01 00:00:00.000000'")
    visit(desk)

    again = server.asked["/robots.txt"]
    with desk.open().database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE robots SET read_at = '{(utc_now() - 2 * DAY):%Y-%m-%d %H:%M:%S}.000000'")
    server.serve("/robots.txt", "", status=503)
    kept = visit(desk)

    assert (same_day, again) == ((1, 0), 2)
    assert (kept.state, server.asked["/robots.txt"], server.asked[second.removeprefix(server.root)]) == ("fine", 3, 0)


def test_a_dead_feed_is_left_alone_while_its_sibling_is_asked_and_is_still_told(desk: Desk, server: Server) -> None:
    desk.add_outlet("paper", [f"{server.root}/rss", f"{server.root}/dead"], server.root)
    server.serve_feed("/rss", server.serve_articles(1))
    desk.settings["OUTLETS"] = '["paper"]'
    visit(desk)
    with desk.open().database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET next_due_at = '2020-01-01 00:00:00.000000'")

    crawl = desk.crawl(arguments=("-a", "due=1"))

    state = desk.open().outlets.states()["paper"]
    assert crawl.code == 0, crawl.errors
    assert (server.asked["/rss"], server.asked["/dead"]) == (2, 1)
    assert state.state == "fine"
    assert state.state_reason == "1 of 2 feeds failed: the server answers 404 (nothing at this address)"
