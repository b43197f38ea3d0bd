"""Decides what of told events has to be corrected, and what a reader knows of each from then on; it finds no words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monitor.digests.content import CorrectionKind
from storage.values import ChangedEvent, EventView, Standing

Headline = Callable[[EventView], str]


@dataclass(frozen=True)
class Restatement:
    """A correction with how the reader knows the event afterwards."""

    changed: ChangedEvent
    kind: CorrectionKind
    told: str
    now: str
    standing: Standing


def find_restatements(changed: Sequence[ChangedEvent], headline: Headline) -> list[Restatement]:
    """One for each told event that is not what it was told as; none for what only became more exact."""
    return [found for one in changed if (found := _restate(one, headline)) is not None]


def find_adopted(changed: Sequence[ChangedEvent], headline: Headline) -> list[tuple[ChangedEvent, Standing]]:
    """Events of which nobody knows any more how they were told: they count as told the way they are now."""
    return [
        (one, make_standing(one.event, headline)) for one in changed
        if one.told_as is None and one.event.id == one.id and not is_refuted(one.event)
    ]


def has_later(one: ChangedEvent) -> bool:
    """Whether the event has articles that are told as later reports."""
    return bool(one.later) and one.told_as is not None and one.event.id == one.id and not is_refuted(one.event)


def make_standing(event: EventView, headline: Headline) -> Standing:
    """The event as it is told now."""
    return Standing(event.id, headline(event), event.verdict, event.act, event.happened_on, event.pairs)


def is_refuted(event: EventView) -> bool:
    """Whether readers said no, or nothing proves the event any more."""
    return event.verdict == "no" or not event.articles


def _restate(one: ChangedEvent, headline: Headline) -> Restatement | None:
    told, event = one.told_as, one.event
    if told is None:
        return None
    if event.id != one.id:
        return _restate_merged(one, told, headline)
    if is_refuted(event):
        gone = replace(told, event_id=one.id, verdict="no")
        return Restatement(one, "wrong", told.headline, "", gone) if told.verdict != "no" else None
    kind = _find_kind(one, told)
    if kind is None:
        return None
    return Restatement(one, kind, told.headline, headline(event), make_standing(event, headline))


def _restate_merged(one: ChangedEvent, told: Standing, headline: Headline) -> Restatement | None:
    """Two told events that are one; where the other was never told by itself, there is nothing to join."""
    kept = one.kept_as
    if told.event_id != one.id or kept is None or kept.event_id == one.id or is_refuted(one.event):
        return None
    standing = make_standing(one.event, headline)
    return Restatement(one, "merged", told.headline, standing.headline, standing)


def _find_kind(one: ChangedEvent, told: Standing) -> CorrectionKind | None:
    if one.origin == "split":
        return "split"
    if told.verdict != "yes" and one.event.verdict == "yes":
        return "confirmed"
    if told.verdict == "yes" and one.event.verdict == "unsure":
        return "doubtful"
    return "changed" if _is_other(told, one.event) else None


def _is_other(told: Standing, event: EventView) -> bool:
    """Whether what was told does not hold any more: further units and a more exact day are no correction."""
    known, now = told.happened_on or "", event.happened_on or ""
    is_other_day = not (now.startswith(known) or known.startswith(now))
    return told.act != event.act or is_other_day or not set(told.pairs) <= set(event.pairs)
