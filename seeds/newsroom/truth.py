"""The labels of the newsroom: which events its printed stories tell. It looks at labels only, never at texts."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from seeds.newsroom.desk import Desk
from seeds.newsroom.printing import EVENT_ZONE
from seeds.newsroom.values import Event, ExpectedEvent

UNREADABLE = frozenset({"missing", "empty", "wall", "disallowed"})


def find_expected(desks: Iterable[Desk]) -> list[ExpectedEvent]:
    """One row for each event with a page that can be read, in the order of the outlets; pages of faults are left out.

    `happened_on` is a Vietnamese day; `urls` hold the first address of each page.
    """
    desks = list(desks)
    urls: dict[Event, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    languages: dict[Event, set[str]] = defaultdict(set)
    for desk in desks:
        for printed in desk.printed:
            if printed.story.event and not printed.story.faults & UNREADABLE:
                urls[printed.story.event][desk.outlet.id].append(desk.root + printed.path)
                languages[printed.story.event].add(printed.story.lang)
    today = desks[0].now.astimezone(EVENT_ZONE).date() if desks else None
    return [
        ExpectedEvent(
            id=event.id, act=event.act, stage=event.stage, pairs=event.pairs, told=event.told,
            happened_on=today - timedelta(days=event.days_ago),
            urls={outlet_id: tuple(found) for outlet_id, found in by_outlet.items()},
            languages=tuple(sorted(languages[event])),
        )
        for event, by_outlet in urls.items() if today
    ]
