"""What the address of a list of events asks for, checked, and as a question to the store."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, HTTPException, Path

from monitor.application import Application
from monitor.web.kinds import ACTS, STAGES
from monitor.web.place_field import PlaceHere
from monitor.web.searching import find_words
from seeds.gazetteer import Gazetteer
from storage.values import EventQuery

VERDICTS = ("yes", "unsure", "no")
# Until the 31st of February is until its end; a thirteenth month is a slip that would find nothing in silence.
DAY = re.compile("[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
LANG = re.compile(r"[a-z]{2,3}")
LONGEST_WORDS = 200
PAGE = 50
# Of a column of whole numbers.
BIGGEST = 2**63 - 1
Number = Annotated[int, Path(ge=1, le=BIGGEST)]


@dataclass(frozen=True)
class ListFilter:
    """The filter as the address has it; empty is not set. `place` is a key, `before` is a cursor."""

    place: str = ""
    act: str = ""
    stage: str = ""
    lang: str = ""
    outlet: str = ""
    since: str = ""
    until: str = ""
    q: str = ""
    verdict: str = "yes"
    before: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return replace(self, before="") != ListFilter()


def read_filter(
    place: PlaceHere, act: str = "", stage: str = "", language: str = "", outlet: str = "", since: str = "",
    until: str = "", q: str = "", verdict: str = "yes", before: str = "",
) -> ListFilter:
    """The filter of an address; HTTPException 400 for a word that is none of ours. (`lang` is the page's language.)"""
    _check("act", not act or act in ACTS)
    _check("stage", not stage or stage in STAGES)
    _check("verdict", (verdict or "yes") in VERDICTS)
    _check("language", not language or bool(LANG.fullmatch(language)))
    _check("since", not since or bool(DAY.fullmatch(since)))
    _check("until", not until or bool(DAY.fullmatch(until)))
    _check("before", not before or "~" in before)
    _check("q", len(q) <= LONGEST_WORDS)
    return ListFilter(
        place.key, act, stage, language, outlet, since, until, " ".join(q.replace("\0", "").split()), verdict or "yes",
        before,
    )


def make_query(wanted: ListFilter, application: Application, limit: int = PAGE) -> EventQuery:
    """The question to the store, one event more than a page holds. HTTPException 400 for an unknown place."""
    before = tuple(wanted.before.split("~", 1)) if wanted.before else None
    return EventQuery(
        keys=find_inside(application.gazetteer, wanted.place) if wanted.place else (), act=wanted.act,
        stage=wanted.stage, lang=wanted.lang, outlet_id=wanted.outlet, since_on=_begin(wanted.since, wanted.until),
        # `~` sorts behind every digit and dash: a month, and a year, are wanted to their end.
        until_on=f"{wanted.until}~" if wanted.until else "", words=find_words(wanted.q, application),
        verdict=wanted.verdict, before=before, limit=limit + 1,  # type: ignore[arg-type]
    )


def find_days(since: str, until: str) -> tuple[str, str]:
    """The first day of `since` and the last of `until`, each a day, a month or a year; else as it is."""
    first = f"{since}-01-01"[:10] if since else ""
    month = f"{until}-12"[:7]
    if not until or len(until) == 10 or month < "0001":
        return first, until
    return first, f"{month}-{monthrange(int(month[:4]), int(month[5:]))[1]:02}"


def read_number(before: str) -> int | None:
    """The number of an address below which a page begins, None for none. HTTPException 400 for what is no number."""
    _check("before", not before or (before.isdecimal() and len(before) < len(str(BIGGEST))))
    return int(before) if before else None


def find_inside(gazetteer: Gazetteer, key: str) -> tuple[str, ...]:
    """A place with everything inside it, of today and of before July 2025. HTTPException 400 for an unknown one."""
    _check("place", key in gazetteer.localities)
    return (key, *(one for one in gazetteer.localities if one != key and key in gazetteer.ancestors(one)))


@lru_cache(maxsize=10_000)
def find_order(name: str) -> str:
    """By what a name is sorted: Đà Nẵng stands under D, as in both countries' lists in Latin letters."""
    bare = "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", bare.replace("Đ", "D").replace("đ", "d")).casefold()


def _begin(since: str, until: str) -> str:
    """From where days are wanted: what is known to the month, or the year, belongs to a whole one given in days."""
    if since.endswith("-01-01") and until.endswith("-12-31"):
        return since[:4]
    return since.removesuffix("-01") if len(since) == 10 else since


def _check(name: str, is_sound: bool) -> None:
    if not is_sound:
        raise HTTPException(400, f"{name}: not known")


FilterHere = Annotated[ListFilter, Depends(read_filter)]
