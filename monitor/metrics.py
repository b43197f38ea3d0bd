"""The figures of the service as Prometheus reads them, counted from the store when asked; it serves no page."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from monitor.application import Application
from monitor.doctor import count_states, find_disk
from monitor.overdue import find_overdue
from monitor.recalling import find_hold
from monitor.visits import LOOKED_BACK, look_at_visits
from monitor.workers import look_at_workers
from storage.checkup import measure_size
from storage.errors import StoreError
from storage.values import DeliveryState, Outcome, RunOutcome, Totals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# What is counted over a period: long enough for every outlet's turn, short enough to show a bad day.
PERIOD = timedelta(hours=24)
OUTLET_STATES = ("unproven", "fine", "quiet", "silent", "blocked", "broken", "drifted", "resting")
VERDICTS = ("yes", "no", "unsure")
# Words for what has no outcome yet.
WAITING, UNDER_WAY = "waiting", "under_way"


def make_metrics(application: Application) -> str:
    """All figures in Prometheus' text format (CONTENT_TYPE); of a store that cannot be read only that it cannot."""
    registry = CollectorRegistry()
    registry.register(_Figures(application))
    return generate_latest(registry).decode()


class _Figures(Collector):
    def __init__(self, application: Application) -> None:
        self._application = application

    def collect(self) -> Iterable[Metric]:
        yield _one("disk_free_bytes", "Free where the data lie.", find_disk(self._application)[0])
        try:
            counted = list(self._count())
        except StoreError:
            yield _one("store_readable", "Whether the database answers.", 0)
            return
        yield _one("store_readable", "Whether the database answers.", 1)
        yield from counted

    def _count(self) -> Iterator[Metric]:
        application = self._application
        totals, now = application.store.totals.count(application.clock() - PERIOD), application.clock()
        yield _one("database_bytes", "Size of the database.", measure_size(application.store.database))
        if totals.last_wave_at is not None:
            age = (now - totals.last_wave_at).total_seconds()
            yield _one("last_wave_age_seconds", "Since the newest wave began.", age)
        yield from count_visits(application, has_begun=totals.last_wave_at is not None)
        yield from count_held(application)
        yield _by("outlets", "state", "Watched outlets.", OUTLET_STATES, count_states(application))
        yield from count_day(totals)
        yield from count_all(totals)


def count_visits(application: Application, *, has_begun: bool) -> Iterator[Metric]:
    """Whether visits come to their end; where workers make them, these and what waits for them."""
    visits = look_at_visits(application)
    if has_begun:
        age = application.clock() - visits.ended_at if visits.ended_at else LOOKED_BACK
        text = "Since a visit came to its end, 24 hours at most."
        yield _one("last_visit_age_seconds", text, min(age, LOOKED_BACK).total_seconds())
    yield _one("outlets_unending", "Watched outlets of which no visit came to its end in 24 hours.",
               len(visits.unending))
    workers = look_at_workers(application)
    if workers is not None:
        yield _one("workers", "Workers that gave a sign of life.", workers.workers)
        batches = {WAITING: workers.waiting, UNDER_WAY: workers.under_way}
        yield _by("queue_batches", "state", "Batches given out to workers.", (), batches)
        yield _one("queue_oldest_seconds", "Since the oldest batch that waits was given out.", workers.oldest_seconds)


def count_held(application: Application) -> Iterator[Metric]:
    """Whether digests come to be at all."""
    yield _one("digests_held", "1 while no digest is composed until a person says that it may be.",
               find_hold(application) is not None)
    yield _one("digests_overdue", "Subscriptions whose digest has been due for an hour and is not composed.",
               len(find_overdue(application)))


def count_day(totals: Totals) -> Iterator[Metric]:
    """What came of the last PERIOD, by outcome; every outcome has its line, also where it did not occur."""
    runs = (*get_args(RunOutcome), UNDER_WAY)
    yield _by("runs_day", "outcome", "Runs that began in 24 hours.", runs, _named(totals.runs, UNDER_WAY))
    entries = (*get_args(Outcome), WAITING)
    yield _by("entries_day", "outcome", "Entries seen in 24 hours.", entries, _named(totals.entries, WAITING))
    yield _by("refusals_day", "reason", "Refused pages of entries seen in 24 hours.", (), totals.refusals)
    yield _by("articles_judged_day", "verdict", "Articles fetched in 24 hours.", VERDICTS, totals.verdicts)


def count_all(totals: Totals) -> Iterator[Metric]:
    """What is in the store."""
    yield _one("articles", "Articles in the store, revisions included.", totals.articles)
    yield _one("articles_unjudged", "Articles that wait for their verdict.", totals.unjudged)
    events = GaugeMetricFamily(_name("events"), "Events in the store.", labels=("verdict", "backlog"))
    for verdict in VERDICTS:
        for backlog in (False, True):
            events.add_metric((verdict, str(backlog).lower()), totals.events.get((verdict, backlog), 0))
    yield events
    yield _one("digests", "Digests composed.", totals.digests)
    yield _by("deliveries", "state", "Deliveries of digests.", get_args(DeliveryState), totals.deliveries)
    yield _one("unsubscribed", "Recipients who left a subscription.", totals.unsubscribed)
    yield _one("feeds_failing", "Feeds whose last visit gave nothing readable.", totals.failing_feeds)


def _by(name: str, label: str, help_text: str, words: Iterable[str], counts: Mapping[str, int]) -> Metric:
    """One line per word, 0 where it was not counted, and one per further word that was."""
    metric = GaugeMetricFamily(_name(name), help_text, labels=(label,))
    for word in dict.fromkeys((*words, *sorted(counts))):
        metric.add_metric((word,), counts.get(word, 0))
    return metric


def _one(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(_name(name), help_text, value=value)


def _named(counts: Mapping[str, int], nameless: str) -> dict[str, int]:
    return {word or nameless: count for word, count in counts.items()}


def _name(name: str) -> str:
    return f"twinwatch_{name}"
