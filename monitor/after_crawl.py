"""What follows a crawl, named by the crawler's settings: assess what was saved and print the events that are new."""

import sys

from monitor.announce import describe_events
from monitor.application import Application
from monitor.assess import assess


def assess_and_print() -> None:
    """Assesses whatever is in the queue and prints one line per new event on standard output."""
    application = Application()
    assessment = assess(application)
    if assessment.busy:
        print("Another process is assessing; `twinwatch events` shows what it finds.", file=sys.stderr)
        return
    events = [application.store.events.get(event_id) for event_id in assessment.new_events]
    for line in describe_events([event for event in events if event is not None], application.gazetteer):
        print(line, flush=True)
