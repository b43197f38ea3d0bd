"""Runs the store's questions in one thread of their own, so that none of them ever holds the crawl's event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from storage.store import Store

P = ParamSpec("P")
T = TypeVar("T")


class StoreFailed(Exception):
    """The store could not do what it was asked; the message says why in one line."""


class StoreThread:
    """`await ask(store.entries.frontier, ...)`: one question at a time, in the order asked."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of `question`; StoreFailed where the database fails."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, lambda: question(*args, **kwargs))
        except Exception as error:
            line = next(iter(str(error).strip().splitlines()), "")
            raise StoreFailed(f"database: {type(error).__name__}: {line}") from error

    def close(self) -> None:
        """Waits for the question in hand, then closes the store."""
        self._executor.shutdown(wait=True)
        self.store.close()
