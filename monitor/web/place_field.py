"""The field of a form for a place: what it offers, and what was given; names are `placing`'s."""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Response
from markupsafe import Markup, escape
from starlette.responses import RedirectResponse

from monitor.placing import PlaceAnswer, make_place_book
from monitor.web.desk import Desk, DeskHere
from monitor.web.guard import is_for_programs
from monitor.web.refusals import Refusal
from seeds.gazetteer import Gazetteer

LONGEST = 80
# Nobody types these by hand: what stands so in an address is a key, known or not.
KEY = re.compile(r"[A-Z]{2}\w{0,3}-\w+")
# What the choices of the forms say before anybody chose.
USUAL = frozenset({("verdict", "yes"), ("years", "3"), ("sort", "vn"), ("page", "1")})


async def read_place(desk: DeskHere, place: str = "") -> PlaceAnswer:
    """The place of an address. Raises Refusal (400) for what no person can be asked about."""
    return ask_place(desk, place)


PlaceHere = Annotated[PlaceAnswer, Depends(read_place)]


def ask_place(desk: Desk, words: str) -> PlaceAnswer:
    """The place that is meant by a key or a name. Programs are refused (400) where it is open; people are asked."""
    if len(words) > LONGEST:
        raise Refusal(400, "place.unknown", words=words[:LONGEST])
    found = make_place_book(desk.application.gazetteer).find(words)
    if found.is_open and (is_for_programs(desk.request.url.path) or KEY.fullmatch(found.words)):
        offers = ", ".join(found.offers)
        raise Refusal(400, "place.which" if offers else "place.unknown", words=found.words, offers=offers)
    return found


def lead_on(desk: Desk, place: PlaceAnswer) -> Response | None:
    """The way to the address that stays, for a page that was asked by a place's name or with fields left as they were:
    it has the key, and says nothing of what was not asked for. What a redirect leaves is in no browser's history."""
    path, given = desk.request.url.path, desk.request.query_params.multi_items()
    asked = [one for one in given if one[1].strip() and one[0] != "place" and one not in USUAL]
    if place.words:
        asked.append(("place", place.key or place.words))
    if is_for_programs(path) or sorted(asked) == sorted(given):
        return None
    return RedirectResponse(f"{path}?{urlencode(asked)}" if asked else path, 303)


def furnish_place(desk: Desk, occurring: Collection[str]) -> dict[str, object]:
    """What the templates need of the field: its text, what it offers, and the places among which a person chooses."""
    place = ask_place(desk, desk.request.query_params.get("place", ""))
    book, language = make_place_book(desk.application.gazetteer), desk.language
    return {
        "place_text": book.label(place.key, language) if place.key else place.words, "asked": place,
        "place_options": _write_options(desk.application.gazetteer, language, frozenset(occurring)),
        "place_offers": [(key, book.label(key, language)) for key in place.offers],
    }


# Some hundred names; they change with an event of a new place only.
@lru_cache(maxsize=24)
def _write_options(gazetteer: Gazetteer, language: str, occurring: frozenset[str]) -> Markup:
    """The present provinces, the places that occur and whatever holds these, by name."""
    known = occurring & gazetteer.localities.keys()
    present = {key for key, one in gazetteer.localities.items() if one.level == 1 and not one.merged_into}
    above = {unit for key in known for unit in gazetteer.ancestors(key)}
    book = make_place_book(gazetteer)
    labels = (book.label(key, language) for key in book.sort(known | present | above, language))
    return Markup("").join(Markup('<option value="{}">').format(escape(label)) for label in labels)
