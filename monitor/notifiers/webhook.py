"""Posts a rendered digest as signed JSON to the address that the recipient names; it follows no redirect.

Signed as the Standard Webhooks specification has it, version 1: `webhook-id`, `webhook-timestamp` and
`webhook-signature: v1,BASE64` over `ID.TIMESTAMP.BODY` with HMAC-SHA256. The id is the delivery's at every attempt, so
that a receiver can leave out what it has.
"""

import asyncio
import base64
import binascii
import errno
import hashlib
import hmac
import socket
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from monitor.digests.plain import make_plain
from monitor.digests.rendered import RenderedWebhook
from monitor.notifiers.outcome import NoteParts, Outcome, note_nothing
from seeds.networks import Network, find_inner, is_private
from seeds.sections import WebhookSettings
from storage.clock import Clock, utc_now
from storage.values import DeliveryRow

SECRET_PREFIX = "whsec_"
# Of the answer only the status counts; its beginning is shown where it refuses.
SHOWN_BYTES = 200
DEFAULT_WAIT_SECONDS = 60


class WebhookNotifier:
    """Posts over a connection of its own each time, which the guard looks at when the address is known."""

    def __init__(self, settings: WebhookSettings, clock: Clock = utc_now) -> None:
        self.settings, self._clock = settings, clock

    def hand_over(
        self, rendered: RenderedWebhook, recipient: str, delivery: DeliveryRow, note_parts: NoteParts = note_nothing
    ) -> Outcome:
        """Posts to `recipient`. What a person can mend in the settings is `retry`: nothing is lost by it."""
        try:
            key = read_key(self.settings.secret.get_secret_value())
        except ValueError as error:
            return Outcome("retry", f"webhook.secret: {error}")
        refusal = find_refusal(recipient, allow_http=self.settings.allow_http)
        if refusal:
            return Outcome("retry", refusal)
        headers = make_headers(rendered.body, key, make_id(delivery), int(self._clock().timestamp()))
        return asyncio.run(self._post(recipient, rendered.body, headers))

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        opened: list[bool] = []
        connector = aiohttp.TCPConnector(
            socket_factory=lambda found: open_guarded(found, self.settings.allow_networks), force_close=True
        )
        timeout = aiohttp.ClientTimeout(total=self.settings.timeout_seconds)
        trace = aiohttp.TraceConfig()

        async def note_opened(*_: Any) -> None:
            opened.append(True)

        trace.on_connection_create_end.append(note_opened)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, trace_configs=[trace]) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                said = (await answer.content.read(SHOWN_BYTES)).decode("utf-8", "replace")
                return self._judge(answer.status, answer.headers, said)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = make_plain(getattr(error, "strerror", None) or str(error), 200) or type(error).__name__
            if opened:
                # The request left us: whether it was taken, nobody can say.
                return Outcome("uncertain", f"no answer from {_host(url)}: {reason}")
            return Outcome("retry", f"{_host(url)} cannot be reached: {reason}")

    def _judge(self, status: int, headers: Any, said: str) -> Outcome:
        if 200 <= status < 300:
            return Outcome("sent", parts_sent=1)
        reason = make_plain(f"answers {status}: {said}", 200)
        if 300 <= status < 400:
            where = _host(headers.get("Location", "")) or "elsewhere"
            return Outcome("failed", f"answers {status}: redirects to {make_plain(where, 100)}, which is not followed")
        if status in (408, 425, 429) or status >= 500:
            return Outcome("retry", reason, retry_after_seconds=self._find_wait(status, headers))
        return Outcome("failed", reason)

    def _find_wait(self, status: int, headers: Any) -> int | None:
        """The wait that is asked for, in seconds or as a date (RFC 9110, 10.2.3)."""
        asked = headers.get("Retry-After", "").strip()
        if asked.isdecimal() and asked.isascii():
            return int(asked[:9])  # thirty years, whatever else is asked for
        try:
            return max(0, int((parsedate_to_datetime(asked) - self._clock()).total_seconds()))
        except (ValueError, TypeError, OverflowError):
            return DEFAULT_WAIT_SECONDS if status == 429 else None


def make_headers(body: bytes, key: bytes, message_id: str, timestamp: int) -> dict[str, str]:
    """The headers of one attempt; `timestamp` in seconds since 1970."""
    signed = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json", "User-Agent": "Twinwatch", "webhook-id": message_id,
        "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def make_id(delivery: DeliveryRow) -> str:
    """The same at every attempt, and in a store that was restored, whose rows have other numbers."""
    reader = hashlib.sha256(delivery.recipient.encode()).hexdigest()[:16]
    return f"{delivery.subscription}.{delivery.created_at:%Y%m%dT%H%M%S%f}.{reader}"


def read_key(secret: str) -> bytes:
    """The key that a secret stands for: base64 after `whsec_`, else its own letters. ValueError where it is none."""
    if not secret:
        raise ValueError("not set; whoever reads the message must be able to tell that it is ours")
    if not secret.startswith(SECRET_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(f"no base64 after {SECRET_PREFIX}") from error


def find_refusal(url: str, *, allow_http: bool) -> str:
    """Why a recipient is not posted to, whatever its host resolves to; empty where nothing speaks against it."""
    try:
        parts = urlsplit(url)
        _, host = parts.port, parts.hostname
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https") or any(map(str.isspace, url)):
        return "the recipient is not a web address (https://...)"
    if "@" in parts.netloc:
        return "the recipient holds a name or password, which is not sent"
    if parts.scheme == "http" and not allow_http:
        return "the recipient is not https (webhook.allow_http would let it be)"
    return ""


def open_guarded(found: Any, allowed: list[Network]) -> socket.socket:
    """A socket for an address that a name was resolved to. OSError for one inside somebody's own network.

    Asked at connect time, for every address, so a name that resolves differently the second time gains nothing.
    """
    family, kind, protocol, _, place = found
    address = find_inner(ip_address(str(place[0]).partition("%")[0]))
    if is_private(address) and not any(address in network for network in allowed):
        raise PermissionError(errno.EPERM, f"{address} is a private address (webhook.allow_networks would let it be)")
    return socket.socket(family=family, type=kind, proto=protocol)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
