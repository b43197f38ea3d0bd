"""Answers HEAD wherever GET is answered, with the same head and nothing behind it; the API's document names GET alone.
"""

from starlette.requests import Request
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAnswerer:
    """Asks the application as if by GET, and drops the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self._app(scope, receive, send)

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_without_body)


def find_methods(request: Request) -> str:
    """What the address may be asked by, as `Allow` has it (RFC 9110, 15.5.6); a router names its first route alone."""
    found = [
        names for method, names in (("GET", "GET, HEAD"), ("POST", "POST"))
        if any(one.matches({**request.scope, "method": method})[0] == Match.FULL for one in request.app.router.routes)
    ]
    return ", ".join(found)
