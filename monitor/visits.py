"""Finds out whether outlets are visited, by the runs that came to their end and not by the waves that began."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.application import Application
from monitor.workers import look_at_workers
from seeds.reasons import say_reason

# Without an end of a run although outlets are due; a wave that may last longer is waited for.
IDLE = timedelta(hours=1)
# An outlet that is well has a turn at least as often (`crawler/rhythm.py`), or at its interval where that is longer.
LONGEST_REST = timedelta(hours=6)
# How a visit ends that read a list of its outlet.
READ = ("fine", "nothing_new")
# How one ends that was stopped from outside; where the network was down it is "stopped" too, for another reason.
STOPPED = ("stopped", say_reason("stopped"))
# Every outlet has its turn within it, those in trouble too.
LOOKED_BACK = timedelta(days=1)
# So many runs of an outlet without an end are no accident.
RUNS = 3


@dataclass(frozen=True)
class Visits:
    """When a visit came to its end last, None where none did within LOOKED_BACK; outlets whose visits never do."""

    ended_at: datetime | None
    unending: tuple[str, ...]


def look_at_visits(application: Application) -> Visits:
    """What became of the watched outlets' runs of the last day."""
    now = application.clock()
    ends = application.store.runs.ends(now - LOOKED_BACK, now)
    mine = {outlet_id: ends[outlet_id] for outlet_id in application.watched if outlet_id in ends}
    unending = (outlet_id for outlet_id, end in mine.items() if end.ended_at is None and end.begun >= RUNS)
    return Visits(max((end.ended_at for end in ends.values() if end.ended_at), default=None), tuple(sorted(unending)))


def find_unread_day(application: Application) -> Counter[str]:
    """Why no visit of the last day read anything, reasons with their count; empty where one did, and without visits.

    Whoever found an outlet busy was no visitor, as another crawl was; nor was one that was told to stop.
    """
    now = application.clock()
    ended = application.store.runs.reasons(now - LOOKED_BACK, now)
    if any(outcome in READ for outcome, _ in ended):
        return Counter()
    why = Counter[str]()
    for (outcome, reason), count in ended.items():
        if outcome != "busy" and (outcome, reason) != STOPPED:
            why[reason or outcome] += count
    return why


def find_late_after(application: Application) -> timedelta:
    """How long the service may go without the end of a visit although outlets are due."""
    return max(IDLE, 2 * timedelta(seconds=application.settings.crawl.wave_seconds))


def is_idle(application: Application, ended_at: datetime | None, watching_since: datetime) -> bool:
    """Whether visits should have come to their end for long, and none has: since the first wave after the last end;
    where none began, since that end or `watching_since`.

    What is given to workers is due no more, whether they live or not. So batches that wait count as due, and an outlet
    that is well is due once it was left alone for LONGEST_REST, whatever its row says of the next minutes.
    """
    crawl, now, runs = application.settings.crawl, application.clock(), application.store.runs
    began_at = runs.first_wave_after(ended_at or now - LOOKED_BACK, now)
    idle = now - (began_at or max(filter(None, (ended_at, watching_since))))
    if not application.settings.may_crawl or idle <= find_late_after(application):
        return False
    outlets, wave = application.store.outlets, timedelta(seconds=crawl.wave_seconds)
    if outlets.find_due(application.watched, now):
        return True
    workers = look_at_workers(application)
    if workers is not None and workers.waiting + workers.under_way:
        return True
    if idle <= max(LONGEST_REST, 2 * timedelta(minutes=crawl.interval_minutes)) + 2 * wave:
        return False
    states = outlets.states()
    return any(states[i].failures == 0 for i in outlets.find_due(application.watched, now + 2 * wave))
