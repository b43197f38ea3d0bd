"""Turns the ledger of a period into what may be claimed from it; it does not judge an outlet's health."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.digests.content import Coverage, CoverageGroup, OutletCoverage
from monitor.digests.plain import make_plain
from storage.values import LedgerLine

# Of these outlets nothing is read at all, and the digest says why: that their pages wait is no news of its own.
UNREADABLE: tuple[CoverageGroup, ...] = ("blocked", "broken")
TROUBLES: tuple[CoverageGroup, ...] = ("silent", "blocked", "broken", "drifted", "resting")


def make_coverage(
    ledger: Sequence[LedgerLine],
    outlet_names: Mapping[str, str],
    since_at: datetime,
    down: Sequence[tuple[datetime, datetime]] = (),
) -> Coverage:
    """Every outlet of `ledger` in exactly one group, by name; `down` are the intervals without a service.

    An outlet counts as read where its last successful visit is not older than `since_at`.
    """
    lines = [_make_line(line, outlet_names.get(line.outlet_id, line.outlet_id), since_at) for line in ledger]
    return Coverage(tuple(sorted(lines, key=lambda line: (line.name.casefold(), line.outlet_id))), tuple(down))


def find_group(line: LedgerLine, since_at: datetime) -> CoverageGroup:
    """The group of one outlet. A known trouble outweighs a visit; `read` needs a successful visit in the period."""
    for trouble in TROUBLES:
        if line.state == trouble:
            return trouble
    if line.last_seen_at is None:
        return "unproven" if line.runs else "never_read"
    if line.last_seen_at < since_at:
        return "unread"
    return "read" if line.entries else "quiet"


def _make_line(line: LedgerLine, name: str, since_at: datetime) -> OutletCoverage:
    group = find_group(line, since_at)
    since = {"unread": line.last_seen_at, "quiet": line.last_new_at, "silent": line.last_new_at or line.state_since}
    return OutletCoverage(
        outlet_id=line.outlet_id,
        name=make_plain(name),
        group=group,
        since_at=None if group in ("read", "never_read") else since.get(group, line.state_since),
        reason="" if group in ("read", "quiet") else make_plain(line.state_reason),
        late=line.waiting - line.arriving if group not in UNREADABLE else 0,
        arriving=line.arriving if group not in UNREADABLE else 0,
    )
