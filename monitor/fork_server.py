"""Has crawls forked from a process that has loaded the crawler already; what it forks, and how, is the crawler's.

Loading takes more time than a wave that finds nothing new. The process is begun with the first crawl, and anew where
it has died.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from monitor.crawl import PROGRAM, SETTINGS_MODULE, Child, CrawlRequest, start_process

MODULE = "crawler.fork_server"
# As a message; a longer one is for a process of its own, whose arguments may be longer.
LARGEST_ORDER, LARGEST_ANSWER = 100_000, 64
# Loading takes two seconds, on a busy machine twenty; a server that says nothing for so long never will.
BEGIN_SECONDS = 120.0
# Who forked a crawl is alone told how it ended: without the server nobody knows.
UNKNOWN = 1


class ForkServer:
    """Starts crawls for one event loop. `close` ends the server, not the crawls under way."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """The number of the loaded process, once there is one."""
        return self._process.pid if self._process else None

    async def start(self, request: CrawlRequest, output: int | None) -> Child:
        """As `start_process` does it, and by it where nothing can be forked."""
        order = {"arguments": ["crawl", "outlet", *request.options], "environment": dict(request.environment)}
        message = json.dumps(order).encode()
        if request.program != PROGRAM or len(message) > LARGEST_ORDER or not _is_possible():
            return await start_process(request, output)
        return await self._order(message, output) or await start_process(request, output)

    def open(self) -> socket.socket:
        """The way to a server that lives; it is begun here where there is none. OSError where it cannot be."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._orders is None:
            orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", MODULE, str(theirs.fileno())], pass_fds=[theirs.fileno()],
                    env={**os.environ, "SCRAPY_SETTINGS_MODULE": SETTINGS_MODULE}, start_new_session=True,
                    stdin=subprocess.DEVNULL)
            self._orders = orders
        return self._orders

    def close(self) -> None:
        """It holds nothing that would have to be put in order."""
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._orders = None

    async def _order(self, message: bytes, output: int | None) -> "ForkedCrawl | None":
        """None where the server died, perhaps while it loaded (it has said why), or does not answer."""
        answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        answers.setblocking(False)
        process, pidfd = None, None
        try:
            with theirs:
                orders, process = self.open(), self._process
                outputs = [] if output is None else [output, output]
                socket.send_fds(orders, [message], [theirs.fileno(), *outputs])
            async with asyncio.timeout(BEGIN_SECONDS):
                await _until_readable(answers.fileno())
            pidfd = _receive(answers)
        except OSError:  # also the end of patience
            _give_up(answers)
        except BaseException:
            _give_up(answers)
            raise
        if pidfd is None:
            answers.close()
            if process is self._process:
                self.close()
            return None
        return ForkedCrawl(answers, pidfd)


class ForkedCrawl:
    """A forked crawl: its answers come over a socket, and a descriptor stands for its process."""

    def __init__(self, answers: socket.socket, pidfd: int) -> None:
        self._answers, self._pidfd = answers, pidfd
        self._code: int | None = None

    async def wait(self) -> int:
        """Its exit code, negative for a signal; UNKNOWN where the server died before it."""
        if self._code is None:
            await _until_readable(self._answers.fileno())
            answer = self._answers.recv(LARGEST_ANSWER)
            if not answer:
                await _until_readable(self._pidfd)
            self._code = int(answer or UNKNOWN)
            self._answers.close()
            os.close(self._pidfd)
        return self._code

    def terminate(self) -> None:
        """Asks it to stop."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if self._code is not None:
            raise ProcessLookupError
        signal.pidfd_send_signal(self._pidfd, number)


@contextmanager
def run_fork_server() -> Iterator[ForkServer]:
    """One that is closed in the end."""
    server = ForkServer()
    try:
        yield server
    finally:
        server.close()


@cache
def _is_possible() -> bool:
    """Only Linux has descriptors that stand for processes, and not every kernel or sandbox lets them be used."""
    try:
        pidfd = os.pidfd_open(os.getpid())
    except (AttributeError, OSError):
        return False
    try:
        signal.pidfd_send_signal(pidfd, 0)
    except OSError:
        return False
    finally:
        os.close(pidfd)
    return True


def _receive(answers: socket.socket) -> int | None:
    """What stands for the crawl that has begun; None where nobody can begin it any more."""
    _, descriptors, _, _ = socket.recv_fds(answers, LARGEST_ANSWER, 1)
    return descriptors[0] if descriptors else None


def _give_up(answers: socket.socket) -> None:
    """A crawl that has not begun does not begin any more; one that has begun a moment ago is asked to stop."""
    with answers:
        answers.shutdown(socket.SHUT_RD)
        with suppress(BlockingIOError):
            pidfd = _receive(answers)
            if pidfd is not None:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(pidfd, signal.SIGTERM)
                os.close(pidfd)


async def _until_readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
