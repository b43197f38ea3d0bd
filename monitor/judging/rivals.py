"""Describes signs that what a story tells is not these two units' doing: another country's paper, a row of partners,
a gathering of many, a meeting that never took place; it weighs nothing.
"""

import re
from collections.abc import Iterable, Sequence

from monitor.judging.reading import View
from monitor.judging.scopes import cue_span, span_of
from monitor.judging.units import Feature, Span

THIRD, UNMET, FORUM = "cue.third_country", "cue.unmet", "cue.forum"
PAPERS = ("act.agreement", "act.twinning")
# A unit named only beside so many words for third countries is one of a row of partners.
ROW = 2
# How many countries or cities take part in a gathering; of four and fewer it may be these two and their guests.
_MANY = re.compile(
    r"(?<!\d)(?:[5-9]|[1-9]\d|1\d\d)(?:여)?\s?(?:개국|개 ?도시|개 ?나라|여 ?개국|quốc gia|nước|thành phố|đô thị|cảng|"
    r"countries|nations|cities|ports)|(?:다섯|여섯|일곱|여덟|아홉|열|열두|스무) (?:나라|도시)"
)


def describe_rivals(vn: Iterable[int], kr: Iterable[int], views: Sequence[View]) -> dict[str, Feature]:
    """What speaks for another happening; `vn` and `kr` are the numbers of the sentences that name the two units."""
    named = [[views[n] for n in sorted(numbers)] for numbers in (vn, kr)]
    items = {view.sentence.segment.item for side in named for view in side if not view.is_title}
    told = [view for view in views if not view.is_title and view.sentence.segment.item in items]
    rows = [_find_row(side) for side in named]
    return {
        "pact_elsewhere": _find_pact_elsewhere(told),
        "partner_row": Feature(float(any(rows)), next((row for row in rows if row), None)),
        "gathering": _find_gathering(told),
        "unmet": _flag([view for view in told if view.has(UNMET)]),
    }


def _find_pact_elsewhere(told: Sequence[View]) -> Feature:
    """The share of the papers in the news that are made with a third country, naming no place of one of the two."""
    papers = [
        view for view in told
        if view.is_front and not view.past and view.has("stage.signed") and any(view.has(act) for act in PAPERS)
    ]
    away = [view for view in papers if view.has(THIRD) and len({key[:2] for key in view.actors}) < 2]
    return Feature(len(away) / len(papers), cue_span(away[0], THIRD)) if away else Feature(0.0)


def _find_gathering(told: Sequence[View]) -> Feature:
    """A forum in the news, where a sentence counts the countries or cities that take part."""
    front = [view for view in told if view.is_front]
    if not any(view.has(FORUM) for view in front):
        return Feature(0.0)
    counted = [view for view in front if _MANY.search(view.text)]
    return Feature(1.0, span_of(counted[0])) if counted else Feature(0.0)


def _find_row(named: Sequence[View]) -> Span | None:
    """The first sentence that names a unit, where each that does names it in a row of partners."""
    fresh = [view for view in named if not view.past and not view.is_title]
    if not fresh or any(view.is_title for view in named):
        return None
    rows = [sum(cue.group == THIRD for cue in view.cues) >= ROW for view in fresh]
    return span_of(fresh[0]) if all(rows) else None


def _flag(views: Sequence[View]) -> Feature:
    return Feature(1.0, cue_span(views[0], UNMET)) if views else Feature(0.0)
