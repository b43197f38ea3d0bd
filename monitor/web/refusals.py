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
# Of these, an error's detail holds the names of values.
NAMED = frozenset({400, 422})
_BARE = re.compile(r"[a-z_]+(, [a-z_]+)*")


class Refusal(HTTPException):
    """A refusal whose sentence is the phrase `refused.<reason>` with `values` filled in."""

    def __init__(self, status: int, reason: str, **values: Any) -> None:
        self.reason, self.values = reason, values
        super().__init__(status, load_words(LANGUAGES[0]).say(f"refused.{reason}", **values))


def find_status(error: Exception) -> int:
    """The status of a page's answer to an error: an address in whose path a number does not fit is none of ours."""
    if isinstance(error, RequestValidationError) and any(one["loc"][0] == "path" for one in error.errors()):
        return 404
    if isinstance(error, StarletteHTTPException):
        return error.status_code
    return 503 if isinstance(error, StoreError) else 400


def tell_program(error: Exception) -> str:
    """What a program is told, in English: the values that do not fit and why, or one sentence; of what is not there
    only what it is.
    """
    if isinstance(error, RequestValidationError):
        return "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())
    if isinstance(error, StarletteHTTPException):
        told = error.detail or HTTPStatus(error.status_code).phrase
        return f"{told}: not known" if error.status_code in NAMED and _BARE.fullmatch(told) else told
    return str(error)


def tell_person(error: Exception, words: Words) -> str:
    """The same in the words of a language; empty where the heading of the status says all."""
    if isinstance(error, Refusal):
        return words.say(f"refused.{error.reason}", **error.values)
    if isinstance(error, TwinwatchError):
        return words.say(f"refused.{error.reason or 'unnamed'}")
    if isinstance(error, StoreError):
        return words.say("refused.store")
    if isinstance(error, StarletteHTTPException) and words.has(f"missing.{error.detail}"):
        return words.say(f"missing.{error.detail}")
    return _name_values(error, words) if find_status(error) in NAMED else ""


def _name_values(error: Exception, words: Words) -> str:
    """Which values of an address or a form are not understood."""
    if isinstance(error, RequestValidationError):
        found = [str(one["loc"][-1]) for one in error.errors()]
    else:
        found = tell_program(error).removesuffix(": not known").split(", ")
    keys = [VALUES[name] for name in found if name in VALUES]
    names = ", ".join(words.say(key) for key in dict.fromkeys(keys))
    return words.say("refused.value", names=names) if names else words.say("refused.address")
