"""Puts the coverage of a digest into words: which outlets were read, which not, since when and why; no layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from monitor.digests.content import CoverageGroup, DigestContent, OutletCoverage
from monitor.digests.coverage import TROUBLES
from monitor.digests.days import format_moment, format_span
from monitor.digests.wording import Wording
from seeds.reasons import translate_reason

GROUPS: tuple[CoverageGroup, ...] = get_args(CoverageGroup)
# A trouble that is new must be named outlet by outlet; outlets that were never read may be many and change little.
NAMES_SHOWN: dict[CoverageGroup, int] = {"read": 0, "quiet": 0, "unproven": 12, "never_read": 12}
CHANGES_SHOWN = 12  # outlets that changed alike; all of them are named in their group too
SINCE: dict[CoverageGroup, str] = {
    "silent": "coverage.last_new", "unread": "coverage.last_read", "blocked": "coverage.since",
    "broken": "coverage.since", "drifted": "coverage.since", "resting": "coverage.since",
}


@dataclass(frozen=True)
class CoverageLine:
    """One group: how many outlets, then the names, one line per reason."""

    title: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class CoverageText:
    """The coverage in words, groups in order; `down` says when Twinwatch itself did not run, or did not reach readers.

    `measured` is one sentence on what search services say of the outlets, empty where they say nothing.
    """

    title: str
    period: str
    groups: tuple[CoverageLine, ...]
    down: tuple[str, ...]
    measured: str = ""


def describe_coverage(content: DigestContent, wording: Wording) -> CoverageText:
    """The coverage of `content` in the words of `wording`; empty groups are left out."""
    groups = [(group, content.coverage.of_group(group)) for group in GROUPS]
    period = _span(content.since_at, content.composed_at, content)
    return CoverageText(
        title=wording.say("coverage.title"),
        period=wording.say("coverage.period", zone=content.zone, **period),
        groups=_changes(content, wording) + tuple(
            CoverageLine(wording.count(f"coverage.{group}", len(outlets)), _details(group, outlets, content, wording))
            for group, outlets in groups
            if outlets
        ) + _unread_pages(content, wording),
        down=tuple(
            wording.say("coverage.down", **_span(start, end, content)) for start, end in content.coverage.down
        ) + tuple(
            wording.count("coverage.unreached", readers, moment=format_moment(at, content.language, content.zone))
            for at, readers in content.coverage.unreached
        ),
        measured=_own_finds(content, wording),
    )


def name_late(content: DigestContent, wording: Wording, most: int) -> tuple[str, str]:
    """How many outlets have pages that wait to be read, and their names with how many, the most first."""
    late = sorted((one for one in content.coverage.outlets if one.late), key=lambda one: -one.late)
    names = [wording.count("coverage.pages", one.late, name=one.name) for one in late]
    return wording.count("part.outlets", len(late)), _shorten(names, wording, most)


def _unread_pages(content: DigestContent, wording: Wording) -> tuple[CoverageLine, ...]:
    late, arriving = content.coverage.late, content.coverage.arriving
    lines = []
    if late:
        outlets, names = name_late(content, wording, len(content.coverage.outlets))
        lines.append(CoverageLine(wording.count("coverage.late", late, outlets=outlets), (names,)))
    if arriving:
        lines.append(CoverageLine(wording.count("coverage.arriving", arriving), ()))
    return tuple(lines)


def _own_finds(content: DigestContent, wording: Wording) -> str:
    """One sentence on what search services say of the outlets; empty where they are not asked or show nothing."""
    finds = content.coverage.own_finds
    if finds is None:
        return ""
    said = {"days": finds.days, "both": finds.both, "own": finds.own, "low": finds.low, "high": finds.high}
    key = "coverage.own_finds" if finds.low is None else "coverage.own_finds_of_all"
    return wording.count(key, finds.shown, **said)


def _changes(content: DigestContent, wording: Wording) -> tuple[CoverageLine, ...]:
    """What is not as the last digest said, before all else: a trouble that has begun, then those that are over."""
    named: dict[str, list[str]] = {}
    for change in content.coverage.changes:
        kind = change.now if change.now in TROUBLES else "over"
        named.setdefault(kind, []).append(change.name)
    lines = tuple(
        wording.say(f"change.{kind}", names=_shorten(named[kind], wording))
        for kind in (*TROUBLES, "over") if kind in named
    )
    return (CoverageLine(wording.say("change.title"), lines),) if lines else ()


def _shorten(names: Sequence[str], wording: Wording, most: int = CHANGES_SHOWN) -> str:
    hidden = len(names) - most
    more = [wording.count("coverage.more", hidden)] if hidden > 0 else []
    return ", ".join([*names[:most], *more])


def _details(
    group: CoverageGroup, outlets: Sequence[OutletCoverage], content: DigestContent, wording: Wording
) -> tuple[str, ...]:
    shown = NAMES_SHOWN.get(group, len(outlets))
    if not shown:
        return ()
    together: dict[tuple[str, str], list[str]] = {}
    for outlet in outlets[:shown]:
        reason = translate_reason(outlet.reason, content.language)
        together.setdefault((_moment(outlet, group, content), reason), []).append(outlet.name)
    lines = [_line(group, moment, reason, names, wording) for (moment, reason), names in together.items()]
    hidden = len(outlets) - shown
    return (*lines, wording.count("coverage.more", hidden)) if hidden > 0 else tuple(lines)


def _line(group: CoverageGroup, moment: str, reason: str, names: Sequence[str], wording: Wording) -> str:
    line = ", ".join(names)
    if moment:
        line = wording.say(SINCE[group], name=line, moment=moment)
    return wording.say("coverage.why", names=line, reason=reason) if reason else line


def _moment(outlet: OutletCoverage, group: CoverageGroup, content: DigestContent) -> str:
    if outlet.since_at is None or group not in SINCE:
        return ""
    return format_moment(outlet.since_at, content.language, content.zone)


def _span(start: datetime, end: datetime, content: DigestContent) -> dict[str, str]:
    first, last = format_span(start, end, content.language, content.zone)
    return {"start": first, "end": last}
