"""Decides whether an entry is news or backlog; it reads no clock and no store."""

from datetime import datetime, timedelta

NEWS_BEFORE_FIRST_VISIT = timedelta(hours=48)  # design, section 3: "New means"


def is_backlog(published_at: datetime | None, first_visit_at: datetime, *, first_look: bool) -> bool:
    """Whether an entry is older than the outlet's first visit allows (design, section 3).

    An undated entry is backlog on the first look at its feed, where old and new cannot be told apart, and news later.
    """
    if published_at is None:
        return first_look
    return published_at < first_visit_at - NEWS_BEFORE_FIRST_VISIT


def is_backlog_page(known: bool, page_published_at: datetime | None, first_visit_at: datetime) -> bool:
    """The same once the page is read: its own date decides where it has one, else what was `known` of the entry."""
    if page_published_at is None:
        return known
    return is_backlog(page_published_at, first_visit_at, first_look=False)
