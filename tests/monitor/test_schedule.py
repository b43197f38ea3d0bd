"""The service: what each tick does, what it says, and how it ends."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor import crawl as crawl_module
from monitor import schedule
from monitor.application import Application
from monitor.commands.main import run_command
from monitor.composing import draft_digest
from monitor.crawl import CrawlRequest, run_crawl
from monitor.schedule import LEASE_SECONDS, SCHEDULER_LEASE, TICK_SECONDS, Service
from seeds.errors import SettingsError
from storage.errors import StoreError
from tests.fake_clock import FakeClock
from tests.monitor.desk import HUE_VI, save_story, subscribe

CHILD_SECONDS = 30.0  # for a child process on a busy machine; nothing waits so long when all is well
WATCH = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        with open({log!r}, "a") as log:
            print(event, arguments[1:] if event.startswith("socket.c") else arguments, file=log)
sys.addaudithook(watch)
open({log!r}, "w").write("watching\\n")
"""
# A crawl that ends only when it is asked to.
PATIENT = "import signal, sys; open(sys.argv[-1], 'w').close(); signal.sigwait([signal.SIGTERM]); sys.exit(3)"
STUBBORN = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: None); open(sys.argv[-1], 'w').close()\n" \
           "while True: signal.pause()"


class FakeCrawl:
    """Remembers what it was asked to crawl; ends with the given exit code."""

    def __init__(self, code: int = 0) -> None:
        self.code = code
        self.requests: list[CrawlRequest] = []

    async def __call__(self, request: CrawlRequest) -> int:
        self.requests.append(request)
        return self.code


@pytest.fixture
def crawling(application: Application) -> Application:
    """An application that may crawl two outlets."""
    crawl = application.settings.crawl.model_copy(
        update={"contact": "desk@city.example", "outlets": ["huengaynay", "thanhnien"]}
    )
    application.settings = application.settings.model_copy(update={"crawl": crawl})
    application.store.outlets.register(application.watched)
    return application


def test_a_wave_starts_when_an_outlet_is_due(crawling: Application) -> None:
    crawl = FakeCrawl()

    asyncio.run(Service(crawling, print, crawl).crawl_tick())

    [request] = crawl.requests
    assert request.due_only and request.arguments[-2:] == ["-a", "due=1"]
    assert request.crawl_only and "TWINWATCH_AFTER_CRAWL=" in request.arguments  # the service judges by itself


def test_no_wave_starts_while_nothing_is_due(crawling: Application, clock: FakeClock) -> None:
    crawl, states = FakeCrawl(), crawling.store.outlets.states()
    for state in states.values():
        crawling.store.outlets.save_state(replace(state, next_due_at=clock.now().replace(hour=7)))

    asyncio.run(Service(crawling, print, crawl).crawl_tick())
    assert crawl.requests == []

    clock.advance(hours=1)
    asyncio.run(Service(crawling, print, crawl).crawl_tick())
    assert len(crawl.requests) == 1


def test_no_wave_starts_without_a_contact(application: Application) -> None:
    crawl = FakeCrawl()
    application.store.outlets.register(application.watched)

    asyncio.run(Service(application, print, crawl).crawl_tick())

    assert crawl.requests == []


def test_of_two_services_one_crawls_until_it_is_gone(crawling: Application, clock: FakeClock) -> None:
    one, other = FakeCrawl(), FakeCrawl()
    services = Service(crawling, print, one), Service(crawling, print, other)

    for service in services:
        asyncio.run(service.crawl_tick())
    assert (len(one.requests), len(other.requests)) == (1, 0)

    clock.advance(seconds=LEASE_SECONDS)
    asyncio.run(services[1].crawl_tick())
    assert len(other.requests) == 1


def test_a_second_service_says_once_that_it_stands_by(crawling: Application, clock: FakeClock) -> None:
    said: list[str] = []
    services = Service(crawling, said.append, FakeCrawl()), Service(crawling, said.append, FakeCrawl())

    for service in (*services, services[1]):
        asyncio.run(service.crawl_tick())
    assert said == ["another service has the schedule of this store; this one takes over when that is gone"]

    clock.advance(seconds=LEASE_SECONDS)
    for service in reversed(services):
        asyncio.run(service.crawl_tick())
    assert len(said) == 2  # now the first one does


