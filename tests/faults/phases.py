"""Tells in which phase of its work the service is, thread by thread, so that it can be struck in a given one."""

import threading
from collections.abc import Callable
from typing import Any

import monitor.assess
import monitor.composing
import monitor.deliver
import monitor.schedule

# Each begins where there is something to do, and ends with what the tick called: where both are, and their names.
PHASES: dict[str, tuple[tuple[Any, str], tuple[Any, str]]] = {
    "assessing": ((monitor.assess, "_judge_all"), (monitor.schedule, "assess")),
    "composing": ((monitor.composing, "draft_digest"), (monitor.schedule, "compose_due")),
    "handing over": ((monitor.deliver, "_hand_over"), (monitor.deliver, "_hand_over")),
}
# After all that was due.
WAITING = "waiting"
_here = threading.local()


def find_phase() -> str:
    """The phase of this thread; empty for none."""
    name: str = getattr(_here, "phase", "")
    return name


def watch_phases() -> None:
    """From now on `find_phase` knows them, in this process."""
    for name, (begin, end) in PHASES.items():
        _wrap(*begin, before=name)
        _wrap(*end, after="")


def _wrap(owner: Any, name: str, before: str | None = None, after: str | None = None) -> None:
    usual: Callable[..., Any] = getattr(owner, name)

    def wrapped(*values: Any, **named: Any) -> Any:
        if before is not None:
            _here.phase = before
        try:
            return usual(*values, **named)
        finally:
            if after is not None:
                _here.phase = after

    setattr(owner, name, wrapped)
