"""Keeps the register of ties from what was known beforehand and from events; it claims only what Twinwatch knows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from seeds.gazetteer import Gazetteer
from seeds.places import TIE_KINDS, Tie
from storage.values import TieRow

# What an event's act makes of a tie; other acts show a relation without a paper.
_KINDS = {"twinning": "sister", "agreement": "agreement", "seasonal_workers": "seasonal_workers"}


class HappenedEvent(Protocol):
    """What a tie needs of an event: its act, its verdict, its day and its pairs."""

    @property
    def act(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def happened_on(self) -> str | None: ...
    @property
    def pairs(self) -> tuple[tuple[str, str], ...]: ...


def make_register(known: Iterable[Tie], events: Iterable[HappenedEvent], gazetteer: Gazetteer) -> list[TieRow]:
    """The whole register, by pair of present units: the known ties, and what events of verdict `yes` add to them.

    A tie that a unit of before July 2025 signed is its successor's; of doubles the stronger kind and the earlier day
    stay. `since` of a tie that only events tell of is the first day known to Twinwatch, never a claim that it began
    then. Planned and suspended happenings show no tie and are not counted.
    """
    rows: dict[tuple[str, str], TieRow] = {}
    for tie in known:
        pair = gazetteer.current(tie.vn_key), tie.kr_key
        row = TieRow(*pair, tie.kind, tie.since or None, None, 0, "known")
        rows[pair] = _merge(rows[pair], row) if pair in rows else row
    for event in sorted(events, key=lambda e: (e.happened_on or "9999", e.pairs)):
        if not shows_tie(event):
            continue
        for pair in dict.fromkeys((gazetteer.current(vn), kr) for vn, kr in event.pairs):
            rows[pair] = _add(rows.get(pair), pair, event)
    return [rows[pair] for pair in sorted(rows)]


def shows_tie(event: HappenedEvent) -> bool:
    """Whether an event proves a relation: sure (by the judge or a reader), and neither planned nor called off."""
    return event.verdict == "yes" and event.stage not in ("planned", "suspended")


def is_new_tie(pairs: Sequence[tuple[str, str]], ties: Iterable[TieRow], gazetteer: Gazetteer) -> bool:
    """Whether no tie of the main pair was known, neither its own nor one of a unit that it continues."""
    if not pairs:
        return False
    vn_key, kr_key = pairs[0]
    known = {(gazetteer.current(tie.vn_key), tie.kr_key) for tie in ties}
    return (gazetteer.current(vn_key), kr_key) not in known


def _merge(one: TieRow, other: TieRow) -> TieRow:
    since = min(filter(None, (one.since, other.since)), default=None)
    return replace(min(one, other, key=lambda row: _rank(row.kind)), since=since)


def _add(row: TieRow | None, pair: tuple[str, str], event: HappenedEvent) -> TieRow:
    kind = _KINDS.get(event.act, "contact")
    if row is None:
        return TieRow(*pair, kind, event.happened_on, event.happened_on, 1, "events")
    stronger = kind if row.source == "events" and _rank(kind) < _rank(row.kind) else row.kind
    last = max(filter(None, (row.last_event_on, event.happened_on)), default=None)
    return TieRow(*pair, stronger, row.since, last, row.events + 1, row.source)


def _rank(kind: str) -> int:
    return TIE_KINDS.index(kind) if kind in TIE_KINDS else len(TIE_KINDS)
