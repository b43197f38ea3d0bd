"""Ties in the API: the register, and one pair with its events."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Response

from monitor.register import find_register
from monitor.rows import event_json, tie_row
from monitor.web.api.answers import Cursor, Limit, answer, documented, make_page, read_two
from monitor.web.api.shapes import TieList, WholeTie
from monitor.web.desk import DeskHere
from monitor.web.filters import LONGEST_WORDS
from monitor.web.lines import make_cursor
from monitor.web.place_field import ask_place
from monitor.web.tie_filter import TieFilter, find_ties
from seeds.places import TIE_KINDS
from storage.values import EventQuery, TieRow

Kind = Literal[TIE_KINDS]  # type: ignore[valid-type]
Key = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,40}$")]


def list_ties(
    desk: DeskHere, place: Annotated[str, Query(max_length=80)] = "", kind: Kind | Literal[""] = "",
    q: Annotated[str, Query(max_length=LONGEST_WORDS, description="Words of its names or its kind.")] = "",
    cursor: Cursor = "", limit: Limit = 50,
) -> Response:
    """The register, by the keys of its pairs."""
    after, application = read_two(cursor) or ("", ""), desk.application
    ties = find_ties(application, TieFilter(ask_place(desk, place).key, kind, q))
    shown = sorted((tie for tie in ties if (tie.vn_key, tie.kr_key) > after), key=lambda tie: (tie.vn_key, tie.kr_key))
    found = [tie_row(tie, application.gazetteer) for tie in shown]
    return answer(desk.request, make_page(found, limit, lambda row: f"{row['vn_key']}~{row['kr_key']}", dict))


def get_tie(vn_key: Key, kr_key: Key, desk: DeskHere, cursor: Cursor = "", limit: Limit = 50) -> Response:
    """One pair: how it stands, and a page of its events."""
    query = EventQuery(pair=(vn_key, kr_key), before=read_two(cursor), limit=limit + 1)
    found = desk.store.event_pages.find(query)
    tie = find_register(desk.application).get((vn_key, kr_key))
    gazetteer = desk.application.gazetteer
    if tie is None and (not found or not {vn_key, kr_key} <= gazetteer.localities.keys()):
        raise HTTPException(404, "tie")
    shown = tie or TieRow(vn_key, kr_key, "contact", None, None, 0, "events")
    page = make_page(found, limit, make_cursor, lambda one: event_json(one, desk.application))
    return answer(desk.request, {"tie": tie_row(shown, gazetteer), **page})


router = APIRouter(tags=["ties"])
router.get("/ties", responses=documented(TieList, "A page of ties."))(list_ties)
router.get("/ties/{vn_key}/{kr_key}", responses=documented(WholeTie, "The tie."))(get_tie)
