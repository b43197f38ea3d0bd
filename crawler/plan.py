"""Decides which outlets a wave visits, from what was asked for, the settings and what is due; checks it loudly."""

import difflib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.feed_plans import NO_DELAYS, NO_REST, FeedFacts, find_outlet_due, needs_learning, plan_feed
from crawler.identity import make_host
from crawler.leases import Pace
from crawler.rhythm import (
    HOUR,
    LONGEST_WAIT,
    RECENT,
    REQUESTS_A_DAY,
    SHORTEST_WAIT,
    WINDOW,
    Bounds,
    find_published,
)
from seeds.catalogue import Catalogue, load_catalogue
from seeds.errors import InputError
from seeds.outlet import Outlet
from seeds.sections import CrawlSettings
from seeds.settings import Settings, load_settings
from storage.clock import FAR_AHEAD, utc_now
from storage.store import Store, open_store
from storage.values import FeedPlan, FeedState

MOST_ENTRIES = 600  # the newest: some weeks of a daily paper, and a few milliseconds to read


@dataclass
class Plan:
    """Everything that a wave begins with: settings, an open store, the outlets to visit and the time for it.

    With `only_due` feeds whose time has not come are left out. `catalogue` and `watched` (ids) are for query feeds;
    without a catalogue these are not asked.
    """

    settings: Settings
    store: Store
    outlets: list[Outlet]
    seconds: float
    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    only_due: bool = False
    catalogue: Catalogue | None = None
    watched: Collection[str] = ()

    def plan_feeds(
        self, outlet: Outlet, asked: Sequence[FeedFacts], states: Mapping[str, FeedState], now: datetime,
        delays: Mapping[str, timedelta] = NO_DELAYS, *, pages_wait: bool = False,
    ) -> tuple[timedelta, list[FeedPlan]]:
        """How long to wait after a visit that `asked` for some of the outlet's feeds, and when each of these is due.

        Only what was read has a rhythm; where nothing can be, the usual interval holds and more. It asks the store.
        `delays` are those of hosts that want long ones: every feed of theirs has its turn, and every other turn is
        for the pages that wait.
        """
        bounds = self.bounds.get(outlet.id) or Bounds(find_usual(outlet, self.settings.crawl))
        is_learning = any(not one.reason and needs_learning(states.get(one.url), outlet, now) for one in asked)
        since = now - (WINDOW if is_learning else RECENT)
        published: dict[str, Sequence[datetime]] = {}
        if any(not one.reason for one in asked):
            for url, shown in self.store.entries.published_since(outlet.id, since, MOST_ENTRIES).items():
                published[url] = sorted(find_published(shown, outlet.zone))
        rests = _find_rests(outlet, delays, pages_wait)
        plans = [
            plan_feed(one, states.get(one.url), outlet, bounds, now, published, rests.get(make_host(one.url), NO_REST))
            for one in asked]
        failed = frozenset(one.url for one in asked if one.reason)
        due_at = find_outlet_due(outlet.feeds, states, plans, failed, now, delays)
        return (max(bounds.shortest, due_at - now) if due_at else bounds.usual), plans


def _find_rests(outlet: Outlet, delays: Mapping[str, timedelta], pages_wait: bool) -> dict[str, timedelta]:
    """Between two visits of a feed, by host: every feed of it has one turn, and so have the pages after each."""
    if not delays:
        return {}
    turns = Counter(make_host(feed.url) for feed in outlet.feeds)
    each = 2 if pages_wait else 1
    return {host: min(delay * turns[host] * each, FAR_AHEAD - HOUR) for host, delay in delays.items()}


def make_plan(outlets: str = "", due: str = "") -> Plan:
    """The plan for `-a outlets=a,b` and `-a due=1`, both optional.

    Raises TwinwatchError (a wrong setting, seed file or outlet id, no contact) or StoreError, each in one line.
    """
    settings = load_settings()
    check_contact(settings)
    catalogue = load_catalogue(settings.seeds_dir)
    asked = split_ids(outlets)
    chosen = watched = choose_outlets(catalogue.outlets, asked, settings.crawl.outlets)
    store = open_store(settings.database_address)
    store.outlets.register([outlet.id for outlet in chosen])
    seconds: float = settings.crawl.wave_seconds
    if is_yes(due):
        seconds = find_wave_seconds(settings.crawl, chosen)
        ids = store.outlets.find_due([outlet.id for outlet in chosen], utc_now())
        chosen = [catalogue.outlets[outlet_id] for outlet_id in ids]
    own = choose_outlets(catalogue.outlets, (), settings.crawl.outlets)
    return Plan(
        settings, store, chosen, seconds, make_bounds(watched, settings.crawl), is_yes(due),
        catalogue if is_yes(due) or not asked else None, frozenset(outlet.id for outlet in own))


