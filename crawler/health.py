"""Decides a run's outcome, the outlet's state after it and when it is due again, in words for people; pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import takewhile

from crawler.drift import learn_visit
from crawler.habits import is_weekend, learn_gap, measure_silence
from crawler.looks import Look
from crawler.states import TROUBLES, find_bad_state, find_good_state
from seeds.reasons import BETWEEN, WITHIN, say_reason
from storage.values import OutletState, RunOutcome, RunRow

LONGEST_BACK_OFF = timedelta(hours=24)  # an outlet is tried for ever, at least once a day
UNREACHABLE = frozenset({"dns", "connect", "timeout"})
BROKEN_PAGES = 3  # as many failures, and no page read, say that it is not one page's fault
OURS = "guard_no_contact"
LEARNING = timedelta(days=14)  # two weekends: before, one that was never seen is no silence
LOOKED_LATELY = timedelta(hours=8)  # a gap counts where we looked at most so long ago, or three intervals
# The first pause of a trouble that is sure, which then doubles. What is left out begins with the outlet's interval:
# servers are restarted in minutes, certificates and names are mended by hand, and who blocks us watches what we do.
FIRST_PAUSES = {
    "blocked": timedelta(hours=2), "http_403": timedelta(hours=2), "http_429": timedelta(hours=2),
    "dns": timedelta(hours=3), "tls": timedelta(hours=6),
    "tls_legacy": timedelta(hours=12), "certificate": timedelta(hours=6), "certificate_expired": timedelta(hours=6),
    "certificate_issuer": timedelta(hours=6), "certificate_name": timedelta(hours=6),
    "robots_forbid": timedelta(hours=12), "http_404": timedelta(hours=3), "http_410": timedelta(hours=12),
}
AFTER_OTHERS = timedelta(minutes=1)  # of a host with a long crawl-delay: its other outlets, put off meanwhile
FOREVER = datetime.max.replace(tzinfo=UTC)
UNREADABLE = say_reason("pages_unreadable", whys="")
NOT_REACHED = say_reason("not_reached", why="")


@dataclass(frozen=True)
class RunFacts:
    """What one run met: feeds asked for and read, why feeds and pages failed, what ended it early.

    `ended` is `busy`, `blocked`, `stopped` or empty; `detail` says more; `answered` is true once any server answered;
    `looks` are the pages that were read; `unread_before` counts the visits just before in which no page could be read,
    where more than one waits. `feeds_later` counts feeds that work but whose turn it was not, as their host wants long
    pauses, and `pages_only` is true where no feed had its turn; `waits` says why some of what is there was not asked
    for yet, `resume_at` when it may be, and `behind` how many pages wait where they are more than is let through in a
    day.
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
    looks: tuple[Look, ...] = ()
    unread_before: int = 0
    feeds_later: int = 0
    pages_only: bool = False
    waits: str = ""
    resume_at: datetime | None = None
    behind: int = 0

    @property
    def is_unreachable(self) -> bool:
        """Whether no server answered at all, which may be the fault of our own network."""
        return not self.answered and bool(self.feed_failures) and UNREACHABLE.issuperset(self.feed_failures)


def decide_run(facts: RunFacts, *, network_down: bool = False) -> tuple[RunOutcome, str]:
    """The outcome of a run and its reason in words; one feed of several that fails breaks nothing."""
    if facts.ended == "stopped":
        return "stopped", facts.detail or say_reason("stopped")
    if network_down and facts.is_unreachable:
        return "stopped", say_reason("network_down")
    if facts.ended == "busy":
        return "busy", facts.detail or "another crawl is asking this host"
    if facts.ended == "blocked":
        return "blocked", facts.detail or say_reason("blocked")
    failed, pages = _explain(facts.feed_failures), _explain(facts.page_failures)
    if not (facts.feeds_ok or facts.feeds_later or facts.pages_only):
        ours = facts.feed_failures and all(reason == OURS for reason in facts.feed_failures)
        return ("stopped" if ours else "broken"), failed.replace(WITHIN, BETWEEN) or say_reason("no_feed")
    if _are_pages_broken(facts):
        return "broken", say_reason("pages_unreadable", whys=pages)
    known = facts.feeds + facts.feeds_later
    some = [say_reason("feeds_failed", bad=len(facts.feed_failures), of=known, whys=failed)] if failed else []
    count = len(facts.page_failures)
    some += [say_reason("page_failed" if count == 1 else "pages_failed", bad=count, whys=pages)] if pages else []
    some += [facts.waits] if facts.waits else []
    idle = not any(facts.counts.get(name) for name in ("entries_new", "fetched", "saved"))
    return ("nothing_new" if idle else "fine"), BETWEEN.join(some)


def _are_pages_broken(facts: RunFacts) -> bool:
    """Whether no page could be read, and it is not one page's fault: several failed, or some in several visits."""
    several = len(facts.page_failures) >= BROKEN_PAGES or facts.unread_before + 1 >= BROKEN_PAGES
    return several and bool(facts.page_failures) and not facts.counts.get("fetched")


def count_unread(runs: Iterable[RunRow]) -> int:
    """In how many of an outlet's last `runs` (newest first) that asked for pages none could be read."""
    asked = (run.counts for run in runs if run.finished_at and {"fetched", "postponed", "failed"} & run.counts.keys())
    return sum(1 for _ in takewhile(lambda counts: not counts.get("fetched"), asked))


def _explain(reasons: Sequence[str]) -> str:
    return WITHIN.join(dict.fromkeys(map(say_reason, reasons)))


