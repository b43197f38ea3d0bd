"""Real servers on loopback and the real spider in a child process, for the tests of the crawl."""

import asyncio
import json
import os
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TextIO

import pytest
import yaml

from monitor.crawl import CrawlRequest, run_crawl
from monitor.fork_server import ForkServer, run_fork_server
from storage.clock import CLOCK_FILE, write_clock
from storage.store import Store, open_store

ROOT = Path(__file__).parents[2]
SENTENCE = "Đoàn đại biểu tỉnh đã làm việc với thành phố Daegu của Hàn Quốc về hợp tác nông nghiệp và đào tạo nghề. "


@dataclass
class Server:
    """A server with an answer by path; it counts what is asked for and how many at once.

    `drips` are answers in pieces, `spans` when each request began and ended.
    """

    root: str = ""
    routes: dict[str, Callable[[], tuple[int, dict[str, str], bytes]]] = field(default_factory=dict)
    drips: dict[str, tuple[dict[str, str], Callable[[], Iterator[bytes]]]] = field(default_factory=dict)
    spans: list[tuple[float, float]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    starts: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, path: str, body: str, *, status: int = 200, **headers: str) -> None:
        """Answers `path` with `body`."""
        named = {"Content-Type": "text/html; charset=utf-8", **{k.replace("_", "-"): v for k, v in headers.items()}}
        self.routes[path] = lambda: (status, named, body.encode())

    def serve_feed(self, path: str, links: list[str], summary: str = "", **headers: str) -> None:
        """Answers `path` with an RSS feed of undated entries."""
        items = "".join(
            f"<item><title>Tin {n}</title><link>{link}</link><description>{summary}</description></item>"
            for n, link in enumerate(links))
        self.serve(path, f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>",
                   Content_Type="application/rss+xml", **headers)

    def serve_articles(self, count: int) -> list[str]:
        """Answers `/a-1001.html` and so on with articles that pass the screen; their addresses."""
        paths = [f"/a-{1000 + n}.html" for n in range(1, count + 1)]
        for path in paths:
            self.serve(path, article(f"Hợp tác với Daegu {path[3:7]}"))
        return [self.root + path for path in paths]


def article(title: str) -> str:
    """A page that holds an article naming a locality of the other country."""
    body = "".join(f"<p>{SENTENCE * 3}</p>" for _ in range(4))
    return f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"


class Threads(ThreadingHTTPServer):
    """Threads that end with the test, and no word about clients that were killed."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        pass


def make_handler(server: Server) -> type[BaseHTTPRequestHandler]:
    """What answers one connection from the routes of `server`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with server.lock:
                server.starts.append(time.monotonic())
                server.asked[self.path] += 1
                server.headers[self.path] = dict(self.headers)
                server.at_once += 1
                server.most_at_once = max(server.most_at_once, server.at_once)
            begun = time.monotonic()
            try:
                if self.path in server.drips:
                    return drip(self, *server.drips[self.path])
                self.answer(*server.routes.get(self.path, lambda: (404, {}, b"none"))())
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True
            finally:
                with server.lock:
                    server.at_once -= 1
                    server.spans.append((begun, time.monotonic()))

        def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def drip(handler: BaseHTTPRequestHandler, headers: dict[str, str], make: Callable[[], Iterator[bytes]]) -> None:
    """Answers in pieces, for as long as there are any and somebody listens."""
    handler.close_connection = True
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    for part in make():
        handler.wfile.write(part)


@contextmanager
def run_server(address: str = "127.0.0.1", port: int = 0, certificate: Path | None = None) -> Iterator[Server]:
    """A server in threads of its own, on a free port unless one is given; with TLS where it has a certificate."""
    server = Server()
    http = Threads((address, port), make_handler(server))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        http.socket = context.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    server.root = f"http{'s' if certificate else ''}://{address}:{http.server_address[1]}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


@dataclass
class Crawl:
    """How one crawl ended, with the items that it exported."""

    code: int
    errors: str
    items: list[dict[str, Any]]


@dataclass(frozen=True)
class Ask(CrawlRequest):
    """A crawl with arguments that the service does not use."""

    more: tuple[str, ...] = ()

    @property
    def options(self) -> list[str]:
        return [*super().options, *self.more]


