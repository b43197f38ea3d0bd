"""Runs the store's questions in one thread of their own, so that none of them ever holds the crawl's event loop.

Questions that come close together are answered in one transaction: one commit for many visits. No answer is given
before it is committed.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from storage.store import Store

P = ParamSpec("P")
T = TypeVar("T")
Asked = tuple[Callable[[], Any], asyncio.Future[Any]]


class StoreFailed(Exception):
    """The store could not do what it was asked; the message says why in one line."""


class StoreThread:
    """`await ask(store.entries.frontier, ...)`: one question at a time, in the order asked.

    A question waits `linger` seconds for others to join it. One that fails is asked again alone, so it must do nothing
    but ask the store.
    """

    def __init__(self, store: Store, linger: float = 0.0) -> None:
        self.store, self._linger = store, linger
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._waiting: list[Asked] = []

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer of `question`; StoreFailed where the database fails."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        if not self._waiting:
            loop.call_later(self._linger, self._send, loop)
        self._waiting.append((partial(question, *args, **kwargs), answer))
        try:
            return await answer
        except Exception as error:
            line = next(iter(str(error).strip().splitlines()), "")
            raise StoreFailed(f"database: {type(error).__name__}: {line}") from error

    def close(self) -> None:
        """Waits for the questions in hand, then closes the store."""
        self._executor.shutdown(wait=True)
        self.store.close()

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        batch = [(question, answer) for question, answer in self._waiting if not answer.done()]
        self._waiting = []
        try:
            self._executor.submit(self._answer, batch, loop)
        except RuntimeError as error:  # closed
            _hand_out(batch, [error] * len(batch))

    def _answer(self, batch: Sequence[Asked], loop: asyncio.AbstractEventLoop) -> None:
        answers = self.store.database.answer_all([question for question, _ in batch])
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(_hand_out, batch, answers)


def _hand_out(batch: Sequence[Asked], answers: Sequence[Any]) -> None:
    for (_, future), answer in zip(batch, answers, strict=True):
        if future.done():  # whoever asked was stopped meanwhile
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
