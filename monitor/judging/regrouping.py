"""Joins and parts events as readers said; pure. What the rules group is the start, and each correction changes it."""

from collections.abc import Sequence

from monitor.judging.events import Group, make_group
from storage.values import BlockFact, Correction, FactName


def apply_corrections(
    groups: Sequence[Group], facts: Sequence[BlockFact], corrections: Sequence[Correction]
) -> list[Group]:
    """The groups of a block as readers want them; `corrections` in the order in which they were made.

    A correction whose pages prove nothing any more changes nothing.
    """
    known = {fact.id: fact for fact in facts}
    parts = [[known[fact_id] for fact_id in group.fact_ids] for group in groups]
    if not corrections:
        return list(groups)
    before = [list(part) for part in parts]
    for correction in corrections:
        one, other = _find_part(parts, correction.one), _find_part(parts, correction.other)
        if one is None or other is None:
            continue
        if correction.kind == "merge" and one is not other:
            parts = [part for part in parts if part is not one and part is not other] + [other + one]
        elif correction.kind == "split" and one is other:
            gone = [fact for fact in one if fact.entry_id == correction.one.entry_id]
            stayed = [fact for fact in one if fact.entry_id != correction.one.entry_id]
            parts = [part for part in parts if part is not one] + [stayed, gone]
    same = {_ids(part): group for part, group in zip(before, groups, strict=True)}
    return [same.get(_ids(part)) or make_group(part) for part in parts if part]


def _find_part(parts: Sequence[list[BlockFact]], wanted: FactName) -> list[BlockFact] | None:
    """The event that holds the page's fact: the one most like it where the page tells of several."""
    found = [(_likeness(fact, wanted), number) for number, part in enumerate(parts) for fact in part
             if fact.entry_id == wanted.entry_id]
    return parts[max(found)[1]] if found else None


def _likeness(fact: BlockFact, wanted: FactName) -> tuple[bool, bool, int]:
    is_pair = (fact.vn_key, fact.kr_key) == (wanted.vn_key, wanted.kr_key)
    return is_pair and fact.act == wanted.act, is_pair, -fact.position


def _ids(facts: Sequence[BlockFact]) -> frozenset[int]:
    return frozenset(fact.id for fact in facts)
