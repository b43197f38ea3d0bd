"""The faults that an outlet of the newsroom can be given at run time, and how each strikes a request."""

import asyncio
import gzip
import io
from dataclasses import dataclass
from functools import cache
from typing import Literal

from aiohttp import web

from seeds.newsroom.values import Reply

FaultKind = Literal[
    "slow", "403", "429", "500", "drop", "html_instead_of_feed", "empty", "frozen", "endless_redirect",
    "private_redirect", "gzip_bomb",
]
METADATA_ADDRESS = "http://169.254.169.254/latest/meta-data/"
FRONT_PAGE = "<!DOCTYPE html><html><body><h1>Trang chủ</h1></body></html>"
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """What strikes an outlet. `prefix` limits it to paths that begin so; without one all but robots.txt is struck.

    `seconds` is for `slow`, `retry_after` (seconds) for `429`, `target` for `private_redirect`, `mebibytes` for
    `gzip_bomb`.
    """

    kind: FaultKind
    prefix: str = ""
    seconds: float = 5.0
    retry_after: int = 3600
    target: str = METADATA_ADDRESS
    mebibytes: int = 64

    def strikes(self, path: str) -> bool:
        """Whether a request for `path` is struck."""
        return path.startswith(self.prefix) if self.prefix else path != "/robots.txt"


async def strike(fault: Fault, request: web.BaseRequest, *, is_feed: bool) -> web.StreamResponse | None:
    """The answer that `fault` gives instead of the true one; None where the true one follows."""
    match fault.kind:
        case "slow":
            await asyncio.sleep(fault.seconds)
        case "403" | "500":
            return web.Response(status=int(fault.kind), text=f"{fault.kind}\n")
        case "429":
            return web.Response(status=429, headers={"Retry-After": str(fault.retry_after)}, text="429\n")
        case "drop":
            return await _drop(request)
        case "html_instead_of_feed" if is_feed:
            return web.Response(text=FRONT_PAGE, content_type="text/html")
        case "empty":
            return web.Response(body=b"", content_type="text/html")
        case "endless_redirect":
            turn = int(request.query.get("turn", "0")) + 1
            return web.Response(status=302, headers={"Location": f"{request.path}?turn={turn}"})
        case "private_redirect":
            return web.Response(status=302, headers={"Location": fault.target})
        case "gzip_bomb":
            headers = {"Content-Encoding": "gzip", "Content-Type": "application/xml" if is_feed else "text/html"}
            return web.Response(body=make_bomb(fault.mebibytes), headers=headers)
    return None


def freeze(fault: Fault | None, replies: dict[str, Reply], path: str, fresh: Reply) -> Reply:
    """`fresh`, or under a `frozen` fault what `path` answered first since it struck."""
    return replies.setdefault(path, fresh) if fault and fault.kind == "frozen" else fresh


@cache
def make_bomb(mebibytes: int) -> bytes:
    """A gzip body that unpacks to `mebibytes` of blanks; about a thousandth of that when packed."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        for _ in range(mebibytes):
            file.write(b" " * MEBIBYTE)
    return packed.getvalue()


async def _drop(request: web.BaseRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100000", "Content-Type": "text/html"})
    await response.prepare(request)
    await response.write(b"<!DOCTYPE html><html><head>")
    if request.transport:
        request.transport.abort()
    return response
