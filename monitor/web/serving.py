"""Serves the dashboard in the loop that it is given, on a socket that was opened beforehand; it decides nothing."""

import asyncio
import errno
import gc
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn

from monitor.application import Application
from monitor.placing import make_place_book
from monitor.web.app import make_app
from seeds.errors import SettingsError

# What is being answered may come to its end.
CLOSE_SECONDS = 3
ADVICE = {
    errno.EADDRINUSE:
        "a Twinwatch that is running already, or another program, may hold it; web.port names another, 0 any",
    errno.EACCES: "numbers below 1024 are the system's: web.port names another, 0 any",
}
# A page makes some thousands of objects, which are gone with it.
COLLECT_AFTER = (20_000, 10, 10)


class Dashboard:
    """The dashboard of an application: opened, so that what is wrong is said before anything begins, then served."""

    def __init__(self, application: Application, *, is_demo: bool = False) -> None:
        """Raises SettingsError where it would be open to others without a secret, or its address cannot be had."""
        settings = application.settings.web
        self._app = make_app(application, is_demo=is_demo)
        self._application = application
        self._sockets = _open_sockets(settings.host, settings.port)
        self.url = _name_address(*self._sockets[0].getsockname()[:2])

    async def serve(self, stopped: asyncio.Event) -> None:
        """Answers until `stopped` is set; the first questions wait for what is loaded once."""
        proxies = [str(network) for network in self._application.settings.web.proxies]
        config = uvicorn.Config(
            self._app, log_config=None, access_log=False, server_header=False, date_header=True,
            timeout_graceful_shutdown=CLOSE_SECONDS, lifespan="off",
            # By default uvicorn believes whoever asks from this machine, and the limit of tries is evaded by a header.
            proxy_headers=bool(proxies), forwarded_allow_ips=proxies,
        )
        server = _Server(config)
        serving = asyncio.ensure_future(server.serve(self._sockets))
        warming = asyncio.ensure_future(asyncio.to_thread(warm_up, self._application))
        stopping = asyncio.ensure_future(stopped.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        stopping.cancel()
        with suppress(Exception):
            await warming
        await serving

    def close(self) -> None:
        """Gives the address back where it was never served."""
        for one in self._sockets:
            one.close()


def warm_up(application: Application) -> None:
    """Loads what stays: a second or two, which the first reader would wait for."""
    _ = application.knowledge, application.catalogue, application.store
    make_place_book(application.gazetteer).find("?")
    # The collector need not walk through all of that again and again: 50 ms, in every tenth long page.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class _Server(uvicorn.Server):
    """Signals belong to the service."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _name_address(host: str, port: int) -> str:
    """Where it listens; for all addresses of this machine its loopback one."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def _say(error: OSError) -> str:
    """What the system says; Python adds the address, which is said already."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


def _open_sockets(host: str, port: int) -> list[socket.socket]:
    """One, but for `::` one of each family: in one of both, IPv4 addresses look like one network of IPv6."""
    opened: list[socket.socket] = []
    try:
        for one in ("::", "0.0.0.0") if host == "::" else (host,):
            family = socket.AF_INET6 if ":" in one else socket.AF_INET
            opened.append(socket.create_server((one, port), family=family))
            port = opened[0].getsockname()[1]
    except OSError as error:
        for one_socket in opened:
            one_socket.close()
        advice = ADVICE.get(error.errno or 0, "web.host is an address of this machine: 127.0.0.1, or 0.0.0.0 for all")
        where = f"web.host {host}, web.port {port}"
        raise SettingsError(_say(error), where=where, advice=advice) from error
    return opened
