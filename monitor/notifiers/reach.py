"""Opens a connection to a web address and closes it again: whether anybody listens there. It asks and sends nothing."""

import socket
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

OpenSocket = Callable[[Any], socket.socket]
PORTS = {"https": 443, "http": 80}


def find_place(url: str) -> tuple[str, int]:
    """Host and port of a web address. ValueError where it has none."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in PORTS:
        raise ValueError("not a web address")
    return parts.hostname, parts.port or PORTS[parts.scheme]


def open_any(found: Any) -> socket.socket:
    """A socket for an address that a name was resolved to."""
    family, kind, protocol, _, _ = found
    return socket.socket(family, kind, protocol)


def reach(url: str, timeout_seconds: float, open_socket: OpenSocket = open_any) -> None:
    """Connects to the host of `url`, over TLS where it is https; `open_socket` may refuse an address.

    Raises OSError, or ValueError for an address that is none, where no connection comes to be.
    """
    host, port = find_place(url)
    failure: OSError = OSError("its name has no address")
    for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            with open_socket(found) as plain:
                plain.settimeout(timeout_seconds)
                plain.connect(found[4])
                if urlsplit(url).scheme == "https":
                    ssl.create_default_context().wrap_socket(plain, server_hostname=host).close()
                return
        except OSError as error:
            failure = error
    raise failure
