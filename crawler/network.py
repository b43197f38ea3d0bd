"""Decides whether it is our own network that is down, so that no outlet is blamed for it; pure, it asks nobody."""

from collections.abc import Collection, Iterable

from crawler.health import UNREACHABLE
from storage.values import RunRow

LOOKED_AT = 50  # runs, newest first: far more than pass between two answers of anybody
_MARKS = frozenset(f"feed_failed:{reason}" for reason in UNREACHABLE)


def is_network_down(silent_hosts: Collection[str], earlier: Iterable[RunRow], outlets: Collection[str]) -> bool:
    """Whether nobody can be reached, in a wave in which no server answered at all.

    `silent_hosts` were asked in it, for `outlets` (ids). One host alone may be dead; but if another outlet's was as
    silent in the waves before (`earlier`, newest first) and nobody answered since, it is us.
    """
    if len(silent_hosts) > 1:
        return True
    for run in earlier:
        failed = {name for name in run.counts if name.startswith("feed_failed:")}
        if run.finished_at is None or run.outlet_id in outlets or (not failed and run.outcome in ("busy", "stopped")):
            continue
        return bool(silent_hosts) and bool(failed) and failed <= _MARKS and not run.counts.get("feeds_read")
    return False
