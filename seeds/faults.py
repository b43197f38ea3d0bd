"""What pydantic finds wrong with a value, in words for people who know neither it nor Python."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

# What a table may be called by in a message: a name with other signs is itself the fault.
PLAIN_NAME = re.compile(r"[\w.-]{1,63}")
# By pydantic's own kinds of faults; what is in braces comes with the fault.
WORDS: dict[str, str] = {
    "int_parsing": "not a whole number",
    "int_type": "not a whole number",
    "int_from_float": "not a whole number",
    "int_parsing_size": "not a whole number of a usual size",
    "float_parsing": "not a number",
    "float_type": "not a number",
    "finite_number": "not a usual number",
    "bool_parsing": "neither true nor false",
    "bool_type": "neither true nor false",
    "string_type": 'not a text; it stands in quotation marks: "..."',
    "path_type": 'not a file or folder; its name stands in quotation marks: "..."',
    "list_type": 'not a list; one is written ["a", "b"]',
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "literal_error": "must be {expected}",
    "too_short": "must name at least {min_length}",
    "too_long": "must name at most {max_length}",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} letters",
    "missing": "is missing",
    "model_type": "not a section; one begins with a line such as [crawl]",
}


def list_faults(error: ValidationError) -> list[Mapping[str, Any]]:
    """Every fault with its `type`, its place `loc` and its words `said`; what was read is left out, as of a secret."""
    given = [fault["input"] for fault in error.errors(include_url=False)]
    faults = error.errors(include_url=False, include_input=False)
    return [{**fault, "said": _say(fault["type"], fault["msg"], fault.get("ctx", {})) + _suggest(fault, word)}
            for fault, word in zip(faults, given, strict=True)]


def _suggest(fault: Mapping[str, Any], given: object) -> str:
    """The word that is near to what was `given` where one of a few is wanted: none of these is a secret."""
    if fault["type"] != "literal_error" or not isinstance(given, str):
        return ""
    words = re.findall("'([^']+)'", str(fault["ctx"]["expected"]))
    near = difflib.get_close_matches(given.strip().lower().replace(" ", "_").replace("-", "_"), words, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _say(kind: str, message: str, context: Mapping[str, Any]) -> str:
    words = WORDS.get(kind)
    if words is None or (kind == "string_too_short" and context.get("min_length", 1) > 1):
        return " ".join(message.removeprefix("Value error, ").split())
    return words.format(**{key: _plain(value) for key, value in context.items()})


def _plain(value: object) -> object:
    """A bound as people write it: 7, not 7.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def name_place(place: Sequence[int | str], given: Mapping[str, Any]) -> str:
    """Where a fault lies, as people find it in what was `given`: `crawl.contact`, and of tables of one name
    `subscription desk, hour`, or `subscription 2, hour` where the second of them is not named; counted from one."""
    if len(place) < 2 or not isinstance(place[1], int):
        return _dot(place)
    table = f"{place[0]} {_name_table(given.get(str(place[0])), place[1])}"
    return f"{table}, {_dot(place[2:])}" if place[2:] else table


def _name_table(tables: object, number: int) -> str:
    rows = tables if isinstance(tables, list) else []
    named = [row.get("name") if isinstance(row, Mapping) else None for row in rows]
    name = named[number] if number < len(named) else None
    if not isinstance(name, str) or not PLAIN_NAME.fullmatch(name):
        return str(number + 1)
    return name if named.count(name) == 1 else f"{number + 1} ({name})"


def _dot(place: Sequence[int | str]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
