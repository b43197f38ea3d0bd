"""Decides what an answer means for an entry: read it, settle it, try again later, or leave the host; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawler.answers import Answer
from storage.values import Outcome

MAX_ATTEMPTS = 8  # over three days: a server that is down for a weekend must not cost what it published meanwhile
FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=24)
PAUSE_FACTOR = 4

# Failures after which the host is left alone for this wave; the entry did nothing and stays as it was.
LEAVE = frozenset({"busy", "blocked", "resting", "slow", "budget", "robots_unavailable", "guard_no_contact"})
# Failures that may be gone next time.
PASSING = frozenset({
    "dns", "connect", "timeout", "dropped", "slow_redirect", "tls", "tls_legacy",
    "certificate", "certificate_expired", "certificate_issuer", "certificate_name"})
# Answers of a server that is out of order: perhaps the page's own fault, more often gone in an hour.
SPOILT = frozenset({"too_large", "redirect_loop", "guard_private_address"})
BLANK = b" \t\r\n\0"
PASSING_STATUSES = frozenset({408, 425})
# 403 may be meant for this address alone; for the host once it answers so again (`HostLeases.is_forbidden`).
FORBIDDEN, TOO_MANY = 403, 429


@dataclass(frozen=True)
class Decision:
    """`do` says what happens to the entry; `reason` is counted; `again_at` is set for `postpone`.

    `blocked` is true where the server told us to stop asking.
    """

    do: Literal["read", "settle", "postpone", "leave"]
    outcome: Outcome = "refused"
    reason: str = ""
    again_at: datetime | None = None
    blocked: bool = False


def decide_page(answer: Answer, attempts: int, now: datetime) -> Decision:
    """What to do with an entry that was tried `attempts` times before this `answer`."""
    if answer.failure in LEAVE:
        return Decision("leave", reason=answer.failure)
    if answer.failure in PASSING:
        return try_again(answer.failure, attempts, now)
    if answer.failure in SPOILT or (200 <= answer.status < 300 and not answer.body.strip(BLANK)):
        return try_again(answer.failure or "empty", attempts, now, at_last="refused")
    if answer.failure:
        return Decision("settle", "refused", answer.failure)
    status = answer.status
    if status in (404, 410):
        return Decision("settle", "gone", f"http_{status}")
    if status == TOO_MANY:
        return try_again(f"http_{status}", attempts, now, blocked=True)
    if status >= 500 or status == FORBIDDEN or status in PASSING_STATUSES:
        return try_again(f"http_{status}", attempts, now)
    if 300 <= status < 400:
        return Decision("settle", "refused", "bad_redirect")
    return Decision("read") if 200 <= status < 300 else Decision("settle", "refused", f"http_{status}")


def try_again(
    reason: str, attempts: int, now: datetime, *, blocked: bool = False, at_last: Outcome = "failed",
) -> Decision:
    """Later, after ever longer pauses; after MAX_ATTEMPTS the outcome `at_last`."""
    if attempts + 1 >= MAX_ATTEMPTS:
        return Decision("settle", at_last, reason, blocked=blocked)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * PAUSE_FACTOR**attempts)
    return Decision("postpone", "failed", reason, now + pause, blocked)
