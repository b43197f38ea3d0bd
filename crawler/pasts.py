"""Says what the crawls so far have made of an outlet: its state, what is due when, requests today; it asks nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.leases import Pace
from crawler.plan import find_hosts
from seeds.outlet import Outlet
from seeds.reasons import say_reason
from storage.store import Store
from storage.values import FeedState, FoundFeed, OutletState, RunRow

REFUSED = "refused:"
REFUSED_SINCE, MOST_RUNS = timedelta(days=7), 500  # of refusals that are counted: a visit every twenty minutes


@dataclass(frozen=True)
class Past:
    """What the store holds of one outlet. `feeds` are by address, `asked` the day and its requests by host.

    `refused` counts the pages of the last week by why they were refused; it is filled for few outlets only.
    """

    outlet: Outlet
    state: OutletState
    feeds: Mapping[str, FeedState]
    found: Sequence[FoundFeed]
    asked: Mapping[str, tuple[str, int]]
    refused: Mapping[str, int] = field(default_factory=dict)


def load_pasts(store: Store, outlets: Sequence[Outlet], now: datetime, *, in_full: bool) -> dict[str, Past]:
    """The past of each of `outlets` by id; those that were never visited are left out. `in_full` with refusals."""
    states, found = store.outlets.states(), store.found_feeds.all()
    return {
        outlet.id: Past(
            outlet, states[outlet.id], store.outlets.feed_states(outlet.id), found.get(outlet.id, ()),
            store.leases.count_asked([f"host:{host}" for host in find_hosts(outlet)]),
            _count_refused(store.runs.find(MOST_RUNS, outlet.id), now - REFUSED_SINCE) if in_full else {})
        for outlet in outlets if outlet.id in states and states[outlet.id].state_since
    }


def describe_past(past: Past, pace: Pace, now: datetime, *, in_full: bool) -> list[str]:
    """The past in lines for people, in the outlet's zone; only `in_full` each feed, refusals and requests of today."""
    state, zone = past.state, ZoneInfo(past.outlet.zone)
    since = f" since {_format(state.state_since, zone)}" if state.state_since else ""
    why = f": {state.state_reason}" if state.state_reason else ""
    paused = f"only when resumed: paused since {_format(state.paused_at, zone)}" if state.paused_at else ""
    due = paused or _say_due(state.next_due_at, now, zone)
    lines = [f"crawls so far: {state.state}{since}{why}", f"next visit {due}"]
    lines += [f"found by the crawls: {feed.kind} {feed.url}" for feed in past.found]
    if in_full:
        lines += [_describe_feed(feed, past.outlet, now) for feed in past.feeds.values()]
        lines += _describe_refusals(past.refused)
        lines += _describe_hosts(past, pace, now)
    return lines


def _describe_feed(feed: FeedState, outlet: Outlet, now: datetime) -> str:
    zone = ZoneInfo(outlet.zone)
    today = feed.asked if feed.asked_on == now.astimezone(zone).date().isoformat() else 0
    read = f"last read {_format(feed.last_ok_at, zone)}" if feed.last_ok_at else "never read"
    failed = "failed last time" if feed.failures == 1 else f"failed {feed.failures} times in a row"
    why = f", {failed}: {say_reason(feed.last_reason)}" if feed.failures else ""
    due = f", next visit {_say_due(feed.next_due_at, now, zone)}" if feed.next_due_at else ""
    return f"{feed.url}: asked {_times(today)} today, {read}{due}{why}"


def _count_refused(runs: Iterable[RunRow], since: datetime) -> Counter[str]:
    found: Counter[str] = Counter()
    for run in runs:
        if run.started_at >= since:
            found.update({name[len(REFUSED):]: n for name, n in run.counts.items() if name.startswith(REFUSED)})
    return found


def _describe_refusals(refused: Mapping[str, int]) -> list[str]:
    each = [f"{say_reason(why)} ({n})" for why, n in sorted(refused.items(), key=lambda one: (-one[1], one[0]))]
    return [f"pages refused in the last {REFUSED_SINCE.days} days: {', '.join(each)}"] if each else []


def _describe_hosts(past: Past, pace: Pace, now: datetime) -> list[str]:
    lines = []
    for name, (day, asked) in sorted(past.asked.items()):
        host = name.removeprefix("host:")
        today = asked if day == pace.find_day(host, now) else 0
        lines.append(f"{host}: {today} of {pace.requests_a_day} requests today")
    return lines


def _say_due(due_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    return "due now" if due_at is None or due_at <= now else f"due {_format(due_at, zone)}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _format(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %z}" if at else ""