def next_state(
    old: OutletState, outcome: RunOutcome, reason: str, facts: RunFacts, now: datetime, interval: timedelta,
    zone: tzinfo = UTC, is_holiday: Callable[[date], bool] | None = None,
) -> OutletState:
    """The outlet's state after a run. `busy` only waits for the end of the lease that was in the way.

    `stopped` before a feed was read leaves state and failures as they are, but says why it was not reached. A feed
    never read yet leaves the outlet `unproven`; failures put the next visit off, up to a day. Silence is counted
    without the days of `zone` that `is_holiday` names.
    """
    if outcome == "busy":
        later = replace(old, next_due_at=max(filter(None, (old.next_due_at, facts.retry_at)), default=None))
        is_first = old.state_since is None and facts.counts.get("slow_host")  # which may be so for days
        return replace(later, state_since=now, state_reason=NOT_REACHED + reason) if is_first else later
    if outcome == "stopped":
        return old if facts.feeds_ok else _unreached(old, reason, facts, now, interval)
    if outcome not in ("fine", "nothing_new"):
        return _after_failure(old, outcome, reason, facts, now, interval)
    return _after_visit(old, reason, facts, now, interval, _Calendar(old, now, zone, is_holiday))


def find_pause(facts: RunFacts, failures: int, interval: timedelta) -> timedelta:
    """How long an outlet is left alone after `failures` failing visits in a row: longer each time, up to a day.

    The first time only the interval, or twice the interval, to see whether it lasts.
    """
    kinds = ("blocked",) if facts.ended == "blocked" else () if facts.feeds_ok else facts.feed_failures
    first = max((FIRST_PAUSES.get(kind, timedelta()) for kind in kinds), default=timedelta())
    doublings = min(failures, 20)
    if not first:
        return min(LONGEST_BACK_OFF, interval * 2.0 ** (doublings - 1))
    by_kind = first * 2.0 ** (doublings - 2) if failures > 1 else timedelta()
    return min(LONGEST_BACK_OFF, max(by_kind, interval * 2.0**doublings))


@dataclass(frozen=True)
class _Calendar:
    """Measures silence: without holidays and, while no two weekends of the outlet are known, without these."""

    old: OutletState
    now: datetime
    zone: tzinfo
    is_holiday: Callable[[date], bool] | None

    @property
    def is_learning(self) -> bool:
        return self.old.first_visit_at is None or self.now - self.old.first_visit_at < LEARNING

    def measure(self, since: datetime, *, weekends_count: bool) -> timedelta:
        named = self.is_holiday or (lambda _: False)
        is_off = named if weekends_count else lambda day: is_weekend(day) or named(day)
        return measure_silence(since, self.now, self.zone, is_off)


def _after_visit(
    old: OutletState, reason: str, facts: RunFacts, now: datetime, interval: timedelta, calendar: _Calendar,
) -> OutletState:
    habits, has_new = learn_visit(old.habits, facts.counts, facts.looks), bool(facts.counts.get("entries_new"))
    seen_at = now if facts.feeds_ok else old.last_seen_at
    resume_at = facts.resume_at + AFTER_OTHERS if facts.resume_at else FOREVER
    due_at = max(min(now + interval, resume_at), facts.retry_at or now)
    if _waits_for_proof(old, facts):
        return replace(
            old, last_seen_at=seen_at, last_new_at=now if has_new else old.last_new_at, habits=habits,
            next_due_at=due_at)
    looked = old.last_seen_at is not None and now - old.last_seen_at <= max(LOOKED_LATELY, 3 * interval)
    if has_new and looked and old.last_new_at:
        gap = calendar.measure(old.last_new_at, weekends_count=True)
        habits = learn_gap(habits, gap, is_learning=calendar.is_learning)
    last_new_at = now if has_new else old.last_new_at
    since = last_new_at or old.first_visit_at or now
    silence = calendar.measure(since, weekends_count=not calendar.is_learning)
    state, why = find_good_state(silence, habits, facts.behind)
    return replace(
        old, state=state, state_reason=BETWEEN.join(filter(None, (why, reason))), failures=0, failing_since_at=None,
        state_since=old.state_since if _lasts(old, state) else now, last_seen_at=seen_at,
        last_new_at=last_new_at, next_due_at=due_at, habits=habits,
    )


def _waits_for_proof(old: OutletState, facts: RunFacts) -> bool:
    """Whether what could not be read last time, feeds or pages, was not asked for now: nothing is better yet."""
    if UNREADABLE in old.state_reason:
        return bool(old.failures) and not (facts.counts.get("fetched") or facts.page_failures)
    return bool(old.failures) and facts.pages_only


def _after_failure(
    old: OutletState, outcome: RunOutcome, reason: str, facts: RunFacts, now: datetime, interval: timedelta,
) -> OutletState:
    failures, failing_since_at = old.failures + 1, old.failing_since_at or now
    state = find_bad_state(
        old.state, outcome, failures=failures, failing_since_at=failing_since_at, now=now,
        rests=facts.retry_at is not None, was_read=old.last_seen_at is not None or facts.feeds_ok > 0)
    # A state that was left as it is keeps its beginning; a trouble began with the first visit that failed.
    begun_at = now if old.state in TROUBLES else failing_since_at
    due = now + find_pause(facts, failures, interval)
    if facts.resume_at and outcome != "blocked":  # another feed, or a page, has the next turn of a slow host
        due = min(due, facts.resume_at + AFTER_OTHERS)
    is_told = state in TROUBLES or state == "unproven"
    return replace(
        old, state=state, state_reason=reason if is_told else say_reason("failed_once", why=reason), failures=failures,
        failing_since_at=failing_since_at, state_since=old.state_since if _lasts(old, state) else begun_at,
        last_new_at=now if facts.counts.get("entries_new") else old.last_new_at,
        next_due_at=max(due, facts.retry_at or due),
    )


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
