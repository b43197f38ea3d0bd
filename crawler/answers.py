"""What became of one request, as a value; and the one place that knows Scrapy's and Twisted's exceptions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Request, Response
from twisted.internet.error import ConnectError, ConnectionClosed

from crawler.refusals import Refusal

Download = Callable[[Request], Awaitable[Response]]

LONGEST_RETRY_AFTER = timedelta(days=7)  # seen in the wild: 317,100 s; nobody means more than a week

FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "connect"),
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too_large"),
    (ResponseDataLossError, "dropped"),
    (UnsupportedURLSchemeError, "guard_scheme"),
    (ConnectError, "connect"),
    (ConnectionClosed, "dropped"),
)


@dataclass(frozen=True)
class Answer:
    """`status` is 0 and `failure` names why where no answer came. `url` is the address that answered in the end."""

    url: str
    status: int = 0
    body: bytes = b""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retry_at: datetime | None = None
    failure: str = ""
    detail: str = ""


async def ask(download: Download, request: Request, now: Callable[[], datetime]) -> Answer:
    """The answer to `request`, redirects followed; never raises for what a server or a guard did."""
    try:
        response = await download(request)
    except Refusal as refusal:
        return Answer(request.url, failure=refusal.reason, detail=refusal.detail, retry_at=refusal.until)
    except IgnoreRequest as error:  # Scrapy's own: too many redirects, or a body that unpacks to too much
        return Answer(request.url, failure="redirect_loop" if "redirect" in str(error) else "too_large")
    except Exception as error:
        failure = find_failure(error)
        if not failure:
            raise
        return Answer(request.url, failure=failure, detail=str(error))
    return Answer(
        response.url, response.status, response.body, _header(response, "Content-Type") or "",
        _header(response, "ETag"), _header(response, "Last-Modified"),
        # Elsewhere it asks for nothing (RFC 9110, 10.2.3).
        parse_retry_after(_header(response, "Retry-After") or "", now()) if response.status >= 300 else None,
    )


def find_failure(error: Exception) -> str:
    """The counted name of a failed download; empty for what is no failure of the network."""
    if isinstance(error, DownloadFailedError):
        return "dropped"
    return next((name for kind, name in FAILURES if isinstance(error, kind)), "")


def parse_retry_after(text: str, now: datetime) -> datetime | None:
    """The instant that a Retry-After header names (seconds or a date), at most a week ahead; else None."""
    try:
        until = now + timedelta(seconds=int(text)) if text.strip().isdigit() else parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return now + LONGEST_RETRY_AFTER if text.strip().isdigit() else None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(until, now + LONGEST_RETRY_AFTER) if until > now else None


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip() if value else None