class Desk:
    """A folder with seeds and data of its own, and the spider to run on it."""

    def __init__(self, folder: Path, forks: ForkServer) -> None:
        self.folder, self._forks = folder, forks
        self.settings = {"ALLOW_NETWORKS": '["127.0.0.0/8"]', "DELAY_SECONDS": "0", "TIMEOUT_SECONDS": "5"}
        self.query: dict[str, str] = {}
        self.clock = folder / "clock"
        self._stores: list[Store] = []

    def add_outlet(self, outlet_id: str, feeds: list[str], root: str, *, kind: str = "rss", **more: Any) -> None:
        """Writes an outlet whose articles are `<root>/a-<number>.html`, of a family that knows the number."""
        folder = self.folder / "seeds" / "outlets"
        folder.mkdir(parents=True, exist_ok=True)
        families = self.folder / "seeds" / "families"
        families.mkdir(exist_ok=True)
        (families / "numbered.yml").write_text("about: test\nidentity:\n  path: '/a-(\\d+)\\.html'\n", encoding="utf-8")
        outlet = {
            "name": outlet_id, "name_en": outlet_id, "country": "VN", "lang": "vi", "kind": "provincial",
            "homepage": f"{root}/", "family": "numbered",
            "feeds": [{"url": url, "kind": kind, "confidence": "seen"} for url in feeds],
            "article": {"example": f"{root}/a-1.html", "pattern": r"^https?://[^/]+/a-\d+\.html", "confidence": "seen"},
            "evidence": "test", **more,
        }
        (folder / f"{outlet_id}.yml").write_text(yaml.safe_dump(outlet, allow_unicode=True), encoding="utf-8")

    def make_environment(self) -> dict[str, str]:
        """The settings of this desk as environment variables."""
        settings = {f"TWINWATCH_CRAWL__{name}": value for name, value in self.settings.items()}
        settings |= {f"TWINWATCH_QUERY__{name}": value for name, value in self.query.items()}
        if (self.folder / "seeds").is_dir():
            settings["TWINWATCH_SEEDS_DIR"] = str(self.folder / "seeds")
        if self.clock.is_file():
            settings[CLOCK_FILE] = str(self.clock)
        return {**settings, "TWINWATCH_DATA_DIR": str(self.folder / "data")}

    def set_clock(self, at: datetime) -> None:
        """Makes it `at` for the crawls from now on."""
        write_clock(self.clock, at)

    def start(
        self, *outlets: str, arguments: tuple[str, ...] = (), output: str = "items.jsonl",
        errors: int | TextIO = subprocess.PIPE,
    ) -> "subprocess.Popen[str]":
        """Starts `scrapy crawl outlet` in a child process; `errors` is where its lines go."""
        ask = self._ask(outlets, arguments, output)
        return subprocess.Popen(
            ask.arguments, cwd=ROOT, env=ask.environment, text=True, stdout=subprocess.PIPE, stderr=errors)

    def wait(self, child: "subprocess.Popen[str]", output: str = "items.jsonl") -> Crawl:
        """Waits for a crawl to end."""
        _, errors = child.communicate(timeout=60)
        return Crawl(child.returncode, errors, self._read_items(output))

    def crawl(self, *outlets: str, arguments: tuple[str, ...] = ()) -> Crawl:
        """Runs one crawl to its end, forked from a loaded process; its errors are all that it says."""
        said: list[str] = []
        request = replace(self._ask(outlets, arguments, "items.jsonl"), say=said.append)
        code = asyncio.run(asyncio.wait_for(run_crawl(request, self._forks.start), 60))
        return Crawl(code, "\n".join(said), self._read_items("items.jsonl"))

    def _ask(self, outlets: tuple[str, ...], arguments: tuple[str, ...], output: str) -> "Ask":
        # Without any of these the bundled catalogue would be looked up by name; without networks nothing is asked.
        named = outlets or "OUTLETS" in self.settings or "ALLOW_NETWORKS" not in self.settings
        assert named or any(argument.startswith("outlets=") for argument in arguments), "name the outlets to crawl"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TWINWATCH_")}
        environment = {**clean, **self.make_environment()}
        more = ("-O", str(self.folder / output), *arguments)
        return Ask(outlets=outlets, crawl_only=True, environment=environment, more=more)

    def _read_items(self, output: str) -> list[dict[str, Any]]:
        file = self.folder / output
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        return [json.loads(line) for line in lines]

    def open(self) -> Store:
        """The store that the crawls write to."""
        store = open_store(f"sqlite:///{self.folder / 'data' / 'twinwatch.db'}")
        self._stores.append(store)
        return store

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What the database answers, for what no repository asks."""
        with self.open().database.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(question)]

    def end_leases(self) -> None:
        """As waiting would: what a killed crawl held is free again."""
        with self.open().database.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM leases")

    def close(self) -> None:
        for store in self._stores:
            store.close()


@pytest.fixture(scope="session")
def loaded() -> Iterator[ForkServer]:
    """What loads Scrapy once for all crawls of a test run that are not killed."""
    with run_fork_server() as made:
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("TWINWATCH_")]:
                patch.delenv(name)
            patch.chdir(ROOT)
            made.open()
        yield made


@pytest.fixture
def desk(tmp_path: Path, loaded: ForkServer) -> Iterator[Desk]:
    made = Desk(tmp_path, loaded)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_desk(tmp_path_factory: pytest.TempPathFactory, loaded: ForkServer) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("crawl"), loaded)
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with run_server() as made:
        yield made
