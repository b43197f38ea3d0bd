"""Asks the dashboard as a web server would, with odd paths, queries, headers and bodies; it judges no answer."""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from starlette.types import ASGIApp

from tests.fuzz.mutating import PIECES

# What must come back escaped or not at all: as text, and out of an attribute in either quotes.
MARK = "fuzzed"
HOSTILE = (f"<{MARK}>", f'" {MARK}="1', f"' {MARK}='1", f"--><{MARK}>", f"</script><{MARK}>", f"javascript:{MARK}//",
           f"//{MARK}.example/", f"\\\\{MARK}.example", f"https://{MARK}.example/", f"a\r\nX-Fuzzed: {MARK}")
KNOWN = ("e1", "e2", "huengaynay", "VN-46", "KR-44", "visit", "agreement", "signed", "2026", "2026-02", "2026-03-01~e1",
         "yes", "no", "unsure", "vi", "ko", "en", "1", "0", "50", "-1", "MjAyNi0wMy0wMX5lMQ", "Hue", "후에", "Lan", "")
NAMED_PART = re.compile(r"\{(\w+)\}")
PLACES = {"event_id": ("e1", "e2", "e3"), "outlet_id": ("huengaynay", "tuoitre"), "vn_key": ("VN-46",),
          "kr_key": ("KR-44",), "digest_id": ("1",), "delivery_id": ("1",), "correction_id": ("1", "2")}
FIELDS = ("place", "act", "stage", "lang", "language", "outlet", "since", "until", "q", "verdict", "before", "cursor",
          "limit", "kind", "days", "page", "sort", "next", "outcome", "period", "name", "reader", "answer", "other",
          "article", "password", "csrf", "event", "state", "subscription")
HEADERS = ("cookie", "if-none-match", "accept-language", "accept", "referer", "origin", "sec-fetch-site", "hx-request",
           "x-forwarded-for", "x-forwarded-proto", "x-csrf-token", "range", "if-modified-since", "content-encoding",
           "expect", "host", "authorization")
TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "text/plain", "")


@dataclass(frozen=True)
class Asked:
    """One request; `path` is percent-encoded, `template` the route that it was made for."""

    method: str
    template: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    client: str = "127.0.0.1"

    @property
    def is_exact(self) -> bool:
        """Whether it is for its template alone: no part of the path is empty or has a slash of its own."""
        parts = self.path.split("/")
        return len(parts) == self.template.count("/") + 1 and all(parts[1:]) and "%2F" not in self.path


@dataclass
class Answered:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def kind(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


def make_requests(routes: Sequence[tuple[str, str]], token: str, count: int, seed: int) -> Iterator[Asked]:
    """`count` requests, the same ones for the same seed, to routes in turn."""
    chance = Random(seed)
    for number in range(count):
        method, template = routes[number % len(routes)]
        filled = NAMED_PART.sub(lambda part: quote(_choose_named(part[1], chance), safe=""), template)
        path = filled if chance.random() < 0.97 else f"/{quote(_choose(chance))}"
        pairs = [(chance.choice(FIELDS), _choose(chance)) for _ in range(int(chance.expovariate(0.5)))]
        query = "&".join(f"{key}={quote_plus(value)}" for key, value in pairs).encode()
        if chance.random() < 0.1:
            query += quote(chance.choice(PIECES), safe="&=;%+").encode()
        body = b"" if method in ("GET", "HEAD") else _make_body(chance)
        yield Asked(method, template, path, query, tuple(_make_headers(chance, token, len(body))), body,
                    f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")


def ask_all(app: ASGIApp, requests: Iterator[Asked]) -> Iterator[tuple[Asked, Answered]]:
    """The answers, one after the other, in one event loop."""
    with asyncio.Runner() as runner:
        for asked in requests:
            yield asked, runner.run(_ask(app, asked))


async def _ask(app: ASGIApp, asked: Asked) -> Answered:
    answered, given = Answered(), [{"type": "http.request", "body": asked.body, "more_body": False}]

    async def receive() -> Any:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answered.body += message.get("body", b"")

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.method, "scheme": "http",
        "path": unquote(asked.path), "raw_path": asked.path.encode(), "query_string": asked.query, "root_path": "",
        "headers": list(asked.headers), "client": (asked.client, 50_000), "server": ("localhost", 80),
    }
    await app(scope, receive, send)
    return answered


def _choose(chance: Random) -> str:
    match chance.randrange(4):
        case 0:
            return chance.choice(HOSTILE)
        case 1:
            return chance.choice(PIECES).decode("utf-8", "replace")[:120]
        case _:
            return chance.choice(KNOWN)


def _choose_named(part: str, chance: Random) -> str:
    return chance.choice(PLACES[part]) if part in PLACES and chance.random() < 0.6 else _choose(chance)


def _make_headers(chance: Random, token: str, length: int) -> Iterator[tuple[bytes, bytes]]:
    given = {"host": "localhost", "authorization": f"Bearer {token}", "content-length": str(length)}
    if length:
        given["content-type"] = TYPES[int(chance.expovariate(1.5)) % len(TYPES)]
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        given[chance.choice(HEADERS)] = _choose(chance)
    for name, value in given.items():
        # What no web server hands on: line breaks, other controls.
        yield name.encode(), "".join(sign for sign in value if sign.isprintable()).encode("utf-8", "replace")


def _make_body(chance: Random) -> bytes:
    values: dict[str, Any] = {chance.choice(FIELDS): _choose(chance) for _ in range(chance.randrange(5))}
    values |= {"reader": "Lan", "answer": "no"} if chance.random() < 0.5 else {}
    if chance.random() < 0.2:
        values[chance.choice(FIELDS)] = chance.choice((None, 1, 1e400, [], {}, [[]], True, {"a": "b"}))
    match chance.randrange(6):
        case 0:
            return "&".join(f"{key}={quote_plus(str(value))}" for key, value in values.items()).encode()
        case 1:
            text = json.dumps(values).encode()
            return text[:chance.randint(0, len(text))] + chance.choice(PIECES)
        case _:
            return json.dumps(values).encode("utf-8", "replace")
