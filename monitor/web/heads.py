"""Answers HEAD wherever GET is answered, with the same head and nothing behind it; the API's document names GET alone.
"""

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
