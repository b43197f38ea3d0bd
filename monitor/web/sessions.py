"""Sessions in a signed cookie: who is let in, as whom they judge, and the token that their forms carry."""

import hmac
import secrets
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "twinwatch_session"
LASTS = timedelta(days=30)
SALT = "twinwatch.session"
MAX_COOKIE = 2000


@dataclass
class Session:
    """One browser. `began_at` is when it was made or let in; `reader` is the name under which it judged last."""

    id: str
    began_at: datetime
    is_in: bool = False
    reader: str = ""
    is_new: bool = False
    is_changed: bool = False


class Sessions:
    """Reads and writes sessions with one key; those whose ids are in `ended` count no more."""

    def __init__(self, key: str, ended: Container[str] = ()) -> None:
        self._key, self._ended = key.encode(), ended
        self._signer = URLSafeSerializer(key, salt=SALT, signer_kwargs={"digest_method": sha256})

    def read(self, cookie: str, now: datetime) -> Session:
        """The session of a cookie; a new one where it is none of ours, or too old."""
        session = self._decode(cookie)
        counts = session and timedelta() <= now - session.began_at < LASTS and session.id not in self._ended
        return session if session and counts else self.make(now)

    def make(self, now: datetime) -> Session:
        """A new session, which nobody has let in yet."""
        return Session(secrets.token_urlsafe(16), now, is_new=True)

    def write(self, session: Session) -> str:
        """What the cookie holds."""
        return str(self._signer.dumps([session.id, int(session.began_at.timestamp()), session.is_in, session.reader]))

    def make_csrf(self, session: Session) -> str:
        """The token by which a form shows that it is from a page of ours."""
        return hmac.new(self._key, f"csrf\0{session.id}".encode(), sha256).hexdigest()

    def is_csrf(self, session: Session, given: str) -> bool:
        """Whether `given` is the session's token."""
        return hmac.compare_digest(given.encode(), self.make_csrf(session).encode())

    def _decode(self, cookie: str) -> Session | None:
        if not 0 < len(cookie) <= MAX_COOKIE or not cookie.isascii():
            return None
        try:
            values: list[Any] = self._signer.loads(cookie)
        except BadSignature:
            return None
        return Session(values[0], datetime.fromtimestamp(values[1], UTC), values[2], values[3])
