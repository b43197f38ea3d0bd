"""What a hand-over came to, and what every notifier is; it does not decide when to try again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from storage.values import DeliveryRow

NoteParts = Callable[[int], None]
State = Literal["sent", "failed", "retry", "uncertain"]


@dataclass(frozen=True)
class Outcome:
    """How one hand-over ended.

    `sent`: accepted. `failed`: refused for good. `retry`: certainly not accepted, another attempt may work.
    `uncertain`: the other side may or may not have it (broken off before its answer came).
    `reason` is for people and empty when sent. `retry_after_seconds` is the least wait that the other side asked for.
    `parts_sent` counts the messages that have certainly arrived, earlier attempts included; saved in the delivery
    row, it makes the next attempt go on where this one ended. `may_have_arrived` with `retry`: most likely not, but the
    next attempt says that it may be a repeat.
    """

    state: State
    reason: str = ""
    retry_after_seconds: int | None = None
    parts_sent: int = 0
    may_have_arrived: bool = False


def note_nothing(parts_sent: int) -> None:
    """For a message of one part, or one whose parts nobody remembers."""


class Notifier(Protocol):
    """Hands rendered digests over, one recipient at a time; blocks until the other side has answered or time is up."""

    def hand_over(
        self, rendered: Any, recipient: str, delivery: DeliveryRow, note_parts: NoteParts = note_nothing
    ) -> Outcome:
        """Hands `rendered` to `recipient`. Never raises for what the network or the other side does.

        After each part of several, `note_parts` is told how many have certainly arrived, earlier attempts included.
        """
        ...
