"""Stands before every route: Host header, session, who is let in, and the headers of every answer.

That a write carries a token is checked by `check_write`, which the application hangs on all of its routes.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.web.access import Access
from monitor.web.limiter import LoginLimiter
from monitor.web.refusals import Refusal
from monitor.web.refused_page import make_refused_page
from monitor.web.sessions import COOKIE, LASTS, Session, Sessions
from storage.clock import Clock

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Open to whoever has the address: what is needed to log in, links that are signed themselves, and a sign of life.
OPEN = ("/login", "/static/", "/links/", "/healthz")
# Programs get an answer that says what is missing; people are led to the form.
FOR_PROGRAMS = ("/api/", "/metrics", "/readyz")
PROGRAM_ENDINGS = (".json", ".csv", ".xlsx", ".atom", ".ics")
MAX_BODY = 64 * 1024
# A form's answer asks for no Basic password: browsers would show a window of their own for it.
ASK, ASK_QUIETLY = {"WWW-Authenticate": "Bearer, Basic"}, {"WWW-Authenticate": "Bearer"}
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass
class Visitor:
    """Whoever asks: their session, whether they may see the pages, and whether a token of the settings says so."""

    session: Session
    is_in: bool
    by_token: bool
    address: str
    makes_session: bool = False


class Guard:
    """The first of all to see a request, and the last to see its answer."""

    def __init__(self, app: ASGIApp, access: Access, sessions: Sessions, limiter: LoginLimiter, clock: Clock) -> None:
        self._app, self._access, self._sessions = app, access, sessions
        self._limiter, self._clock = limiter, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = Request(scope)
        refusal = self._refuse_form(request)
        visitor = None if refusal else self._find_visitor(request)
        if visitor is not None:
            scope.setdefault("state", {})["visitor"] = visitor
            refusal = self._refuse_stranger(request, visitor)
        await (refusal or self._app)(scope, receive, self._finish(request, visitor, send))

    def _refuse_form(self, request: Request) -> Response | None:
        """What no visitor of ours sends."""
        if not self._access.is_named(request.headers.get("host", "")):
            return _refuse(request, 400, "host")
        if "\0" in request.url.path or "%00" in request.url.query:
            return _refuse(request, 400, "nul")  # PostgreSQL takes none either
        if request.method in SAFE_METHODS:
            return None
        length = request.headers.get("content-length", "")
        # In pieces a body has whatever length it likes, also beside a Content-Length (RFC 9112, 6.3).
        if not length.isdecimal() or "transfer-encoding" in request.headers:
            return _refuse(request, 411, "length")
        return _refuse(request, 413, "long") if len(length) > 9 or int(length) > MAX_BODY else None

    def _find_visitor(self, request: Request) -> Visitor:
        address = request.client.host if request.client else ""
        session = self._sessions.read(request.cookies.get(COOKIE, ""), self._clock())
        return Visitor(session, self._access.is_open or session.is_in, False, address)

    def _refuse_stranger(self, request: Request, visitor: Visitor) -> Response | None:
        scheme, secret = _find_secret(request.headers)
        if secret and not self._access.is_open:
            wait = self._limiter.take(visitor.address, secret)
            if wait:
                return _refuse(request, 429, "tries", {"Retry-After": str(ceil(wait))}, minutes=ceil(wait / 60))
            if not self._access.is_token(secret):
                return _refuse(request, 401, "token", ASK)
            self._limiter.forgive(visitor.address)
            # A browser sends a Basic password by itself, to whichever page leads it here: good for reading only.
            visitor.is_in, visitor.by_token = True, scheme == "bearer"
        path = request.url.path
        if visitor.is_in or any(path == place or (place.endswith("/") and path.startswith(place)) for place in OPEN):
            return None
        if is_for_programs(path):
            return _refuse(request, 401, "stranger", ASK)
        if request.method not in SAFE_METHODS:
            return _refuse(request, 401, "ended", ASK_QUIETLY)
        target = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login?" + urlencode({"next": target}, quote_via=quote), 303)

    def _finish(self, request: Request, visitor: Visitor | None, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not request.url.path.startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store" if not self._access.is_open else "no-cache")
                if visitor and ((visitor.makes_session and visitor.session.is_new) or visitor.session.is_changed):
                    headers.append("Set-Cookie", self._make_cookie(request, visitor.session))
            await send(message)

        return send_with_headers

    def _make_cookie(self, request: Request, session: Session) -> str:
        is_https = self._access.is_https or request.url.scheme == "https"
        value = self._sessions.write(session)
        seconds = int(LASTS.total_seconds())
        return f"{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax" + ("; Secure" if is_https else "")


def make_check_write(sessions: Sessions) -> Callable[[Request], object]:
    """What refuses every write that does not come from a page of ours, or from a program with the token."""

    async def check_write(request: Request) -> None:
        if request.method in SAFE_METHODS or request.url.path.startswith("/links/"):
            return  # a link that acts is signed, and its route reads the signature
        visitor: Visitor = request.state.visitor
        if visitor.by_token:
            return
        given = request.headers.get(CSRF_HEADER) or (await request.form()).get(CSRF_FIELD)
        is_foreign = request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if is_foreign or not isinstance(given, str) or not sessions.is_csrf(visitor.session, given):
            raise Refusal(403, "form")

    return check_write


def is_for_programs(path: str) -> bool:
    """Whether programs ask for this address: they read no page that says what is wrong."""
    return path.startswith(FOR_PROGRAMS) or path.endswith(PROGRAM_ENDINGS)


def _refuse(
    request: Request, status: int, reason: str, headers: Mapping[str, str] | None = None, **values: object
) -> Response:
    """A refusal by name: an object for programs, a page for people."""
    if is_for_programs(request.url.path):
        return JSONResponse({"detail": Refusal(status, reason, **values).detail}, status, headers)
    page = make_refused_page(request, status, reason, **values)
    page.headers.update(headers or {})
    return page


def _find_secret(headers: Headers) -> tuple[str, str]:
    """The scheme and the secret of the Authorization header; both empty where there is none that we know."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    scheme = scheme.lower()
    if scheme == "bearer":
        return scheme, rest.strip()
    if scheme != "basic":
        return "", ""
    try:
        return scheme, base64.b64decode(rest, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return scheme, "?"
