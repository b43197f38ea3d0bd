"""How the API answers: JSON with a validator, pages by opaque cursors, and one shape for every refusal."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import HTTPException, Query, Request
from starlette.responses import Response

from monitor.web.api.shapes import Error
from monitor.web.filters import BIGGEST

MOST = 200
# What keysets are made of; a cursor that holds anything else is none of ours.
MARK = re.compile(r"[0-9A-Za-z_.:~-]{1,150}")
NO_CURSOR = "cursor: none of ours, or of another list; leave it out to begin with the newest"
REFUSALS: dict[int, str] = {
    400: "A word that is none of ours, such as an unknown place, or a Host header that does not name this service.",
    401: "Nobody said who they are, or the token is not known.",
    403: "A write without the token (`Authorization: Bearer`), or by a form that is not from a page of ours.",
    404: "There is no such thing.", 411: "A write without `Content-Length`.", 413: "A body above 64 KiB.",
    422: "A value that does not fit its shape, or a cursor that is none of ours.",
    429: "Too many tries with wrong tokens; `Retry-After` says how long to wait.",
    503: "The database does not answer.",
}
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Error, "description": why} for status, why in REFUSALS.items()
}
ETAG: dict[str, Any] = {"ETag": {"schema": {"type": "string"}, "description": "For `If-None-Match`."}}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged since the `ETag` that was sent."}}

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many items.")]
Cursor = Annotated[str, Query(max_length=300, description="`next` of the page before.")]
Item = TypeVar("Item")


def documented(model: type, description: str) -> dict[int | str, dict[str, Any]]:
    """The answers of a route that reads: its shape, and that nothing changed."""
    return {200: {"model": model, "description": description, "headers": ETAG}, **UNCHANGED}


def answer(request: Request, body: Any, lasting: Any = None) -> Response:
    """`body` as JSON; 304 where whoever asks has it already.

    `lasting` is the body without what is of this moment only, where there is such: then the validator is a weak one.
    """
    text = _write(body)
    if lasting is None:
        return answer_bytes(request, text, "application/json")
    return _answer(request, text, f'W/"{_make_mark(_write(lasting))}"', "application/json")


def answer_bytes(request: Request, body: bytes, media_type: str, **headers: str) -> Response:
    """`body` under a validator made of it; 304 where whoever asks has it already (RFC 9110, 13.1.2)."""
    return _answer(request, body, f'"{_make_mark(body)}"', media_type, **headers)


def answer_made(
    request: Request, lasting: bytes, make: Callable[[], bytes], media_type: str, **headers: str
) -> Response:
    """What `make` makes of `lasting`, under a weak validator of that; it is made for whoever has not got it alone.

    For files that hold the moment at which they were written."""
    return _answer(request, make, f'W/"{_make_mark(lasting)}"', media_type, **headers)


def _answer(
    request: Request, body: bytes | Callable[[], bytes], etag: str, media_type: str, **headers: str
) -> Response:
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if known & {etag.removeprefix("W/"), "*"}:
        return Response(status_code=304, headers={"ETag": etag, **headers})
    content = body if isinstance(body, bytes) else body()
    return Response(content, media_type=media_type, headers={"ETag": etag, **headers})


def _write(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _make_mark(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]


def make_page(
    rows: Sequence[Item], limit: int, mark: Callable[[Item], str], show: Callable[[Item], Any]
) -> dict[str, Any]:
    """One page of `rows`, of which there is one more than `limit` where another page follows.

    The cursor marks the last row of this page and not its number: rows that are added meanwhile shift nothing.
    """
    shown = rows[:limit]
    return {"items": [show(row) for row in shown], "next": write_cursor(mark(shown[-1])) if rows[limit:] else None}


def write_cursor(mark: str) -> str:
    """A mark as whoever pages sees it."""
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    """The mark of a cursor, empty for none. HTTPException 422 for what is none of ours."""
    if not cursor:
        return ""
    try:
        mark = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise HTTPException(422, NO_CURSOR) from error
    if not MARK.fullmatch(mark):
        raise HTTPException(422, NO_CURSOR)
    return mark


def read_number(cursor: str) -> int | None:
    """The number that a cursor marks. HTTPException 422 for none."""
    mark = read_cursor(cursor)
    if mark and not (mark.isdecimal() and int(mark) <= BIGGEST):
        raise HTTPException(422, NO_CURSOR)
    return int(mark) if mark else None


def read_two(cursor: str) -> tuple[str, str] | None:
    """The two parts that a cursor marks. HTTPException 422 for none."""
    first, found, second = read_cursor(cursor).partition("~")
    if cursor and not found:
        raise HTTPException(422, NO_CURSOR)
    return (first, second) if found else None
