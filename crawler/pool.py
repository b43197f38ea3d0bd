"""Extracts pages in worker processes with a time and a memory limit, so that no page holds up or ends the crawl."""

import multiprocessing
import resource
from concurrent.futures import Future
from datetime import datetime
from types import TracebackType
from typing import Any

from pebble import ProcessExpired, ProcessPool

from crawler.extract import Extracted, extract_page
from seeds.outlet import Outlet

MEGABYTES = 1_024  # of address space; the libraries alone map 300, the worst real page takes 60 more
PAGES_PER_WORKER = 1_000  # then a worker is replaced: what lxml and langid keep does not add up


class ExtractionPool:
    """Worker processes that start with the first page; never by fork, as the crawl has threads and a reactor.

    `seconds` is the limit of one page, `megabytes` of one worker. A worker that is killed or dies is replaced.
    """

    def __init__(self, workers: int = 1, *, seconds: float = 20, megabytes: int = MEGABYTES) -> None:
        self._workers, self._seconds, self._megabytes = workers, seconds, megabytes
        self._pool: Any = None

    def submit(
        self, body: bytes, *, url: str, outlet: Outlet, content_type: str = "", now: datetime | None = None,
    ) -> "Future[Extracted]":
        """The article on a page, later (`asyncio.wrap_future` awaits it).

        Never raises for the page: it is refused as `timeout`, `memory` or `crash` when its worker had to be given up.
        """
        promise: Future[Extracted] = Future()
        promise.set_running_or_notify_cancel()
        task = self._start().schedule(
            _work, kwargs={"body": body, "url": url, "outlet": outlet, "content_type": content_type, "now": now},
            timeout=self._seconds)
        task.add_done_callback(lambda done: _settle(promise, done, url))
        return promise

    def close(self) -> None:
        """Ends the workers, without waiting for pages under way: their futures are cancelled and refused as `crash`."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def __enter__(self) -> "ExtractionPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> Any:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["crawler.extract"])
            self._pool = ProcessPool(
                max_workers=self._workers, max_tasks=PAGES_PER_WORKER, context=context,
                initializer=_limit_memory, initargs=(self._megabytes,))
        return self._pool


def _work(**page: Any) -> Extracted:
    return extract_page(page.pop("body"), **page)


def _limit_memory(megabytes: int) -> None:
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _settle(promise: "Future[Extracted]", done: "Future[Extracted]", url: str) -> None:
    if done.cancelled():
        promise.set_result(Extracted(url, refused="crash"))
        return
    error = done.exception()
    if error is None:
        promise.set_result(done.result())
    elif isinstance(error, TimeoutError):
        promise.set_result(Extracted(url, refused="timeout"))
    elif isinstance(error, MemoryError):
        promise.set_result(Extracted(url, refused="memory"))
    elif isinstance(error, ProcessExpired):
        promise.set_result(Extracted(url, refused="crash"))
    else:
        promise.set_result(Extracted(url, refused="fault"))  # of ours: counted, and the crawl goes on
