"""Today: what the next digest of a subscription will hold, and in one line what that rests on."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, HTTPException

from monitor.composing import draft_digest
from monitor.digests.aftermath_view import SummaryText, describe_summary
from monitor.digests.content import Correction, DigestContent, Later, Section
from monitor.digests.coverage_view import CoverageText, describe_coverage
from monitor.digests.lead import describe_unread
from monitor.digests.periods import find_next
from monitor.digests.view import describe_filters
from monitor.digests.wording import load_wording
from monitor.web.desk import Desk, DeskHere
from monitor.web.lines import EventLine, find_events
from monitor.web.rendering import add_page
from seeds.subscription import Subscription
from storage.values import EventQuery

NEWEST = 20


@dataclass(frozen=True)
class TodayPage:
    """The next digest of `subscription`, due at `due_at` (None: at once); without subscriptions the newest events."""

    subscription: str
    subscriptions: tuple[str, ...]
    due_at: datetime | None
    since_at: datetime | None
    filters: str
    summary: SummaryText | None
    sections: tuple[Section, ...]
    later: tuple[Later, ...]
    corrections: tuple[Correction, ...]
    read: int
    outlets: int
    unread: tuple[str, ...]
    coverage: CoverageText | None
    newest: tuple[EventLine, ...]


def show_today(desk: DeskHere, subscription: str = "") -> TodayPage:
    known = {one.name: one for one in desk.application.subscriptions}
    if subscription and subscription not in known:
        raise HTTPException(404, "subscription")
    names = tuple(known)
    if not known:
        return TodayPage("", names, None, None, "", None, (), (), (), 0, 0, (), None, _find_newest(desk))
    chosen = known[subscription or names[0]]
    content, wording = draft_in(desk, chosen), load_wording(desk.language)
    return TodayPage(
        chosen.name, names, find_next(chosen, desk.application.clock()), content.since_at,
        describe_filters(content, wording), describe_summary(content, wording), content.sections, content.later,
        content.corrections, content.coverage.read, content.coverage.all, tuple(describe_unread(content, wording)),
        describe_coverage(content, wording),
        _find_newest(desk) if content.is_empty else (),
    )


def _find_newest(desk: Desk) -> tuple[EventLine, ...]:
    return tuple(find_events(desk, EventQuery(limit=NEWEST)))


def draft_in(desk: Desk, subscription: Subscription) -> DigestContent:
    """What the subscription would be told now, in the words and the zone of whoever looks."""
    mine = subscription.model_copy(update={"language": desk.language, "zone": desk.zone})
    return draft_digest(desk.application, mine).content


router = APIRouter()
add_page(router, "/", show_today, "today.html")
