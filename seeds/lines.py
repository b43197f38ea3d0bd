"""Lines that say for people what happened and carry, for programs, its fixed name and fields; it prints nothing."""

import json
from typing import Any

EVENT = "event"


class Line(str):
    """A line for people; `event` is its fixed name, `fields` what it says in values of JSON."""

    __slots__ = ("event", "fields")

    event: str
    fields: dict[str, Any]

    def __new__(cls, text: str, event: str, **fields: Any) -> "Line":
        made = super().__new__(cls, text)
        made.event, made.fields = event, fields
        return made

    def to_json(self) -> str:
        """The event as one JSON object, as a child process hands it to its parent."""
        return json.dumps({EVENT: self.event, **self.fields}, ensure_ascii=False, default=str)


def parse_json(text: str) -> Line | None:
    """The line that `to_json` wrote; None for any other text."""
    if not text.startswith('{"event"'):
        return None
    try:
        data = json.loads(text)
    except ValueError:
        return None
    event = data.pop(EVENT)
    return Line(text, str(event), **{str(key): value for key, value in data.items()})
