"""Which other events a reader may merge an event with: those of the same two provinces, by words and page by page."""

from dataclasses import dataclass

from monitor.web.desk import Desk
from monitor.web.filters import LONGEST_WORDS
from monitor.web.lines import EventLine, find_events, make_cursor
from monitor.web.searching import find_words
from storage.values import EventQuery

PAGE = 20


@dataclass(frozen=True)
class Mergeable:
    """One page of them, newest day first; `next` is the cursor of the following one. `is_asked` where they were looked
    for at all."""

    words: str = ""
    rows: tuple[EventLine, ...] = ()
    next: str = ""
    is_asked: bool = False


def find_mergeable(desk: Desk, event: EventLine) -> Mergeable:
    """What the address asks for (`others`, `before`): sure and unsure events, never the event itself."""
    given = desk.request.query_params
    if "others" not in given or not event.pairs:
        return Mergeable()
    application, before, words = desk.application, given.get("before", ""), given["others"][:LONGEST_WORDS]
    main, province = event.pairs[0], application.gazetteer.province
    query = EventQuery(
        block=f"{province(main.vn_key)}|{province(main.kr_key)}", words=find_words(words, application), verdict="",
        before=tuple(before.split("~", 1)) if "~" in before else None,  # type: ignore[arg-type]
        limit=PAGE + 1,
    )
    found = find_events(desk, query)
    shown = tuple(found[:PAGE])
    return Mergeable(
        words, tuple(one for one in shown if one.id != event.id), make_cursor(shown[-1]) if found[PAGE:] else "", True)
