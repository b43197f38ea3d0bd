"""What memory a crawl with hostile pages takes: its process and its tree. Linux only: it reads /proc.

What the service takes over a thousand waves is for `make soak` (tests/faults/test_thousand_waves.py).
"""

import asyncio
import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from monitor.crawl import CrawlRequest, run_crawl
from monitor.fork_server import run_fork_server
from storage.store import open_store
from tests.bench.crawling import our_environment

MEGABYTE = 1024 * 1024
PROCESS_BAR, TREE_BAR = 200, 450
LOOK_SECONDS = 0.05
KOREA = "<p>Đoàn đại biểu thành phố Daegu, Hàn Quốc đến thăm và làm việc với tỉnh.</p>" * 20
HOSTILE = {
    "200,000 links in 9 MB": KOREA + "<a href='/tin-1001.html'>một tin dài</a>" * 200_000,
    "100,000 spans": KOREA + "<span>abc </span>" * 100_000,
    "60,000 paragraphs": KOREA + "<p>một đoạn văn ngắn ở trong trang</p>" * 60_000,
    "a table of 50,000 rows": KOREA + "<table>" + "<tr><td>abc</td></tr>" * 50_000,
    "20,000 nested boxes": KOREA + "<div>" * 20_000,
    "35,000 paragraphs of links": KOREA + "<p>a <a href=/x>b</a></p>" * 35_000,
}


def measure_memory() -> Iterator[tuple[str, str, str]]:
    """Megabytes of a crawl with hostile pages, forked as the service forks it."""
    process, tree, ends = crawl_hostile()
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(ends.items()))
    yield "crawl with hostile pages: memory of its process", f"{process:.0f} MB", f"bar: {PROCESS_BAR} MB ({told})"
    yield ("crawl with hostile pages: with what forked it and what extracts", f"{tree:.0f} MB",
           f"bar: {TREE_BAR} MB, shared pages once")


def crawl_hostile() -> tuple[float, float, dict[str, int]]:
    """The largest memory of the crawl's process (all that it maps, also what it shares) and of the tree below the
    process that forked it, in MB, and what became of the pages."""
    said: list[str] = []
    with TemporaryDirectory() as name, run_server(make_routes) as root, run_fork_server() as forks:
        folder = Path(name)
        request = CrawlRequest(crawl_only=True, environment=write_outlet(folder, root), say=said.append)
        forks.open()
        with ThreadPoolExecutor(1) as executor:
            crawl = executor.submit(asyncio.run, run_crawl(request, forks.start))
            process = tree = 0.0
            while not crawl.done():
                server, *forked = find_tree(forks.pid or 0)
                process = max(process, max((weigh(pid, "Rss") for pid in forked[:1]), default=0.0))
                tree = max(tree, sum(weigh(pid, "Pss") for pid in (server, *forked)))
                time.sleep(LOOK_SECONDS)
        assert crawl.result() == 0, said
        store = open_store(f"sqlite:///{folder / 'data' / 'twinwatch.db'}")
        with store.database.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT outcome, count(*) FROM entries GROUP BY outcome").all()
        store.close()
        return process, tree, {str(outcome): count for outcome, count in rows}


def weigh(pid: int, kind: str) -> float:
    """The memory of a process in MB: `Rss`, or `Pss` where pages shared with others count in part; 0 once it ended."""
    try:
        found = re.search(rf"^{kind}:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def find_tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        threads = [path for path in Path(f"/proc/{pid}/task").iterdir() if path.name != str(pid)]
        children += [child for path in threads for child in (path / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(found for child in children for found in find_tree(int(child)))]


def make_routes(root: str) -> dict[str, tuple[bytes, dict[str, str]]]:
    """A feed that lists hostile pages, a bomb among them, and the pages."""
    pages = {f"/a-{1000 + n}.html": (f"<html><body><article><h1>{name}</h1>{body}".encode(), {})
             for n, (name, body) in enumerate(HOSTILE.items())}
    bomb = gzip.compress(b"<html>" + b" " * (300 * MEGABYTE))
    routes: dict[str, tuple[bytes, dict[str, str]]] = {**pages, "/a-1099.html": (bomb, {"Content-Encoding": "gzip"})}
    items = "".join(f"<item><title>Daegu {path}</title><link>{root}{path}</link></item>" for path in routes)
    return {**routes, "/rss.xml": (f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), {})}


def write_outlet(folder: Path, root: str) -> dict[str, str]:
    """Writes one outlet at `root` into `folder`; the settings of a crawl of it."""
    article = {"example": f"{root}/a-1000.html", "pattern": f"^{re.escape(root)}/a-\\d+\\.html", "confidence": "seen"}
    outlet = {
        "name": "hostile", "name_en": "hostile", "country": "VN", "lang": "vi", "kind": "provincial",
        "homepage": f"{root}/", "family": "vn_a_id", "evidence": "tests/bench", "article": article,
        "feeds": [{"url": f"{root}/rss.xml", "kind": "rss", "confidence": "seen"}],
        "overrides": {"identity": {"path": "/a-(\\d+)\\.html"}}}
    (folder / "seeds" / "outlets").mkdir(parents=True)
    (folder / "seeds" / "outlets" / "hostile.yml").write_text(json.dumps(outlet), "utf-8")
    return our_environment(folder, folder, ["hostile"])


@contextmanager
def run_server(make: Callable[[str], dict[str, tuple[bytes, dict[str, str]]]]) -> Iterator[str]:
    """A server on loopback, in a thread of its own, with what `make` gives for its root; yields the root."""
    loop = asyncio.new_event_loop()
    routes: dict[str, tuple[bytes, dict[str, str]]] = {}

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.path not in routes:
            return web.Response(status=404)
        body, headers = routes[request.path]
        return web.Response(body=body, headers={"Content-Type": "text/html; charset=utf-8", **headers})

    async def open_server() -> web.ServerRunner:
        runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    runner = loop.run_until_complete(open_server())
    root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    routes.update(make(root))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield root
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
