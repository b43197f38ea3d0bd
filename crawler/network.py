"""Decides whether it is our own network that is down, so that no outlet is blamed for it; pure, it asks nobody."""

from collections.abc import Collection, Iterable, Sequence

from crawler.health import UNREACHABLE
from storage.values import RunRow

# Runs, newest first: those of the longest pause but one of a dead outlet among a hundred others.
LOOKED_AT = 500
_MARKS = frozenset(f"feed_failed:{reason}" for reason in UNREACHABLE)


def is_network_down(silent: Collection[str], earlier: Iterable[RunRow]) -> bool:
    """Whether nobody can be reached, in a wave in which no server answered at all.

    `silent` are the outlets (ids) that were asked in it, `earlier` the runs before it, newest first. One alone may be
    dead, whatever number of hosts it has; but two that fell silent since anybody answered last are our own network. An
    outlet that was silent before while others answered is known to be dead, and no sign of anything.
    """
    runs = [run for run in earlier if run.finished_at and (_is_silent(run) or _is_answered(run))]
    since = _find_silent_since(runs) | set(silent)
    signs = {outlet for outlet in since if not _is_known_dead(outlet, runs, is_silent_now=outlet in silent)}
    return len(signs) > 1 and not signs.isdisjoint(silent)


def _find_silent_since(runs: Sequence[RunRow]) -> set[str]:
    """The outlets that were silent since anybody answered."""
    found = set()
    for run in runs:
        if not _is_silent(run):
            break
        found.add(run.outlet_id)
    return found


def _is_known_dead(outlet: str, runs: Sequence[RunRow], *, is_silent_now: bool) -> bool:
    """Whether somebody else answered between two of its silent visits that follow each other."""
    was_silent, others_answered = is_silent_now, False
    for run in runs:
        if run.outlet_id != outlet:
            others_answered |= was_silent and _is_answered(run)
        elif not _is_silent(run):
            return False
        elif was_silent and others_answered:
            return True
        else:
            was_silent = True
    return False


def _is_silent(run: RunRow) -> bool:
    failed = {name for name in run.counts if name.startswith("feed_failed:")}
    return bool(failed) and failed <= _MARKS and not run.counts.get("feeds_read")


def _is_answered(run: RunRow) -> bool:
    """Whether a server answered, be it with a refusal; what was busy or stopped before it asked says nothing."""
    has_asked = any(name == "feeds_read" or name.startswith("feed_failed:") for name in run.counts)
    return not _is_silent(run) and (has_asked or run.outcome not in ("busy", "stopped"))