def make_bounds(watched: Sequence[Outlet], crawl: CrawlSettings) -> dict[str, Bounds]:
    """The bounds of every outlet's rhythm by id, `watched` being all that the service visits.

    The turns are spread so that whatever the hour one outlet is asked in every usual interval: a longer pause of all
    of them means, to a digest, that nothing ran. An outlet's own `interval_minutes` is the longest wait for it.
    """
    requests = Counter(make_host(feed.url) for outlet in watched for feed in outlet.feeds)
    found = {}
    for number, outlet in enumerate(watched):
        usual = find_usual(outlet, crawl)
        period = min(LONGEST_WAIT, timedelta(minutes=crawl.interval_minutes) * len(watched))
        asked = max((requests[make_host(feed.url)] for feed in outlet.feeds), default=1)
        found[outlet.id] = Bounds(
            usual, min(SHORTEST_WAIT, usual), usual if outlet.interval_minutes else LONGEST_WAIT,
            max(1, REQUESTS_A_DAY // asked), period, period * number / len(watched))
    return found


def find_usual(outlet: Outlet, crawl: CrawlSettings) -> timedelta:
    """The interval of an outlet whose rhythm is not known."""
    return timedelta(minutes=outlet.interval_minutes or crawl.interval_minutes)


def make_pace(crawl: CrawlSettings, outlets: Sequence[Outlet] = ()) -> Pace:
    """How the hosts of `outlets`, and any others, are asked."""
    zones = {host: outlet.zone for outlet in outlets for host in find_hosts(outlet)}
    return Pace(crawl.delay_seconds, crawl.timeout_seconds, crawl.requests_per_host, zones)


def find_hosts(outlet: Outlet) -> set[str]:
    """The hosts of an outlet's feeds and articles, with their ports."""
    return {*outlet.hosts, *(make_host(feed.url) for feed in outlet.feeds)}


def find_wave_seconds(crawl: CrawlSettings, watched: Sequence[Outlet]) -> float:
    """The time of a wave over what is due: `wave_seconds`, but at most half of the shortest interval of `watched`.

    One wave runs at a time, so a slow host in it would hold up the next visits of all others; half an interval
    leaves the other half for what comes between two waves.
    """
    shortest = min((outlet.interval_minutes or crawl.interval_minutes for outlet in watched), default=None)
    return min(crawl.wave_seconds, shortest * 60 / 2) if shortest else crawl.wave_seconds


def check_contact(settings: Settings) -> None:
    """Raises InputError where nothing at all may be fetched."""
    if not settings.may_crawl:
        raise InputError(
            "nothing is crawled without a contact", where="crawl.contact",
            advice="set it to an address or page where the crawler's owner can be reached, in twinwatch.toml or as "
                   "TWINWATCH_CRAWL__CONTACT")


def choose_outlets(catalogue: Mapping[str, Outlet], asked: Sequence[str], usual: Sequence[str]) -> list[Outlet]:
    """The outlets asked for, else the usual ones of the settings, else all. Raises InputError for an unknown id."""
    ids = list(dict.fromkeys(asked or usual))
    where = "outlets" if asked else "crawl.outlets"
    for outlet_id in ids:
        if outlet_id not in catalogue:
            near = difflib.get_close_matches(outlet_id, catalogue, 1)
            advice = f"did you mean {near[0]!r}?" if near else "`twinwatch outlets` lists them"
            raise InputError(f"no outlet {outlet_id!r}", where=where, advice=advice)
    return [catalogue[outlet_id] for outlet_id in ids] if ids else list(catalogue.values())


def split_ids(text: str) -> list[str]:
    """The ids of a comma-separated list."""
    return [part.strip() for part in text.split(",") if part.strip()]


def is_yes(text: str) -> bool:
    """Whether a spider argument says yes. Raises InputError for what is neither yes nor no."""
    if text.lower() in ("", "0", "no", "false"):
        return False
    if text.lower() in ("1", "yes", "true"):
        return True
    raise InputError(f"{text!r} is neither 1 nor 0", where="due")
