"""Decides a run's outcome and the outlet's state after it, in words for people; pure, a first simple version."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from storage.values import OutletState, RunOutcome

LONGEST_BACK_OFF = timedelta(hours=24)  # an outlet is tried for ever, at least once a day
UNREACHABLE = frozenset({"dns", "connect", "timeout"})
TROUBLES = frozenset({"broken", "blocked", "silent"})
BROKEN_PAGES = 3  # as many failures, and no page read, say that it is not one page's fault
OURS = "guard_no_contact"
NOT_REACHED = "not reached: "

WORDS = {
    "dns": "its name does not resolve", "connect": "no connection", "timeout": "no answer in time",
    "tls": "no safe connection (TLS)", "dropped": "the connection broke off", "too_large": "the answer is too large",
    "redirect_loop": "redirects without end", "robots_forbid": "robots.txt forbids it",
    "robots_unavailable": "robots.txt cannot be read", "guard_private_address": "the address is private",
    "guard_no_contact": "not fetched as crawl.contact is not set", "not_a_feed": "a page came instead of a feed",
    "no_entries": "the feed lists nothing", "no_articles": "the feed lists no article of this outlet",
    "empty": "an empty answer", "no_feed": "no feed is known", "broken": "the feed cannot be read",
}


@dataclass(frozen=True)
class RunFacts:
    """What one run met: feeds asked for and read, why feeds and pages failed, what ended it early.

    `ended` is `busy`, `blocked`, `stopped` or empty; `detail` says more; `answered` is true once any server answered.
    """

    feeds: int = 0
    feeds_ok: int = 0
    feed_failures: tuple[str, ...] = ()
    page_failures: tuple[str, ...] = ()
    ended: str = ""
    detail: str = ""
    answered: bool = False
    retry_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def is_unreachable(self) -> bool:
        """Whether no server answered at all, which may be the fault of our own network."""
        return not self.answered and bool(self.feed_failures) and UNREACHABLE.issuperset(self.feed_failures)


def decide_run(facts: RunFacts, *, network_down: bool = False) -> tuple[RunOutcome, str]:
    """The outcome of a run and its reason in words; one feed of several that fails breaks nothing."""
    if facts.ended == "stopped":
        return "stopped", facts.detail or "stopped before its end"
    if network_down and facts.is_unreachable:
        return "stopped", "no outlet can be reached, our own network seems to be down"
    if facts.ended == "busy":
        return "busy", facts.detail or "another crawl is asking this host"
    if facts.ended == "blocked":
        return "blocked", facts.detail or "the server told us to stop"
    failed = "; ".join(dict.fromkeys(explain(reason) for reason in facts.feed_failures))
    if not facts.feeds_ok:
        ours = facts.feed_failures and all(reason == OURS for reason in facts.feed_failures)
        return ("stopped" if ours else "broken"), failed or explain("no_feed")
    pages = "; ".join(dict.fromkeys(explain(reason) for reason in facts.page_failures))
    if len(facts.page_failures) >= BROKEN_PAGES and not facts.counts.get("fetched"):
        return "broken", f"pages cannot be read: {pages}"
    some = [f"{len(facts.feed_failures)} of {facts.feeds} feeds failed: {failed}"] if failed else []
    some += [f"{len(facts.page_failures)} pages failed: {pages}"] if pages else []
    idle = not any(facts.counts.get(name) for name in ("entries_new", "fetched", "saved"))
    return ("nothing_new" if idle else "fine"), "; ".join(some)


def next_state(
    old: OutletState, outcome: RunOutcome, reason: str, facts: RunFacts, now: datetime, interval: timedelta,
) -> OutletState:
    """The outlet's state after a run. `busy` only waits for the end of the lease that was in the way.

    `stopped` before a feed was read leaves state and failures as they are, but says why it was not reached. A feed
    never read yet leaves the outlet `unproven`; failures put the next visit off, up to a day.
    """
    if outcome == "busy":
        return replace(old, next_due_at=max(filter(None, (old.next_due_at, facts.retry_at)), default=None))
    if outcome == "stopped":
        return old if facts.feeds_ok else _unreached(old, reason, facts, now, interval)
    good = outcome in ("fine", "nothing_new")
    failures = 0 if good else old.failures + 1
    state = "fine" if good else _bad_state(old, outcome, facts)
    due = now + (interval if good else min(LONGEST_BACK_OFF, interval * 2 ** min(failures, 20)))
    return replace(
        old, state=state, state_reason=reason, failures=failures,
        state_since=old.state_since if _lasts(old, state) else now,
        last_seen_at=now if good else old.last_seen_at,
        last_new_at=now if facts.counts.get("entries_new") else old.last_new_at,
        next_due_at=max(due, facts.retry_at or due),
    )


def explain(reason: str) -> str:
    """A counted reason in words."""
    if reason.startswith("http_"):
        return f"the server answers {reason.removeprefix('http_')}"
    return WORDS.get(reason, reason.replace("_", " "))


def _unreached(old: OutletState, reason: str, facts: RunFacts, now: datetime, interval: timedelta) -> OutletState:
    # A trouble known before keeps its own beginning; what was fine, or never read, is not known since now.
    since = old.state_since if old.state in TROUBLES or old.state_reason.startswith(NOT_REACHED) else now
    # A wave that was ended early is no reason to wait; a network that is down, or a contact that is missing, is.
    due = old.next_due_at if facts.ended == "stopped" else now + interval
    return replace(old, state_reason=NOT_REACHED + reason, state_since=since or now, next_due_at=due)


def _lasts(old: OutletState, state: str) -> bool:
    """Whether `state` began when `old` did: fine outlets that were not reached meanwhile begin anew."""
    begun_anew = old.state_reason.startswith(NOT_REACHED) and state not in TROUBLES
    return bool(old.state_since) and state == old.state and not begun_anew


def _bad_state(old: OutletState, outcome: RunOutcome, facts: RunFacts) -> str:
    if outcome == "blocked":
        return "blocked"
    never_read = old.state == "unproven" and old.last_seen_at is None and not facts.feeds_ok
    return "unproven" if never_read else "broken"
