"""Notes how a page that was read looks beside its entry, as numbers to compare with its outlet's past; pure."""

from dataclasses import dataclass
from datetime import timedelta

from crawler.extracted import Extracted
from crawler.text import NEAR_TITLE, find_likeness
from storage.values import FrontierEntry

OWN_DATES = frozenset({"json-ld", "meta", "page"})  # what a page itself says, and not its feed or its address
SAME_DAY = timedelta(hours=36)  # a day without a time in one of the two, in another zone, is still the same day


@dataclass(frozen=True)
class Look:
    """One page: `size` in bytes, `length` of its article in characters; the others say what is amiss.

    None where there is no article, or nothing to compare it with.
    """

    size: int
    length: int | None = None
    undated: bool | None = None
    feed_title: bool | None = None
    feed_date: bool | None = None
    page_title: bool | None = None
    page_date: bool | None = None


def make_look(size: int, entry: FrontierEntry, found: Extracted | None = None) -> Look:
    """How the page of `entry` looks; `found` is the article on it, None where none was looked for or readable."""
    if found is None or found.refused:
        return Look(size)
    own_date = found.published_at if found.date_source in OWN_DATES else None
    dates = own_date is not None and entry.published_at is not None
    return Look(
        size, len(found.text), own_date is None,
        find_likeness(found.title, entry.title) < NEAR_TITLE if found.title and entry.title else None,
        abs(own_date - entry.published_at) > SAME_DAY if dates else None,  # type: ignore[operator]
        "title" in found.apart, "date" in found.apart,
    )
