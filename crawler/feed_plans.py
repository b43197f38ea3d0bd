"""Decides which feeds of an outlet are asked now and when each is asked next, by its own past; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from crawler.health import FIRST_PAUSES
from crawler.identity import make_host
from crawler.rhythm import DAY, SHORTEST_PAST, Asked, Bounds, Rhythm, learn_rhythm, plan_visit
from seeds.outlet import Feed, Outlet
from storage.clock import FAR_AHEAD
from storage.values import FeedPlan, FeedState

SLACK = timedelta(minutes=5)  # what is due so soon goes along: each wave of its own costs a start-up
LONGEST_PAUSE = timedelta(days=7)  # of a dead feed whose siblings are read; an outlet that is dead is asked daily
DIGITS = 4
REST = "rest"  # in a feed's rhythm: seconds between two visits, where its host wants more than a wave can wait
NO_REST, NO_DELAYS = timedelta(), MappingProxyType[str, timedelta]({})


@dataclass(frozen=True)
class FeedFacts:
    """What one visit of a feed met: why it was not read (empty where it was), entries shown and new, a named pause."""

    url: str
    reason: str = ""
    shown: int = 0
    new: int = 0
    retry_at: datetime | None = None


def choose_feeds(
    feeds: Sequence[Feed], states: Mapping[str, FeedState], now: datetime, *, pages_wait: bool = False,
) -> list[Feed]:
    """Those of `feeds` whose time has come, in their order; none where the turn is a page's, else at least one.

    What fails alone says nothing of its outlet: with it goes the next one that was read last time. Patient feeds are
    not asked before their time, but where all of them fail and no page waits.
    """
    due_at = {feed.url: _due_at(states.get(feed.url), now) for feed in feeds}
    patient = {feed.url for feed in feeds if is_patient(states.get(feed.url))}
    working = [feed for feed in feeds if is_working(states.get(feed.url))]
    chosen = {feed.url for feed in feeds if due_at[feed.url] <= now + SLACK}
    if not chosen and patient and (pages_wait or any(feed.url in patient for feed in working)):
        return []
    if not any(feed.url in chosen for feed in working):
        hasty = [feed for feed in working if feed.url not in patient]
        chosen |= {feed.url for feed in sorted(hasty, key=lambda feed: due_at[feed.url])[:1]}
    if not chosen:
        chosen = {feed.url for feed in sorted(feeds, key=lambda feed: due_at[feed.url])[:1]}
    return [feed for feed in feeds if feed.url in chosen]


def is_patient(state: FeedState | None) -> bool:
    """Whether a feed is of a host that wants such long pauses that feeds and pages are asked in turn."""
    return state is not None and bool(state.rhythm.get(REST))


def is_working(state: FeedState | None) -> bool:
    """Whether a feed was read when it was asked for last."""
    return state is not None and state.last_ok_at is not None and not state.failures


def is_early(state: FeedState | None, now: datetime) -> bool:
    """Whether the time of a patient feed has not come."""
    return is_patient(state) and _due_at(state, now) > now + SLACK


def needs_learning(state: FeedState | None, outlet: Outlet, now: datetime) -> bool:
    """Whether a feed's rhythm is of another day: it changes slowly, and learning it is most of what a visit costs."""
    return state is None or state.rhythm.get("day") != _find_day(outlet, now)


def plan_feed(
    facts: FeedFacts, state: FeedState | None, outlet: Outlet, bounds: Bounds, now: datetime,
    published: Mapping[str, Sequence[datetime]], rest: timedelta = NO_REST,
) -> FeedPlan:
    """When to ask a feed next, after the visit of `facts`; `state` is that of before it, `rest` what its host wants.

    `published` are the instants of publication by feed, in order: of the last weeks where `needs_learning` says so,
    else of the last days.
    """
    state = state or FeedState(outlet.id, facts.url)
    day, zone = _find_day(outlet, now), ZoneInfo(outlet.zone)
    rested_at = max(now + rest, facts.retry_at or now)
    asked = state.asked if state.asked_on == day else 0
    if facts.reason:
        due_at = now + find_feed_pause(facts.reason, state.failures + 1, bounds.usual)
        return FeedPlan(facts.url, max(due_at, rested_at), day, asked + 1, _note_rest(state.rhythm, rest))
    kept = state.rhythm
    if needs_learning(state, outlet, now):
        kept = pack_rhythm(_learn(facts.url, state, outlet, now, published), day)
    midnight = datetime.combine(now.astimezone(zone).date() + DAY, time(), zone).astimezone(now.tzinfo)
    due_at = plan_visit(
        unpack_rhythm(kept, outlet.zone, now), published.get(facts.url, ()), Asked(state.last_at, asked, midnight), now,
        bounds, share_new=facts.new / facts.shown if facts.shown else 0.0)
    return FeedPlan(facts.url, max(due_at, rested_at), day, asked + 1, _note_rest(kept, rest))


