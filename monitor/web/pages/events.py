"""Events: the list, filtered and paged by a cursor."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from monitor.web.desk import Desk, DeskHere
from monitor.web.filters import PAGE, VERDICTS, FilterHere, ListFilter, find_days, find_order, make_query
from monitor.web.kinds import ACTS, STAGES
from monitor.web.lines import EventLine, find_events, make_cursor
from monitor.web.place_field import PlaceHere, furnish_place, lead_on
from monitor.web.rendering import add_page, find_size

COLUMNS = (
    "id", "happened_on", "headline", "act", "stage", "verdict", "new_tie", "vn_keys", "kr_keys", "articles", "langs",
    "outlets", "title", "quote", "first_seen_at", "page",
)
LANGS = ("vi", "ko", "en", "pl", "zh", "ja", "ru", "fr", "de", "es", "cs")


@dataclass(frozen=True)
class Choice:
    """One entry of a choice: what the address says, and how it is named."""

    value: str
    name: str


@dataclass(frozen=True)
class EventsPage:
    """One page of events; `next` is the cursor of the following one, empty on the last."""

    filter: ListFilter
    rows: tuple[EventLine, ...]
    next: str


def show_events(desk: DeskHere, wanted: FilterHere, place: PlaceHere) -> EventsPage | Response:
    if way := lead_on(desk, place):
        return way
    if place.is_open:
        return EventsPage(wanted, (), "")
    size = find_size(desk, PAGE)
    found = find_events(desk, make_query(wanted, desk.application, size))
    shown, rest = found[:size], found[size:]
    return EventsPage(wanted, tuple(shown), make_cursor(shown[-1]) if rest else "")


def furnish(desk: Desk, page: EventsPage) -> dict[str, object]:
    """What the form offers, its days, and its field for a place."""
    wanted = page.filter
    say, langs = desk.words.say, dict.fromkeys((*LANGS, wanted.lang))
    place = furnish_place(desk, desk.store.event_pages.places())
    return {**place, "days": find_days(wanted.since, wanted.until), "choices": {
        "act": [Choice(act, capitalise(say(f"act.{act}"))) for act in ACTS],
        "stage": [Choice(stage, capitalise(say(f"stage.{stage}"))) for stage in STAGES],
        "language": [Choice(lang, desk.words.language_name(lang)) for lang in langs if lang],
        "outlet": _sort([Choice(one, desk.outlet(one)) for one in desk.application.watched]),
        "verdict": [Choice(verdict, capitalise(say(f"verdict.{verdict}"))) for verdict in VERDICTS],
    }}


def capitalise(name: str) -> str:
    """A name as it stands in a list of choices; the catalogues have it as it stands in a sentence."""
    return name[:1].upper() + name[1:]


def _sort(choices: list[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: find_order(choice.name))


router = APIRouter()
add_page(router, "/events", show_events, "events.html", COLUMNS, furnish)
