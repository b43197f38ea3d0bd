"""Keeps a crawler loaded and forks waves from it, so that none of them spends its time on loading; it crawls nothing.

Started by whoever runs many waves, with its end of a socket pair as the number of a file descriptor. An order is one
message: JSON with `arguments` (those of `scrapy`) and `environment` (what is different from ours), and with it two or
three descriptors: a socket for the answers, and where the wave's standard output and error go (none: where ours go).
The answers are the wave's pidfd (a descriptor that stands for the process), and at its end its exit code, negative for
a signal. A wave that nobody waits for any more when it begins ends at once; one that is under way goes on, whatever
becomes of the server and of who asked. The server ends with the last holder of the other end.

This module itself loads nothing but the standard library: what extracts pages in processes of its own loads it again.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from importlib import import_module
from itertools import chain

LARGEST_ORDER = 1 << 17
# What settings name by class: the lists are Scrapy's own, with ours put in.
COMPONENTS = ("DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "ITEM_PIPELINES", "EXTENSIONS")
SINGLE_COMPONENTS = (
    "HTTP_HANDLER", "DUPEFILTER_CLASS", "LOG_FORMATTER", "SCHEDULER", "SCHEDULER_MEMORY_QUEUE",
    "SCHEDULER_PRIORITY_QUEUE", "STATS_CLASS", "TWISTED_DNS_RESOLVER", "TWISTED_REACTOR", "REQUEST_FINGERPRINTER_CLASS",
)
# What a wave loads on its way, seen in `sys.modules` at the end of one; none of it makes a reactor or a thread.
LATER = (
    "crawler.spiders.outlet", "crawler.scrapy_commands.crawl", "encodings.idna", "encodings.utf_8_sig",
    "holidays.countries", "scrapy.core.engine", "scrapy.core.scraper", "scrapy.utils.console", "scrapy.utils.ossignal",
    "twisted.internet.asyncioreactor",
)
SETTINGS_MODULE = "crawler.settings"


def main() -> None:
    """`python -m crawler.fork_server NUMBER`; a wave comes back from `serve` and becomes `scrapy`."""
    orders = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, as a parent may have it, nobody would know how waves end
    load()
    arguments = serve(orders)
    if arguments is not None:
        from scrapy.cmdline import execute

        execute(["scrapy", *arguments])


def load() -> None:
    """Loads what a wave needs. No reactor and no thread are made; the settings are read anew by each wave."""
    import_module("crawler.starting")
    from scrapy.utils.conf import build_component_list
    from scrapy.utils.misc import load_object, walk_modules_iter
    from scrapy.utils.project import get_project_settings

    settings = get_project_settings()
    lists = (build_component_list(settings.getwithbase(name)) for name in COMPONENTS)
    for component in (*chain.from_iterable(lists), *map(settings.get, SINGLE_COMPONENTS)):
        load_object(component)
    for name in LATER:
        import_module(name)
    deque(walk_modules_iter("scrapy.commands"), maxlen=0)
    sys.modules.pop(SETTINGS_MODULE, None)
    assert "twisted.internet.reactor" not in sys.modules, "a reactor cannot be shared by forks"
    gc.collect()
    gc.freeze()  # the collector of a wave would copy what they share


def serve(orders: socket.socket) -> list[str] | None:
    """Forks a wave for each order until nobody can give one: None. In the wave itself: its arguments."""
    with selectors.DefaultSelector() as ready:
        ready.register(orders, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.data is not None:
                    _end(key.fd, key.data, ready)
                    continue
                message, descriptors, _, _ = socket.recv_fds(orders, LARGEST_ORDER, 3)
                if not message:
                    return None
                pid = os.fork()
                if pid == 0:
                    order = json.loads(message)
                    _become(order["environment"], descriptors, ready)
                    return list(order["arguments"])
                _begin(pid, descriptors, ready)


def _begin(pid: int, descriptors: list[int], ready: selectors.BaseSelector) -> None:
    answers = socket.socket(fileno=descriptors[0])
    for output in descriptors[1:]:
        os.close(output)
    ready.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, answers))


def _end(pidfd: int, ended: tuple[int, socket.socket], ready: selectors.BaseSelector) -> None:
    pid, answers = ended
    _, status = os.waitpid(pid, 0)
    ready.unregister(pidfd)
    os.close(pidfd)
    with answers, suppress(OSError):  # nobody waits for it
        answers.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(environment: dict[str, str], descriptors: list[int], ready: selectors.BaseSelector) -> None:
    """Says that the wave has begun, and lets go of all that is the server's. In a session of its own, so that a Ctrl-C
    reaches it once, through whoever asked. Variables that Python reads at its start only come too late here."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _say_begun(descriptors[0])
    # Closed, not unregistered: what is watched is shared with the server.
    for key in ready.get_map().values():
        if key.data is None:
            key.fileobj.close()  # type: ignore[union-attr]
        else:
            os.close(key.fd)
            key.data[1].close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, number in zip((0, 1, 2), (nothing, *descriptors[1:]), strict=False):
        os.dup2(number, target)
    for number in (nothing, *descriptors):
        if number > 2:
            os.close(number)
    os.environ.update(environment)
    time.tzset()


def _say_begun(descriptor: int) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as answers:
        own = os.pidfd_open(os.getpid())
        try:
            socket.send_fds(answers, [b"begun"], [own])
        except OSError:
            os._exit(1)  # whoever asked is gone, so nobody could stop it
        os.close(own)


if __name__ == "__main__":
    main()
