"""Makes and reads the signed links of digests, each for one act and one reader; it serves no page."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from itsdangerous import BadSignature, URLSafeSerializer

from monitor.link_key import load_link_key
from seeds.settings import Settings

# A digest may lie in an inbox over a long holiday; what is older is looked up in the dashboard.
VALID_FOR = timedelta(days=60)
SALT = "twinwatch.links"
# A token of ours has some 200 characters; nobody makes us decode a megabyte.
MAX_TOKEN = 2000

LinkKind = Literal["event", "judge", "unsubscribe"]
Answer = Literal["yes", "no"]
RefusalReason = Literal["expired", "wrong_kind", "forged"]


@dataclass(frozen=True)
class LinkPayload:
    """What a link stands for. `event` has `event_id`; `judge` also `answer` and `subscription`; `unsubscribe` has
    `subscription` and `recipient`. What a kind does not have is empty."""

    kind: LinkKind
    expires_at: datetime
    event_id: str = ""
    answer: Answer | Literal[""] = ""
    subscription: str = ""
    recipient: str = ""


@dataclass(frozen=True)
class LinkRefusal:
    """Why a token is not taken: it ran out, it is for another act, or it is none of ours."""

    reason: RefusalReason


class Links:
    """Links under `web.public_url`: `PUBLIC_URL/links/KIND/TOKEN`. None where no public address is set.

    `at` (aware) is when the digest was composed, so that a message that is sent again holds the same links.
    """

    def __init__(self, public_url: str, key: str) -> None:
        self._base = public_url.rstrip("/")
        self._signer = URLSafeSerializer(key, salt=SALT, signer_kwargs={"digest_method": hashlib.sha256})

    def event(self, event_id: str, at: datetime) -> str | None:
        """To the page of one event."""
        return self._make("event", at, event_id)

    def judge(self, event_id: str, answer: Answer, subscription: str, at: datetime) -> str | None:
        """To say of one event that it is one (`yes`) or is none (`no`), as a reader of `subscription`."""
        return self._make("judge", at, event_id, answer, subscription)

    def unsubscribe(self, subscription: str, recipient: str, at: datetime) -> str | None:
        """To stop, or take up again, what `recipient` gets of `subscription`."""
        return self._make("unsubscribe", at, subscription, recipient)

    def read(self, token: str, kind: LinkKind, now: datetime) -> LinkPayload | LinkRefusal:
        """What `token` stands for at `now`, if it is ours, for this `kind` of act and not too old."""
        payload = self._decode(token)
        if payload is None:
            return LinkRefusal("forged")
        if payload.kind != kind:
            return LinkRefusal("wrong_kind")
        return payload if now < payload.expires_at else LinkRefusal("expired")

    def _make(self, kind: LinkKind, at: datetime, *values: str) -> str | None:
        if not self._base:
            return None
        token = self._signer.dumps([kind, int((at + VALID_FOR).timestamp()), *values])
        return f"{self._base}/links/{kind}/{token}"

    def _decode(self, token: str) -> LinkPayload | None:
        if len(token) > MAX_TOKEN or not token.isascii():
            return None
        try:
            values: list[Any] = self._signer.loads(token)
        except BadSignature:
            return None
        return _read_values(*values)


def make_links(settings: Settings) -> Links:
    """The links of this installation; its key is read, or made, once. Raises SettingsError where that fails.

    Where no public address is set there are no links: none is made, no key is kept, and none is taken.
    """
    url = settings.web.public_url
    return Links(url, load_link_key(settings) if url else secrets.token_hex())


def _read_values(kind: LinkKind, expires: int, *values: str) -> LinkPayload:
    """Only ever called with what we signed ourselves."""
    names = {
        "event": ("event_id",), "judge": ("event_id", "answer", "subscription"),
        "unsubscribe": ("subscription", "recipient"),
    }[kind]
    return LinkPayload(kind, datetime.fromtimestamp(expires, UTC), **dict(zip(names, values, strict=True)))  # type: ignore[arg-type]
