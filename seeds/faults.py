"""What pydantic finds wrong with a value, in words for people who know neither it nor Python."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

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
    faults = error.errors(include_url=False, include_input=False)
    return [{**fault, "said": _say(fault["type"], fault["msg"], fault.get("ctx", {}))} for fault in faults]


def _say(kind: str, message: str, context: Mapping[str, Any]) -> str:
    words = WORDS.get(kind)
    if words is None or (kind == "string_too_short" and context.get("min_length", 1) > 1):
        return " ".join(message.removeprefix("Value error, ").split())
    return words.format(**{key: _plain(value) for key, value in context.items()})


def _plain(value: object) -> object:
    """A bound as people write it: 7, not 7.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