def find_feed_pause(reason: str, failures: int, usual: timedelta) -> timedelta:
    """How long a feed is left alone after failing `failures` times in a row: ever longer, up to a week, never for good.

    The first time only twice the usual interval, to see whether it lasts; from then on by the kind of failure.
    """
    doublings = min(failures, 20)
    by_kind = FIRST_PAUSES.get(reason, timedelta()) * 2.0 ** (doublings - 2) if failures > 1 else timedelta()
    return min(LONGEST_PAUSE, max(by_kind, usual * 2.0**doublings))


def find_outlet_due(
    feeds: Iterable[Feed], states: Mapping[str, FeedState], plans: Sequence[FeedPlan], failed: frozenset[str],
    now: datetime, delays: Mapping[str, timedelta] = NO_DELAYS,
) -> datetime | None:
    """When the first feed of an outlet that can be read is due; None where none can.

    `failed` are the addresses that failed just now; planned feeds need not be declared. `delays` are the long ones
    of hosts, which were asked for something just now.
    """
    due_at = {plan.url: plan.next_due_at for plan in plans if plan.url not in failed}
    for feed in feeds:
        state = states.get(feed.url)
        if feed.url not in due_at and feed.url not in failed and is_working(state):
            rested_at = now + delays.get(make_host(feed.url), NO_REST) if delays else now
            due_at[feed.url] = max(rested_at, _due_at(state, now))
    return min(due_at.values(), default=None)


def pack_rhythm(rhythm: Rhythm | None, day: str) -> dict[str, Any]:
    """A rhythm as the store keeps it, learnt on `day`: with the days of rest near it only."""
    if rhythm is None:
        return {"day": day}
    today = datetime.fromisoformat(day).toordinal()
    return {
        "day": day, "quarters": [round(rate, DIGITS) for rate in rhythm.quarters],
        "days": [round(factor, DIGITS) for factor in rhythm.days], "holiday": round(rhythm.holiday, DIGITS),
        "rest_days": sorted(ordinal for ordinal in rhythm.rest_days if abs(ordinal - today) <= SHORTEST_PAST.days + 2)}


def unpack_rhythm(kept: Mapping[str, Any], zone: str, now: datetime) -> Rhythm | None:
    """The rhythm that was packed; None where there was none."""
    if "quarters" not in kept:
        return None
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return Rhythm(
        tuple(kept["quarters"]), tuple(kept["days"]), kept["holiday"], frozenset(kept["rest_days"]), offset)


def _learn(
    url: str, state: FeedState, outlet: Outlet, now: datetime, published: Mapping[str, Sequence[datetime]],
) -> Rhythm | None:
    """A feed's own rhythm; where it shows too little of its own, its share of the rhythm of all feeds together.

    A feed that repeats its siblings brings next to nothing of its own, and is asked accordingly.
    """
    own = published.get(url, ())
    if rhythm := learn_rhythm(own, now, outlet.zone, outlet.country):
        return rhythm
    everything = [at for found in published.values() for at in found]
    whole = learn_rhythm(everything, now, outlet.zone, outlet.country)
    if whole is None or state.proven_at is None or now - state.proven_at < SHORTEST_PAST:
        return None
    share = (len(own) + 1) / (len(everything) + 1)
    return replace(whole, quarters=tuple(rate * share for rate in whole.quarters))


def _note_rest(rhythm: Mapping[str, Any], rest: timedelta) -> dict[str, Any]:
    kept = {name: value for name, value in rhythm.items() if name != REST}
    return {**kept, REST: round(rest.total_seconds())} if rest else kept


def _due_at(state: FeedState | None, now: datetime) -> datetime:
    at = state.next_due_at if state else None
    return at if at is not None and at <= now + FAR_AHEAD else now


def _find_day(outlet: Outlet, now: datetime) -> str:
    return now.astimezone(ZoneInfo(outlet.zone)).date().isoformat()
