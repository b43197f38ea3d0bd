"""The guard at work: real connection attempts to loopback servers that must not be reached."""

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
        open_server.serve("/a-100.html", "", status=302, Location="file:///etc/passwd")
        open_server.serve("/a-101.html", "", status=302, Location="http://a@b@127.0.0.1/")
        links = [f"{open_server.root}/a-{n}.html" for n in (*range(len(hosts)), 100, 101)]
        open_server.serve_feed("/rss", links)
        desk.add_outlet("paper", [*feeds, f"{open_server.root}/rss"], open_server.root)
        desk.settings |= {"ALLOW_NETWORKS": '["127.0.0.2/32"]', "CONTACT": "test@example.org"}

        crawl = desk.crawl("paper")

        assert crawl.code == 0, crawl.errors
        assert not hidden.asked
        assert desk.rows("SELECT outcome, reason, count(*) FROM entries GROUP BY 1, 2 ORDER BY 2") == [
            ("refused", "bad_redirect", 1), ("refused", "guard_private_address", len(hosts)),
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
