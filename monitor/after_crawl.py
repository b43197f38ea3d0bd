"""What follows a crawl, named by the crawler's settings: assess what was saved and print the events that are new."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console

from monitor.announce import describe_events, describe_unread
from monitor.application import Application
from monitor.assess import assess
from monitor.visits import READ
from storage.clock import utc_now
from storage.store import Store
from storage.values import RunRow

# Scrapy loads this module before it crawls, `ingest` after it has saved: a wave that is younger is the one to tell of.
LOADED_AT = utc_now()
# A wave has one run per outlet; no catalogue is larger.
MOST_RUNS = 10_000


def assess_and_print() -> None:
    """Assesses whatever is in the queue and prints the new events on standard output, the rest on standard error."""
    application = Application(at_work_since=LOADED_AT)
    with Console(stderr=True).status("Judging") as status:
        assessment = assess(application, lambda judged: status.update(f"Judging: {judged} articles"))
    for trouble in assessment.stuck:
        print(trouble, file=sys.stderr)
    unread = find_unread(application.store, LOADED_AT)
    if unread:
        print(describe_unread(unread), file=sys.stderr, flush=True)
    if assessment.busy:
        print("Another process is judging; `twinwatch events` shows what it finds.", file=sys.stderr)
        return
    if unread and not assessment.new_events:
        return
    events = [application.store.events.get(event_id) for event_id in assessment.new_events]
    for line in describe_events([event for event in events if event is not None], application.gazetteer):
        print(line, flush=True)


def find_unread(store: Store, since_at: datetime) -> Counter[str]:
    """Why the newest wave, if it began at `since_at` or later, could read no outlet: reasons with their outlets' count.

    Empty where it read one, and where there was no such wave.
    """
    runs = _find_wave(store.runs.find(MOST_RUNS), since_at)
    return Counter() if any(run.outcome in READ for run in runs) else Counter(run.reason or run.outcome for run in runs)


def _find_wave(runs: Sequence[RunRow], since_at: datetime) -> list[RunRow]:
    return [run for run in runs if run.wave_id == runs[0].wave_id and run.started_at >= since_at]
