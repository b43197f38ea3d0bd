"""Map: both countries side by side with the busiest ties as arcs, and the same ties as a table."""

from dataclasses import dataclass

from fastapi import APIRouter

from monitor.web.desk import Desk, DeskHere
from monitor.web.mapping import HEIGHT, WIDTH, Link, draw_arcs, draw_dots, draw_outline
from monitor.web.pages.events import Choice, capitalise, list_places
from monitor.web.pages.ties import COLUMNS, TieLine, find_lines
from monitor.web.rendering import add_page
from seeds.places import TIE_KINDS

# More arcs than these are a ball of wool, and as many stops of the Tab key.
MOST = 40


@dataclass(frozen=True)
class MapPage:
    """The busiest ties of a place or a kind; `all` counts those that were looked at."""

    rows: tuple[TieLine, ...]
    all: int
    place: str
    kind: str


def show_map(desk: DeskHere, place: str = "", kind: str = "") -> MapPage:
    lines = find_lines(desk, place, kind)
    # Of those that are equally busy the latest, and those with a day before those without one.
    lines.sort(key=lambda line: (line.events, line.last_event_on or "", line.since or ""), reverse=True)
    return MapPage(tuple(lines[:MOST]), len(lines), place, kind)


def furnish(desk: Desk, page: MapPage) -> dict[str, object]:
    """The drawing, and what the form offers."""
    gazetteer = desk.application.gazetteer
    links = [Link(row.vn_key, row.kr_key, row.events) for row in page.rows]
    return {
        "width": WIDTH, "height": HEIGHT, "outlines": {one: draw_outline(one) for one in ("VN", "KR")},
        "arcs": draw_arcs(links, gazetteer), "dots": draw_dots(links, gazetteer),
        "lines": {(row.vn_key, row.kr_key): row for row in page.rows},
        "choices": {
            "place_vn": list_places(desk, "VN", page.place), "place_kr": list_places(desk, "KR", page.place),
            "kind": [Choice(kind, capitalise(desk.words.say(f"kind.{kind}"))) for kind in TIE_KINDS],
        },
    }


router = APIRouter()
add_page(router, "/map", show_map, "map.html", COLUMNS, furnish)
