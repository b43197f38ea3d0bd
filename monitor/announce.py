"""New events in plain lines, for people who have just crawled."""

from collections.abc import Sequence

from seeds.gazetteer import Gazetteer
from storage.values import EventView


def describe_events(events: Sequence[EventView], gazetteer: Gazetteer) -> list[str]:
    """A head line with the count, then two lines per event: what it is, and where it is read."""
    sure = [event for event in events if event.verdict == "yes"]
    unsure = len(events) - len(sure)
    doubt = f" (and {unsure} unsure: `twinwatch events --unsure`)" if unsure else ""
    if not sure:
        return [f"No new events{doubt}."]
    head = f"{len(sure)} new event{'s' if len(sure) > 1 else ''}{doubt}:"
    return [head, *(line for event in sure for line in _describe(event, gazetteer))]


def _describe(event: EventView, gazetteer: Gazetteer) -> list[str]:
    pairs = "; ".join(f"{gazetteer.name(vn)} - {gazetteer.name(kr)}" for vn, kr in event.pairs)
    marks = [mark for mark, is_set in (("new tie", event.new_tie), ("backlog", event.backlog)) if is_set]
    what = ", ".join([f"{event.act.replace('_', ' ')}, {event.stage.replace('_', ' ')}", *marks])
    first, count = event.articles[0], len(event.articles)
    more = f" and {count - 1} more" if count > 1 else ""
    return [
        f"  {event.happened_on or 'day unknown'}  {pairs}  {what}  [{event.id}]",
        f"      {first.title} ({first.outlet_id}, {first.lang}){more}",
    ]
