"""Decides how far a list is read on after an outage: until a page shows an entry known from before. It never fetches.

A page is saved after those behind it: a crawl that is killed in between finds the gap again.
"""

import re
from dataclasses import dataclass

from crawler.feed_visits import FeedReading
from storage.values import FeedState

MAX_PAGES = 20  # of 15 to 50 entries each: a week of a daily paper's busiest section
MAX_TRIES = 5  # waves in which the same page may fail before the gap is left open
# Failures after which the list is taken to be at its end; any other may be gone with the next wave.
END_OF_LIST = frozenset({"http_404", "http_410", "no_articles", "no_entries", "not_a_feed", "empty", "redirect_loop",
                         "robots_forbid", "http_400"})
_MARK = re.compile(r"gap:(\d{1,3}):(\d)")


@dataclass(frozen=True)
class Gap:
    """A gap that an earlier wave could not close: the first page that it could not read, and how often it tried."""

    page: int = 1
    tries: int = 0

    @property
    def mark(self) -> str:
        """What the feed's state keeps in place of its body's hash, so that the feed is asked for in full."""
        return f"gap:{self.page}:{self.tries}"


def find_gap(state: FeedState | None) -> Gap | None:
    """The gap that earlier waves left open in this feed, if any."""
    match = _MARK.fullmatch(state.body_hash or "") if state else None
    return Gap(int(match[1]), int(match[2])) if match else None


def needs_more(reading: FeedReading, known: set[str], gap: Gap | None, page: int) -> bool:
    """Whether what follows `reading`, page `page` of its list, has to be read too; `known` was known before the wave.

    Not after an entry that was known; where a gap is open, not before it was passed and the page ends in known ones.
    """
    if reading.first_look or not reading.entries:
        return False
    if gap is None:
        return not any(entry.identity in known for entry in reading.entries)
    return page < gap.page or reading.entries[-1].identity not in known


def leave_open(reason: str, page: int, gap: Gap | None, *, asked: bool) -> Gap | None:
    """The gap to come back to when page `page` could not be read for `reason`; None where that is of no use.

    `asked` is false where no request was sent, which is no try.
    """
    tries = (gap.tries if gap else 0) + asked
    return None if reason in END_OF_LIST or tries >= MAX_TRIES else Gap(page, tries)


def is_repeated(reading: FeedReading, seen: set[str]) -> bool:
    """Whether a page shows nothing but what the pages before it showed: servers answer so behind the last page."""
    return all(entry.identity in seen for entry in reading.entries)

