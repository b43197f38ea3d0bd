"""What a visitor is refused, by name: told to people in their language, to programs in English; it decides nothing."""

import re
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException

from monitor.digests.wording import LANGUAGES
from monitor.web.words import Words, load_words
from seeds.errors import TwinwatchError
from storage.errors import StoreError

LANGUAGE_COOKIE = "twinwatch_language"
# What an address or a form names, as the pages call it; of anything else only that it is not understood.
VALUES = {
    **{name: f"filter.{name}" for name in ("place", "act", "stage", "language", "outlet", "since", "until", "verdict")},
    "q": "filter.search", "years": "timeline.years", "kind": "tie.kind", "state": "outlet.state",
    "outcome": "run.outcome", "reader": "judge.who", "article": "rules.story", "answer": "judge.title",
}
_NAMES = re.compile(r"[;,] *")


class Refusal(HTTPException):
    """A refusal whose sentence is the phrase `refused.<reason>` with `values` filled in."""

    def __init__(self, status: int, reason: str, **values: Any) -> None:
        self.reason, self.values = reason, values
        super().__init__(status, load_words(LANGUAGES[0]).say(f"refused.{reason}", **values))


def find_status(error: Exception) -> int:
    """The status of the answer to an error."""
    if isinstance(error, StarletteHTTPException):
        return error.status_code
    return 503 if isinstance(error, StoreError) else 400


def tell_program(error: Exception) -> str:
    """What a program is told: what is not known, by name, or one sentence in English."""
    if isinstance(error, StarletteHTTPException):
        return error.detail or HTTPStatus(error.status_code).phrase
    if isinstance(error, RequestValidationError):
        return "; ".join(str(one["loc"][-1]) for one in error.errors())
    return str(error)


def tell_person(error: Exception, words: Words) -> str:
    """The same in the words of a language; empty where the heading of the status says all."""
    if isinstance(error, Refusal):
        return words.say(f"refused.{error.reason}", **error.values)
    if isinstance(error, TwinwatchError):
        return words.say(f"refused.{error.reason or 'unnamed'}")
    if isinstance(error, StoreError):
        return words.say("refused.store")
    told = tell_program(error)
    if words.has(f"missing.{told}"):
        return words.say(f"missing.{told}")
    return _name_values(told, words) if find_status(error) in (400, 422) else ""


def _name_values(told: str, words: Words) -> str:
    """Which values of an address or a form are not understood."""
    keys = [VALUES[name] for name in _NAMES.split(told.removesuffix(": not known")) if name in VALUES]
    names = ", ".join(words.say(key) for key in dict.fromkeys(keys))
    return words.say("refused.value", names=names) if names else words.say("refused.address")
