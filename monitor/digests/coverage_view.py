"""Puts the coverage of a digest into words: which outlets were read, which not, since when and why; no layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from monitor.digests.content import CoverageGroup, DigestContent, OutletCoverage
from monitor.digests.days import format_moment
from monitor.digests.wording import Wording

GROUPS: tuple[CoverageGroup, ...] = get_args(CoverageGroup)
# A trouble that is new must be named outlet by outlet; outlets that were never read may be many and change little.
NAMES_SHOWN: dict[CoverageGroup, int] = {"read": 0, "quiet": 0, "unproven": 12, "never_read": 12}
SINCE: dict[CoverageGroup, str] = {
    "silent": "coverage.last_new", "unread": "coverage.last_read", "blocked": "coverage.since",
    "broken": "coverage.since",
}


@dataclass(frozen=True)
class CoverageLine:
    """One group: how many outlets, then the names, one line per reason."""

    title: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class CoverageText:
    """The coverage in words, groups in order; `down` says when Twinwatch itself did not run."""

    title: str
    period: str
    groups: tuple[CoverageLine, ...]
    down: tuple[str, ...]


def describe_coverage(content: DigestContent, wording: Wording) -> CoverageText:
    """The coverage of `content` in the words of `wording`; empty groups are left out."""
    groups = [(group, content.coverage.of_group(group)) for group in GROUPS]
    period = _span(content.since_at, content.composed_at, content)
    return CoverageText(
        title=wording.say("coverage.title"),
        period=wording.say("coverage.period", zone=content.zone, **period),
        groups=tuple(
            CoverageLine(wording.count(f"coverage.{group}", len(outlets)), _details(group, outlets, content, wording))
            for group, outlets in groups
            if outlets
        ),
        down=tuple(
            wording.say("coverage.down", **_span(start, end, content)) for start, end in content.coverage.down
        ),
    )


def _details(
    group: CoverageGroup, outlets: Sequence[OutletCoverage], content: DigestContent, wording: Wording
) -> tuple[str, ...]:
    shown = NAMES_SHOWN.get(group, len(outlets))
    if not shown:
        return ()
    reasons: dict[str, list[str]] = {}
    for outlet in outlets[:shown]:
        reasons.setdefault(outlet.reason, []).append(_name(outlet, group, content, wording))
    lines = [_why(reason, names, wording) for reason, names in reasons.items()]
    hidden = len(outlets) - shown
    return (*lines, wording.count("coverage.more", hidden)) if hidden > 0 else tuple(lines)


def _why(reason: str, names: Sequence[str], wording: Wording) -> str:
    together = ", ".join(names)
    return wording.say("coverage.why", names=together, reason=reason) if reason else together


def _name(outlet: OutletCoverage, group: CoverageGroup, content: DigestContent, wording: Wording) -> str:
    if outlet.since_at is None or group not in SINCE:
        return outlet.name
    moment = format_moment(outlet.since_at, content.language, content.zone)
    return wording.say(SINCE[group], name=outlet.name, moment=moment)


def _span(start: datetime, end: datetime, content: DigestContent) -> dict[str, str]:
    return {
        "start": format_moment(start, content.language, content.zone),
        "end": format_moment(end, content.language, content.zone),
    }
