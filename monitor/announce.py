"""New events in plain lines, for people who have just crawled."""

from collections import Counter
from collections.abc import Sequence

from monitor.tables import make_text
from seeds.gazetteer import Gazetteer
from storage.values import EventView

# A first visit may bring hundreds of old events; news is always told in full.
BACKLOG_SHOWN = 10
REASONS_SHOWN = 5
MORE = "`twinwatch events` lists them"


def describe_events(events: Sequence[EventView], gazetteer: Gazetteer) -> list[str]:
    """A head line with the counts, then two lines per event: what it is, and where it is read; news before backlog."""
    sure = sorted((event for event in events if event.verdict == "yes"), key=lambda event: event.backlog)
    doubt = f" and {len(events) - len(sure)} unsure (`twinwatch events --unsure`)" if len(sure) < len(events) else ""
    news = sum(not event.backlog for event in sure)
    old = len(sure) - news
    backlog = f" and {old} from the backlog" if old else ""
    shown = sure[: news + BACKLOG_SHOWN]
    lines = [f"{news or 'No'} new event{'' if news == 1 else 's'}{backlog}{doubt}{':' if shown else '.'}"]
    lines += [line for event in shown for line in _describe(event, gazetteer)]
    return lines + ([f"  {len(sure) - len(shown)} more from the backlog: {MORE}"] if len(sure) > len(shown) else [])


def describe_unread(reasons: Counter[str]) -> str:
    """One line for a wave that could read nothing: how many outlets, and why."""
    count = reasons.total()
    whys = [f"{number} times: {why}" if number > 1 else why for why, number in reasons.most_common(REASONS_SHOWN)]
    more = [f"{len(reasons) - REASONS_SHOWN} other reasons"] if len(reasons) > REASONS_SHOWN else []
    asked = f"{count} outlet{'' if count == 1 else 's'} asked"
    return f"Nothing could be read ({asked}): {'; '.join(whys + more)}. `twinwatch outlets` shows each."


def _describe(event: EventView, gazetteer: Gazetteer) -> list[str]:
    pairs = "; ".join(f"{gazetteer.name(vn)} - {gazetteer.name(kr)}" for vn, kr in event.pairs)
    marks = [mark for mark, is_set in (("new tie", event.new_tie), ("backlog", event.backlog)) if is_set]
    what = ", ".join([event.act, event.stage, *marks]).replace("_", " ")
    first, count = event.articles[0], len(event.articles)
    more = f" and {count - 1} more" if count > 1 else ""
    return [
        f"  {event.happened_on or 'day unknown'}  {pairs}  {what}  [{event.id}]",
        f"      {make_text(first.title)} ({first.outlet_id}, {first.lang}){more}",
    ]
