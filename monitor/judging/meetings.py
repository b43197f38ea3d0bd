"""Describes the place of a story where two units come nearest to each other; it weighs nothing.

A report that sets a scene first names the two far down and sentences apart: what counts then is who acts there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from monitor.judging.reading import View
from monitor.judging.scopes import TITLE_GROUPS, actor_span, find_actors, is_acting, share_others, span_of
from monitor.judging.units import Feature

# So many sentences between the two, and they do not meet.
FAR = 8
# The meeting is told from the one to the other, in the sentence in front and in so many behind.
BEFORE, BEHIND = 1, 2
# So many words for local bodies there are all that is asked for.
BODIES = 4


def describe_meeting(vn: Sequence[int], kr: Sequence[int], views: Sequence[View]) -> dict[str, Feature]:
    """Who acts and what is done where the two meet; nothing where they never do.

    `vn` and `kr` are the numbers of the sentences that name the one and the other.
    """
    meeting = _find_meeting(vn, kr, views)
    if meeting is None:
        return {}
    first, last = meeting
    around = [
        view for view in views[max(0, first - BEFORE):last + BEHIND + 1]
        if not view.is_title and _item(view) == _item(views[first]) and not view.past
    ]
    others, bodies = find_actors(around)
    acting = [view for view in around if is_acting(view)]
    titled = {group: [view for view in around if view.has(group)] for group in TITLE_GROUPS.values()}
    return {
        "met_bodies": Feature(min(1.0, len(bodies) / BODIES), actor_span(bodies)),
        "met_others": share_others(others, bodies),
        "met_acts": Feature(len(acting) / len(around) if around else 0.0, span_of(acting[0]) if acting else None),
        "met_titles": Feature(1.0, span_of(titled[TITLE_GROUPS["vn"]][0])) if all(titled.values()) else Feature(0.0),
    }


def _find_meeting(vn: Sequence[int], kr: Sequence[int], views: Sequence[View]) -> tuple[int, int] | None:
    """The numbers of the two nearest sentences of one item, the first one first; of several the earliest fresh ones."""
    def order(number: int) -> int:
        return views[number].sentence.order

    # In their order, so that of a long text each is held against those near it alone.
    others = sorted((number for number in kr if not views[number].is_title), key=order)
    orders = list(map(order, others))
    found = sorted(
        (abs(order(one) - order(other)), min(one, other), max(one, other))
        for one in vn if not views[one].is_title
        for other in others[bisect_left(orders, order(one) - FAR):bisect_right(orders, order(one) + FAR)]
        if _item(views[one]) == _item(views[other])
    )
    nearest = [row[1:] for row in found if row[0] == found[0][0]]
    return next((row for row in nearest if not any(views[n].past for n in row)), nearest[0] if nearest else None)


def _item(view: View) -> int:
    return view.sentence.segment.item
