"""Crawls forked from a loaded process: like processes of their own, whatever becomes of the server and of who asked."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.crawl import CrawlRequest, run_crawl
from monitor.fork_server import ForkServer, run_fork_server
from tests.crawl.conftest import ROOT, Desk, Server

PATIENCE_SECONDS = 60
LOADED = """
import os, sys
import crawler.fork_server as server
light = sorted({"scrapy", "twisted", "sqlalchemy"} & set(sys.modules))
server.load()
heavy = {"aiohttp", "requests", "scrapy.extensions.telnet", "scrapy.extensions.remote_control", "trafilatura"}
loaded = sorted(heavy & set(sys.modules))
print(light, loaded, "twisted.internet.reactor" in sys.modules, len(os.listdir("/proc/self/task")))
"""


class Forks:
    """A fork server that has been started in the environment of a desk, and what its crawls said."""

    def __init__(self, server: ForkServer) -> None:
        self.server = server
        self.said: list[str] = []

    def crawl(self, *outlets: str, **environment: str) -> int:
        return self.play(lambda: self.run(*outlets, **environment))

    def run(self, *outlets: str, **environment: str) -> Any:
        request = CrawlRequest(outlets=outlets, crawl_only=True, say=self.said.append, environment=environment)
        return run_crawl(request, self.server.start)

    def play(self, make: Callable[[], Any]) -> Any:
        return asyncio.run(asyncio.wait_for(make(), PATIENCE_SECONDS))

@pytest.fixture(scope="module")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Loaded once; each test gives its settings with its orders."""
    with pytest.MonkeyPatch.context() as patch, run_fork_server() as server:
        for name in [name for name in os.environ if name.startswith("TWINWATCH_")]:
            patch.delenv(name)
        patch.chdir(ROOT)
        yield Forks(server)


def test_forked_crawls_save_articles_and_read_their_settings_anew(forks: Forks, desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(2))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    refused = forks.crawl("paper", **desk.make_environment() | {"TWINWATCH_CRAWL__ALLOW_NETWORKS": "[]"})
    pid = forks.server.pid
    read = forks.crawl("paper", **desk.make_environment())

    assert (refused, read) == (1, 0), forks.said
    assert "crawl.contact" in forks.said[0]
    assert forks.server.pid == pid
    assert desk.rows("SELECT count(*) FROM articles") == [(2,)]


def test_a_forked_crawl_that_cannot_begin_says_why_and_ends_with_one(forks: Forks, desk: Desk) -> None:
    code = forks.crawl("nowhere", **desk.make_environment())

    assert code == 1
    assert any(line.startswith("error:") and "nowhere" in line for line in forks.said)


def test_a_dozen_forked_crawls_leave_no_file_handle_behind(forks: Forks, desk: Desk) -> None:
    forks.crawl("nowhere", **desk.make_environment())
    ours, theirs = count_handles(os.getpid()), count_handles(forks.server.pid)

    for _ in range(12):
        forks.crawl("nowhere", **desk.make_environment())

    assert count_handles(os.getpid()) == ours
    assert count_handles(forks.server.pid) <= theirs + 1  # it may be about to close the last one's


def test_a_forked_crawl_whose_caller_is_cancelled_stops_in_order(forks: Forks, desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(3))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    forks.play(lambda: cancel_at(server, "/a-1002.html", forks.run("paper", **desk.make_environment())))

    assert desk.rows("SELECT outcome FROM runs") == [("stopped",)]


def test_a_crawl_whose_caller_is_cancelled_while_it_loads_is_never_begun(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(1))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    async def give_up_at_once(forks: Forks) -> None:
        crawl = asyncio.ensure_future(forks.run("paper", **desk.make_environment()))
        while forks.server.pid is None:
            await asyncio.sleep(0)
        crawl.cancel()
        await asyncio.wait([crawl])

    with run_fork_server() as fresh:
        asyncio.run(give_up_at_once(Forks(fresh)))
        code = Forks(fresh).crawl("nowhere", **desk.make_environment())  # after it: what waits is begun in turn

    assert code == 1
    assert not server.asked


