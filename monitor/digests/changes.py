"""Finds which outlets changed since the subscription's last digest, so that each change is told once; pure."""

from collections.abc import Mapping
from dataclasses import replace

from monitor.digests.content import Coverage, CoverageGroup, DigestContent, OutletChange
from monitor.digests.coverage import TROUBLES


def tell_changes(content: DigestContent, previous: DigestContent | None, *, was_told: bool = True) -> DigestContent:
    """`content` with the outlets that came into a trouble, or out of one, since `previous`.

    A first digest tells of no change: it names every trouble in its group. Changes of a digest that nobody was given
    (`was_told` false: it was empty and the reader wishes none such) are told by the next one.
    """
    if previous is None:
        return content
    changes = find_changes(content.coverage, find_known(previous.coverage, was_told=was_told))
    return replace(content, coverage=replace(content.coverage, changes=changes))


def find_known(coverage: Coverage, *, was_told: bool) -> dict[str, CoverageGroup]:
    """The group in which the reader knows each outlet to be, by id."""
    known = {outlet.outlet_id: outlet.group for outlet in coverage.outlets}
    return known if was_told else known | {change.outlet_id: change.before for change in coverage.changes}


def find_changes(coverage: Coverage, known: Mapping[str, CoverageGroup]) -> tuple[OutletChange, ...]:
    """One change for each outlet whose group is not the `known` one, if either is a trouble; new outlets are none."""
    return tuple(
        OutletChange(outlet.outlet_id, outlet.name, known[outlet.outlet_id], outlet.group)
        for outlet in coverage.outlets
        if outlet.outlet_id in known and _is_told(known[outlet.outlet_id], outlet.group)
    )


def _is_told(before: CoverageGroup, now: CoverageGroup) -> bool:
    return before != now and (before in TROUBLES or now in TROUBLES)