def test_a_failing_crawl_is_said_once_and_once_more_when_it_is_over(crawling: Application) -> None:
    said: list[str] = []
    crawl = FakeCrawl(1)
    service = Service(crawling, said.append, crawl)

    for code in (1, 1, 1, 0, 0, 1):
        crawl.code = code
        asyncio.run(service.crawl_tick())

    bad, good = "the crawl: ended early (exit code 1); what it saved is kept; trying again", "the crawl: in order again"
    assert said == [bad, good, bad]


def test_a_failing_tick_ends_nothing_and_is_said_once_for_each_trouble(application: Application) -> None:
    said: list[str] = []
    service = Service(application, said.append)
    troubles: list[Exception | None] = [
        StoreError("database: disk full"), StoreError("database: disk full"), SettingsError("odd", where="x"),
        ValueError("odd"), ValueError("odd"), None, None,
    ]

    async def assess_tick() -> None:
        if trouble := troubles.pop(0):
            raise trouble

    for _ in range(7):
        asyncio.run(service.run_tick(assess_tick))

    assert said == [
        "assess: database: disk full; trying again", "assess: x: odd; trying again",
        "assess: a fault of its own: ValueError: odd; trying again", "assess: in order again",
    ]


def test_new_events_and_deliveries_are_said(application: Application, clock: FakeClock) -> None:
    said: list[str] = []
    subscribe(application)
    service = Service(application, said.append)
    asyncio.run(service.deliver_tick())
    save_story(application.store, HUE_VI)

    asyncio.run(service.assess_tick())
    clock.advance(hours=2)
    asyncio.run(service.deliver_tick())

    assert said == [
        "1 new event: `twinwatch events` shows them",
        "digest desk to desk@city.example: not sent: email.host is not set; tried again at 2026-03-02 08:01 UTC",
    ]


def test_a_stopped_service_asks_its_crawl_to_stop_and_frees_the_scheduler(
    crawling: Application, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    codes: list[int] = []

    async def crawl(request: CrawlRequest) -> int:
        try:
            return await run_crawl(_make_child(PATIENT, started))
        except asyncio.CancelledError:
            codes.append(0)
            raise

    async def play() -> list[str]:
        said: list[str] = []
        service = Service(crawling, said.append, crawl)
        running = asyncio.ensure_future(service.run())
        await _until(started.exists)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(running, CHILD_SECONDS)
        return said

    assert asyncio.run(play())[-1] == "stopping"
    assert codes == [0]
    assert crawling.store.leases.acquire(SCHEDULER_LEASE, "the next", crawling.clock(), 1) is not None


def test_a_crawl_that_does_not_stop_when_asked_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawl_module, "STOP_SECONDS", (0.05, 0.05))
    started = tmp_path / "started"

    async def play() -> None:
        crawl = asyncio.ensure_future(run_crawl(_make_child(STUBBORN, started)))
        await _until(started.exists)
        crawl.cancel()
        with suppress(asyncio.CancelledError):
            await crawl

    asyncio.run(asyncio.wait_for(play(), CHILD_SECONDS))


@pytest.mark.parametrize("last", ["", "\n"])
def test_what_a_crawl_writes_is_said_line_by_line(last: str) -> None:
    said: list[str] = []
    program = "import sys; print('Huế\\n\\n', flush=True); sys.stderr.write('x' * 200_000 + sys.argv[1]); sys.exit(1)"

    code = asyncio.run(run_crawl(CrawlRequest(program=(sys.executable, "-c", program, last), say=said.append)))

    assert (code, said) == (1, ["Huế", "x" * 200_000])


def test_a_crawl_whose_pipe_stays_open_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawl_module, "DRAIN_SECONDS", 0.05)
    child = "import signal; print('here', flush=True); signal.pause()"
    program = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {child!r}]).pid, flush=True)"
    said: list[str] = []

    code = asyncio.run(asyncio.wait_for(
        run_crawl(CrawlRequest(program=(sys.executable, "-c", program), say=said.append)), CHILD_SECONDS))

    os.kill(int(said[0]), signal.SIGKILL)
    assert code == 0


def test_a_scheduler_keeps_its_lease_without_asking_at_every_tick(crawling: Application, clock: FakeClock) -> None:
    one, other = FakeCrawl(), FakeCrawl()
    service, follower = Service(crawling, print, one), Service(crawling, print, other)

    for _ in range(12):
        asyncio.run(service.crawl_tick())
        asyncio.run(follower.crawl_tick())
        clock.advance(seconds=TICK_SECONDS)

    assert (len(one.requests), len(other.requests)) == (12, 0)