def test_a_fork_server_that_does_not_answer_is_replaced_by_a_process(
    desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.serve_feed("/rss", server.serve_articles(1))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    monkeypatch.setattr("monitor.fork_server.BEGIN_SECONDS", 0.2)

    with run_fork_server() as hung:
        hung.open()
        os.kill(hung.pid or 0, signal.SIGSTOP)
        code = Forks(hung).crawl("paper", **desk.make_environment())
        pid = hung.pid

    assert (code, pid) == (0, None)
    assert desk.rows("SELECT count(*) FROM articles") == [(1,)]


def test_an_order_that_is_too_long_is_for_a_process_of_its_own(desk: Desk, server: Server) -> None:
    server.serve_feed("/rss", server.serve_articles(1))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)

    with run_fork_server() as unused:
        code = Forks(unused).crawl("paper", **desk.make_environment(), PADDING="x" * 100_000)

        assert (code, unused.pid) == (0, None)


def test_a_killed_fork_server_leaves_its_crawl_and_the_next_one_has_a_new_server(
    forks: Forks, desk: Desk, server: Server
) -> None:
    server.serve_feed("/rss", server.serve_articles(3))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    forks.crawl("nowhere", **desk.make_environment())
    pid = forks.server.pid
    answer = server.routes["/a-1002.html"]
    server.routes["/a-1002.html"] = lambda: (kill(pid), answer())[1]

    orphaned = forks.crawl("paper", **desk.make_environment())
    again = forks.crawl("paper", **desk.make_environment())

    assert (orphaned, again) == (1, 0)  # nobody knows how the first one ended
    assert forks.server.pid != pid
    assert desk.rows("SELECT count(*) FROM articles") == [(3,)]
    assert desk.rows("SELECT outcome FROM waves") == [("fine",), ("fine",)]


def test_a_server_that_cannot_load_leaves_the_crawl_to_a_process_of_its_own(
    desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.serve_feed("/rss", server.serve_articles(1))
    desk.add_outlet("paper", [f"{server.root}/rss"], server.root)
    monkeypatch.setattr("monitor.fork_server.MODULE", "crawler.no_such_module")

    with run_fork_server() as broken:
        code = Forks(broken).crawl("paper", **desk.make_environment())

    assert code == 0
    assert desk.rows("SELECT count(*) FROM articles") == [(1,)]


def test_a_closed_fork_server_is_gone() -> None:
    async def begin(server: ForkServer) -> int:
        return await run_crawl(CrawlRequest(outlets=["nowhere"], say=lambda line: None), server.start)

    with run_fork_server() as server:
        asyncio.run(begin(server))
        pid = server.pid

    assert pid is not None and not Path(f"/proc/{pid}").exists()


def test_what_is_loaded_before_a_fork_holds_no_reactor_no_thread_and_nothing_that_is_switched_off() -> None:
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "crawler.settings", "PYTHONPATH": str(ROOT)}

    said = subprocess.run(
        [sys.executable, "-c", LOADED], env=environment, check=True, capture_output=True, text=True).stdout

    assert said.split("\n")[0] == "[] [] False 1"


def kill(pid: int | None) -> int | None:
    """Kills the process; its number."""
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


async def cancel_at(server: Server, path: str, crawl: Any) -> None:
    """Cancels a crawl as soon as it has asked for `path`, which is not answered before."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    answer = server.routes[path]

    def tell() -> tuple[int, dict[str, str], bytes]:
        loop.call_soon_threadsafe(asked.set)
        return answer()

    server.routes[path] = tell
    running = asyncio.ensure_future(crawl)
    await asked.wait()
    running.cancel()
    await asyncio.wait([running])


def count_handles(pid: int | None) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
