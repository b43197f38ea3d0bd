"""What the address of a list of ties asks for, checked, and the ties of the register that meet it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import Depends, HTTPException

from monitor.application import Application
from monitor.digests.wording import LANGUAGES
from monitor.register import find_known, find_register
from monitor.web.filters import LONGEST_WORDS, find_inside
from monitor.web.place_field import PlaceHere
from monitor.web.searching import find_places, is_in, split_asked
from monitor.web.words import load_words
from seeds.places import TIE_KINDS
from storage.folding import fold_text
from storage.values import TieRow


@dataclass(frozen=True)
class TieFilter:
    """The filter as the address has it; empty is not set. `place` is a key."""

    place: str = ""
    kind: str = ""
    q: str = ""


def read_tie_filter(place: PlaceHere, kind: str = "", q: str = "") -> TieFilter:
    """The filter of an address. HTTPException 400 for a kind that is none, and for too many words."""
    if kind and kind not in TIE_KINDS:
        raise HTTPException(400, "kind")
    if len(q) > LONGEST_WORDS:
        raise HTTPException(400, "q")
    return TieFilter(place.key, kind, " ".join(q.replace("\0", "").split()))


TieFilterHere = Annotated[TieFilter, Depends(read_tie_filter)]


def find_ties(application: Application, wanted: TieFilter) -> list[TieRow]:
    """The ties of a place with everything inside it, of a kind, that show all words: names, kind, days."""
    inside = frozenset(find_inside(application.gazetteer, wanted.place)) if wanted.place else None
    asked = [
        (find_places(word, application.gazetteer), _find_kinds(word), day)
        for word, day in split_asked(wanted.q, application)
    ]
    return [
        tie for tie in find_register(application).values()
        if (not wanted.kind or tie.kind == wanted.kind) and (inside is None or {tie.vn_key, tie.kr_key} & inside)
        and all(
            tie.vn_key in keys or tie.kr_key in keys or tie.kind in kinds or (day and _has_day(tie, day))
            for keys, kinds, day in asked
        )
    ]


def find_tied_places(application: Application) -> set[str]:
    """The places that the register may name: those known beforehand, and those of events."""
    known = {key for pair in find_known(application.gazetteer) for key in pair}
    return known | application.store.event_pages.places()


def _has_day(tie: TieRow, day: str) -> bool:
    """Whether a day of the tie is the day, or in the month or the year; one of any year begins with `--`."""
    days = [one for one in (tie.since, tie.last_event_on) if one]
    return any(f"-{one[4:]}".startswith(day) if day.startswith("--") else one.startswith(day) for one in days)


@lru_cache(maxsize=1_000)
def _find_kinds(word: str) -> frozenset[str]:
    """The kinds whose name, in any language, holds a folded word."""
    return frozenset(kind for kind in TIE_KINDS if any(is_in(word, name) for name in _name_kind(kind)))


@lru_cache
def _name_kind(kind: str) -> tuple[str, ...]:
    return tuple(fold_text(load_words(language).say(f"kind.{kind}")) for language in LANGUAGES)
