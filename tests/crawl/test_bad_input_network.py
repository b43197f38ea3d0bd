"""The rows of "Network" among the faults seen in the wild, each at a server of its own in one wave of the real spider.

Elsewhere: certificates and legacy TLS (`test_tls`), names, rebinding and notations (`test_guards`), frozen feeds
(`test_health`), DNS down on our side (`test_limits`, `test_feed_plans`).
"""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from threading import Event

import pytest

from storage.clock import utc_now
from storage.store import Store
from tests.crawl.conftest import Desk, Server, run_server

RSS = {"Content-Type": "application/rss+xml"}
MAX_BYTES = 300_000
CHALLENGE = "<html><head><title>Just a moment...</title></head><body><script>x()</script></body></html>"


def redirect(location: str) -> Callable[[Server], None]:
    return lambda server: server.serve("/rss", "", status=302, Location=location.format(root=server.root))


def drip(make: Callable[[], Iterator[bytes]], **headers: str) -> Callable[[Server], None]:
    named = {**RSS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return lambda server: server.drips.update({"/rss": (named, make)})


def drip_slowly() -> Iterator[bytes]:
    while True:
        Event().wait(0.2)
        yield b" "


def pour() -> Iterator[bytes]:
    while True:
        yield b" " * 65_536


def break_off() -> Iterator[bytes]:
    yield b"<rss version='2.0'><channel>"


def serve_bomb(server: Server) -> None:
    packed = gzip.compress(b"<rss>" + b" " * 100_000_000)
    server.routes["/rss"] = lambda: (200, {**RSS, "Content-Encoding": "gzip"}, packed)


def serve_many_headers(server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(1), **{f"X_{number}": "y" * 50 for number in range(1_000)})


def serve_robots(body: str, status: int = 200) -> Callable[[Server], None]:
    return lambda server: server.serve("/robots.txt", body, status=status)


ROWS: dict[str, tuple[Callable[[Server], None], str, str]] = {
    "403": (lambda server: server.serve("/rss", "no", status=403), "blocked", "answers 403"),
    "challenge page with 403": (lambda server: server.serve("/rss", CHALLENGE, status=403), "blocked", "answers 403"),
    "challenge page with 200": (lambda server: server.serve("/rss", CHALLENGE), "unproven", "a page came instead"),
    "429 with Retry-After: 317100": (
        lambda server: server.serve("/rss", "", status=429, Retry_After="317100"), "blocked", "answers 429"),
    "503 with Retry-After": (
        lambda server: server.serve("/rss", "", status=503, Retry_After="7200"), "blocked", "answers 503"),
    "slow drip": (drip(drip_slowly), "unproven", "no answer in time"),
    "endless body": (drip(pour), "unproven", "the answer is too large"),
    "dropped mid-body": (drip(break_off, Content_Length="9999"), "unproven", "the connection broke off"),
    "redirect loop": (redirect("{root}/rss"), "unproven", "redirects without end"),
    "redirect to a private address": (redirect("http://10.0.0.1/"), "unproven", "leads to a private address"),
    "0.0.0.0": (redirect("http://0.0.0.0/"), "unproven", "leads to a private address"),
    "[::1]": (redirect("http://[::1]/"), "unproven", "leads to a private address"),
    "::ffff:169.254.169.254": (redirect("http://[::ffff:169.254.169.254]/"), "unproven", "leads to a private address"),
    "100.64.0.1": (redirect("http://100.64.0.1/"), "unproven", "leads to a private address"),
    "http://2130706433/": (redirect("http://2130706435/"), "unproven", "leads to a private address"),  # 127.0.0.3
    "http://0x7f.1/": (redirect("http://0x7f.3/"), "unproven", "leads to a private address"),
    "octal": (redirect("http://0177.0.0.3/"), "unproven", "leads to a private address"),
    "zone id": (redirect("http://[fe80::1%25lo]/"), "unproven", "the address"),
    "http://user@host@other/": (redirect("http://user@host@other/"), "unproven", "the address holds a user name"),
    "redirect to file:": (redirect("file:///etc/passwd"), "unproven", "answers 302"),
    "redirect to data:": (redirect("data:text/html,x"), "unproven", "answers 302"),
    "gzip bomb": (serve_bomb, "unproven", "the answer is too large"),
    "1,000 headers": (serve_many_headers, "fine", ""),
    "robots.txt of 10 MB": (serve_robots("# x\n" * 2_500_000), "fine", ""),
    "robots.txt with 5xx": (serve_robots("", 503), "unproven", "robots.txt cannot be read"),
    "robots.txt that is HTML": (serve_robots(CHALLENGE), "fine", ""),
}


@pytest.fixture(scope="module")
def store(shared_desk: Desk) -> Iterator[Store]:
    """The store after one wave over a server for each row; they share 127.0.0.1 and differ in their port."""
    with ExitStack() as stack:
        for number, (fault, _, _) in enumerate(ROWS.values()):
            server = stack.enter_context(run_server())
            server.serve_feed("/rss", server.serve_articles(1))
            shared_desk.add_outlet(f"row{number}", [f"{server.root}/rss"], server.root)
            fault(server)
        shared_desk.settings |= {
            "ALLOW_NETWORKS": '["127.0.0.1/32"]', "CONTACT": "test@example.org", "MAX_BYTES": str(MAX_BYTES),
            "TIMEOUT_SECONDS": "12"}
        crawl = shared_desk.crawl(*(f"row{number}" for number in range(len(ROWS))))
        assert crawl.code == 0 and "Traceback" not in crawl.errors, crawl.errors
        yield shared_desk.open()


@pytest.mark.parametrize("row", ROWS)
def test_every_row_of_network_ends_in_its_outcome_and_says_why(store: Store, row: str) -> None:
    _, outcome, reason = ROWS[row]

    (run,) = store.runs.find(outlet_id=f"row{list(ROWS).index(row)}")

    assert run.outcome == outcome
    assert reason in run.reason if reason else run.reason == ""


def test_a_pause_of_four_days_is_kept(store: Store) -> None:
    state = store.outlets.states()[f"row{list(ROWS).index('429 with Retry-After: 317100')}"]

    assert state.next_due_at is not None
    assert timedelta(seconds=317_000) < state.next_due_at - utc_now() <= timedelta(seconds=317_100)


@pytest.mark.parametrize("row", ["304 that lies", "ETag that never changes"])
def test_validators_that_lie_are_found_out_and_no_longer_believed(desk: Desk, server: Server, row: str) -> None:
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    first, second = server.serve_articles(2)
    server.serve_feed("/rss", [first], ETag='"same"')
    desk.crawl("paper")
    server.serve_feed("/rss", [first, second], ETag='"same"')
    honest = server.routes["/rss"]
    server.routes["/rss"] = lambda: (
        (304, {}, b"") if row == "304 that lies" and "If-None-Match" in server.headers["/rss"] else honest())
    with desk.open().database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE feeds SET read_whole_at = '2020-01-01 00:00:00.000000'")

    crawl = desk.crawl("paper")
    told = desk.open().runs.find()[0].counts
    desk.crawl("paper")

    assert [item["url"] for item in crawl.items] == [second]
    assert told["feed_note:validators_lie"] == 1
    assert "If-None-Match" not in server.headers["/rss"]