def test_a_crawl_that_outlives_its_time_is_stopped(tmp_path: Path) -> None:
    request = replace(_make_child(PATIENT, tmp_path / "started"), seconds=0.5)

    assert asyncio.run(run_crawl(request)) in (3, -signal.SIGTERM)


def test_work_that_never_ends_does_not_keep_a_stopped_service_alive(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, never = threading.Event(), threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        begun.set()
        never.wait()
        return []

    monkeypatch.setattr(schedule, "STOP_SECONDS", 0.1)
    monkeypatch.setattr(schedule, "hand_over_pending", hang)

    async def play() -> None:
        service = Service(application, print)
        running = asyncio.ensure_future(service.run())
        await _until(begun.is_set)
        service.stop()
        await running

    asyncio.run(asyncio.wait_for(play(), CHILD_SECONDS))
    never.set()


def test_without_settings_the_service_says_what_to_set_and_connects_to_nobody(clean_folder: Path) -> None:
    log = clean_folder / "connections"
    (clean_folder / "sitecustomize.py").write_text(WATCH.format(log=str(log)))

    with _run_service(clean_folder) as service:
        assert service.stdout is not None
        first = [service.stdout.readline() for _ in range(3)]
        asyncio.run(_until(lambda: _has_lease(clean_folder)))
        service.send_signal(signal.SIGTERM)
        rest, errors = service.communicate(timeout=CHILD_SECONDS)

    assert service.returncode == 0
    assert "crawl.contact" in first[1] and "[[subscription]]" in first[2]
    assert rest.splitlines()[-1].endswith("stopped") and errors == ""
    assert log.read_text() == "watching\n"


def test_with_every_outlet_unreachable_the_reason_is_shown_and_nothing_is_claimed(
    clean_folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _write_dead_outlet(clean_folder)
    application = Application()
    application.store.outlets.register(application.watched)
    said: list[str] = []

    asyncio.run(Service(application, said.append).crawl_tick())

    [state] = application.store.outlets.states().values()
    digest = draft_digest(application, application.find_subscription("desk"))
    assert state.state_reason and state.last_seen_at is None
    assert digest.content.coverage.read == 0
    assert digest.content.coverage.outlets[0].reason == state.state_reason
    assert said[0].split() == ["dead", "unproven", "no", "connection"] and said[1].startswith("wave: 1 outlet")
    assert len(said) == 2 and capfd.readouterr() == ("", "")


def test_a_refresh_that_reads_nothing_says_so_and_fails(
    clean_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _write_dead_outlet(clean_folder)

    code = run_command(["refresh"])

    out, err = capfd.readouterr()
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == (
        "Nothing could be read (1 outlet asked): no connection. `twinwatch outlets` shows each."
    )


def _write_dead_outlet(folder: Path) -> None:
    outlets = folder / "seeds" / "outlets" / "vn"
    outlets.mkdir(parents=True)
    address = "http://127.0.0.1:9"  # nobody listens there
    (outlets / "dead.yml").write_text(f"""
name: Báo Chết
name_en: Dead paper
country: VN
lang: vi
kind: provincial
homepage: {address}/
family: custom
feeds:
- url: {address}/rss
  kind: rss
  confidence: guess
article:
  example: {address}/tin-1234.html
  pattern: '^http://127\\.0\\.0\\.1:9/[^/]+-\\d+\\.html$'
  confidence: guess
""")
    (folder / "twinwatch.toml").write_text("""
seeds_dir = "seeds"
[crawl]
allow_networks = ["127.0.0.0/8"]
outlets = ["dead"]
timeout_seconds = 1
[[subscription]]
name = "desk"
notifier = "email"
recipients = ["desk@city.example"]
""")


def _run_service(folder: Path) -> Any:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWINWATCH_")}
    environment["PYTHONPATH"] = str(folder)
    return subprocess.Popen(
        [sys.executable, "-m", "monitor.commands.main", "run"], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


def _has_lease(folder: Path) -> bool:
    with suppress(sqlite3.Error), closing(sqlite3.connect(folder / "data" / "twinwatch.db")) as database:
        return bool(database.execute("SELECT 1 FROM leases WHERE name = ?", [SCHEDULER_LEASE]).fetchone())
    return False


def _make_child(program: str, started: Path) -> CrawlRequest:
    return CrawlRequest(program=(sys.executable, "-c", program, str(started)))


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(CHILD_SECONDS):
        while not is_so():
            await asyncio.sleep(0.01)
