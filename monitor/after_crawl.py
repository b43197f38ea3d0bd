"""What follows a crawl, named by the crawler's settings: assess what was saved and print the events that are new."""

import sys

from rich.console import Console

from monitor.announce import describe_events
from monitor.application import Application
from monitor.assess import assess


def assess_and_print() -> None:
    """Assesses whatever is in the queue and prints the new events on standard output, the rest on standard error."""
    application = Application()
    with Console(stderr=True).status("Judging") as status:
        assessment = assess(application, lambda judged: status.update(f"Judging: {judged} articles"))
    for trouble in assessment.stuck:
        print(trouble, file=sys.stderr)
    if assessment.busy:
        print("Another process is judging; `twinwatch events` shows what it finds.", file=sys.stderr)
        return
    events = [application.store.events.get(event_id) for event_id in assessment.new_events]
    for line in describe_events([event for event in events if event is not None], application.gazetteer):
        print(line, flush=True)
