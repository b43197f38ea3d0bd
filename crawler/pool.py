"""Extracts pages in worker processes with a time and a memory limit, so that no page holds up or ends the crawl."""

import contextlib
import multiprocessing
import resource
from concurrent.futures import Future, InvalidStateError
from datetime import datetime
from types import TracebackType
from typing import Any

from pebble import ProcessExpired, ProcessPool

from crawler.extracted import Extracted
from seeds.outlet import Outlet

MEGABYTES = 512  # of address space: the libraries map 280, the largest real page takes 60 more
PAGES_PER_WORKER = 1_000  # then a worker is replaced: what lxml and langid keep does not add up


class ExtractionPool:
    """Worker processes that start with the first page; never by fork, as the crawl has threads and a reactor.

    `seconds` is the limit of one page, `megabytes` of one worker. A worker that is killed or dies is replaced.
    """

    def __init__(self, workers: int = 1, *, seconds: float = 20, megabytes: int = MEGABYTES) -> None:
        self._workers, self._seconds, self._megabytes = workers, seconds, megabytes
        self._pool: Any = None
        self._open: set[Future[Extracted]] = set()

    def submit(
        self, body: bytes, *, url: str, outlet: Outlet, content_type: str = "", now: datetime | None = None,
    ) -> "Future[Extracted]":
        """The article on a page, later (`asyncio.wrap_future` awaits it).

        Never raises for the page: it is refused as `timeout`, `memory`, `crash` or `stopped` when its worker
        had to be given up, as `fault` for a mistake of ours.
        """
        promise: Future[Extracted] = Future()
        promise.set_running_or_notify_cancel()
        self._open.add(promise)
        promise.add_done_callback(self._open.discard)
        task = self._start().schedule(
            _work, kwargs={"body": body, "url": url, "outlet": outlet, "content_type": content_type, "now": now},
            timeout=self._seconds)
        task.add_done_callback(lambda done: _settle(promise, done, url))
        return promise

    def close(self) -> None:
        """Ends the workers without waiting; pages under way are refused as `stopped`."""
        for promise in list(self._open):
            _fulfil(promise, Extracted("", refused="stopped"))
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
        if self._pool is not None and not self._pool.active:  # a worker that has no memory left to read its task
            self._pool.stop()
            self._pool.join()
            self._pool = None
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["crawler.extract"])
            self._pool = ProcessPool(
                max_workers=self._workers, max_tasks=PAGES_PER_WORKER, context=context,
                initializer=_limit_memory, initargs=(self._megabytes,))
        return self._pool


def _work(**page: Any) -> Extracted:
    from crawler.extract import extract_page  # loaded before the worker is forked; half a second that a crawl can save

    return extract_page(page.pop("body"), **page)


def _limit_memory(megabytes: int) -> None:
    size = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _settle(promise: "Future[Extracted]", done: "Future[Extracted]", url: str) -> None:
    error = None if done.cancelled() else done.exception()
    if done.cancelled():
        _fulfil(promise, Extracted(url, refused="stopped"))
    elif error is None:
        _fulfil(promise, done.result())
    else:
        _fulfil(promise, Extracted(url, refused=_name_failure(error)))


def _name_failure(error: BaseException) -> str:
    for kind, name in ((TimeoutError, "timeout"), (MemoryError, "memory"), (ProcessExpired, "crash")):
        if isinstance(error, kind):
            return name
    # What a worker raised carries its traceback: a fault of ours, counted, and the crawl goes on. Else the pool broke.
    return "fault" if hasattr(error, "traceback") else "crash"


def _fulfil(promise: "Future[Extracted]", result: Extracted) -> None:
    with contextlib.suppress(InvalidStateError):  # closing and the worker may both have an answer
        promise.set_result(result)
