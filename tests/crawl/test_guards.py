"""The guard at work: real connection attempts to loopback servers that must not be reached."""

import json

import pytest

from tests.crawl import names
from tests.crawl.conftest import Desk, run_server


def test_no_notation_and_no_redirect_reaches_an_address_outside_the_allowed_networks(desk: Desk) -> None:
    with run_server("127.0.0.1") as hidden, run_server("127.0.0.2") as open_server:
        port = hidden.root.rpartition(":")[2]
        hosts = ("127.0.0.1", "localhost", "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]",
                 "[::ffff:7f00:1]", "0.0.0.0")
        feeds = [f"http://{host}:{port}/rss" for host in hosts]
        for n, host in enumerate(hosts):
            location = f"http://{host}:{port}/trap"
            open_server.serve(f"/a-{n}.html", "", status=302, Location=location)
            open_server.serve(f"/a-{200 + n}.html", "<p>Tin trong tỉnh</p>")  # else the host is left after three
        open_server.serve("/a-100.html", "", status=302, Location="file:///etc/passwd")
        open_server.serve("/a-101.html", "", status=302, Location="http://a@b@127.0.0.1/")
        numbers = [number for n in range(len(hosts)) for number in (n, 200 + n)]
        links = [f"{open_server.root}/a-{n}.html" for n in (*numbers, 100, 101)]
        open_server.serve_feed("/rss", links)
        desk.add_outlet("paper", [*feeds, f"{open_server.root}/rss"], open_server.root)
        desk.settings |= {"ALLOW_NETWORKS": '["127.0.0.2/32"]', "CONTACT": "test@example.org"}

        crawl = desk.crawl("paper")

        assert crawl.code == 0, crawl.errors
        assert not hidden.asked
        assert desk.rows("SELECT outcome, reason, count(*) FROM entries GROUP BY 1, 2 ORDER BY 2") == [
            ("screened_out", "", len(hosts)), ("refused", "bad_redirect", 1),
            (None, "guard_private_address", len(hosts)),  # asked again later: the server may be out of order
            ("refused", "guard_userinfo", 1)]
        run = desk.open().runs.find()[0]
        assert run.counts["feed_failed:guard_private_address"] == len(hosts)


def test_without_contact_a_name_outside_the_allowed_networks_is_not_connected_to_and_blamed_for_nothing(
    desk: Desk) -> None:
    with run_server("127.0.0.1") as hidden:
        desk.add_outlet("paper", [f"{hidden.root}/rss"], hidden.root)
        # A public address that must never be connected to: refused before any packet is sent.
        desk.add_outlet("elsewhere", ["http://93.184.216.34/rss"], "http://93.184.216.34")
        hidden.serve_feed("/rss", hidden.serve_articles(1))

        crawl = desk.crawl("paper", "elsewhere")

        runs = {run.outlet_id: (run.outcome, run.reason) for run in desk.open().runs.find()}
        assert crawl.code == 0, crawl.errors
        assert runs == {"paper": ("fine", ""), "elsewhere": ("stopped", "not fetched as crawl.contact is not set")}
        assert desk.open().outlets.states()["elsewhere"].failures == 0


def test_without_contact_and_allowed_networks_nothing_is_asked_and_one_line_says_why(desk: Desk) -> None:
    desk.settings = {}

    crawl = desk.crawl()

    assert crawl.code == 1
    assert crawl.errors.startswith("error: crawl.contact: nothing is crawled without a contact")
    assert len(crawl.errors.splitlines()) == 1


def test_an_unknown_outlet_ends_in_one_line_and_an_exit_code(desk: Desk) -> None:
    crawl = desk.crawl("thanhnein")

    assert crawl.code == 1
    assert crawl.errors.splitlines() == ["error: outlets: no outlet 'thanhnein' (did you mean 'thanhnien'?)"]


NAMES: dict[str, list[list[str]]] = {
    "inside.example": [["127.0.0.1"]],
    "inside6.example": [["::1"]],
    "mapped.example": [["::ffff:127.0.0.1"], ["::ffff:7f00:1"]],
    "nat64.example": [["64:ff9b::7f00:1"]],
    "linklocal.example": [["fe80::1%lo", "169.254.169.254"]],
    "mixed.example": [["127.0.0.1", "::1", "127.0.0.2"]],
    "turning.example": [["127.0.0.2"], ["127.0.0.2"], ["127.0.0.1"]],
    "redirected.example": [["127.0.0.2"]],
}


def test_names_are_judged_by_the_addresses_they_have_when_we_connect(
    desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with run_server("127.0.0.1") as hidden, run_server("127.0.0.2", int(hidden.root.rpartition(":")[2])) as open_server:
        port = hidden.root.rpartition(":")[2]
        monkeypatch.setenv(names.ANSWERS, json.dumps(NAMES))
        desk.settings |= {"ALLOW_NETWORKS": '["127.0.0.2/32"]', "CONTACT": "test@example.org", "TIMEOUT_SECONDS": "20"}
        for name in NAMES:
            root = f"http://{name}:{port}"
            desk.add_outlet(name.partition(".")[0], [f"{root}/{name}"], root)
            # Each request has a connection of its own, so that each asks for the name again.
            open_server.serve_feed(f"/{name}", [f"{root}/a-1.html"], Connection="close")
        open_server.serve("/robots.txt", "", Connection="close")
        open_server.serve("/redirected.example", "", status=302, Location=f"http://inside.example:{port}/trap")

        crawl = desk.crawl(*(name.partition(".")[0] for name in NAMES), arguments=(
            "-s", "TWISTED_DNS_RESOLVER=tests.crawl.names.GuardedNames"))

        assert crawl.code == 0, crawl.errors
        runs = {run.outlet_id: run for run in desk.open().runs.find()}
        private = "feed_failed:guard_private_address"
        assert not hidden.asked
        assert {name for name, run in runs.items() if run.counts.get(private)} == {
            "inside", "inside6", "mapped", "nat64", "linklocal", "redirected"}
        assert (runs["mixed"].counts["feeds_read"], runs["turning"].counts["feeds_read"]) == (1, 1)
        assert open_server.asked["/a-1.html"] == 1  # of mixed; turning had turned by then
