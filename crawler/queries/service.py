"""What every query service has: its questions, its limits and a reader of its answers; it asks nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from crawler.answers import Answer

DAY = timedelta(days=1)
# How long a service is left alone after an answer that it cannot mean well. GDELT sheds load for hours (see README).
AFTER_LIMIT = timedelta(hours=1)
AFTER_REFUSAL = timedelta(days=1)
AFTER_FAILURE = timedelta(minutes=30)
OURS = frozenset({"busy", "blocked", "resting", "slow", "budget", "guard_no_contact"})  # nothing was asked
UNSENT = OURS - {"blocked"}  # whoever blocks us has answered, if only for its robots.txt
T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """One request: `query` names it for people and for its turn, `lang` is the language of the stories asked for."""

    query: str
    url: str
    lang: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """A story as a service shows it. `site` is an address of its publisher; `published_at` at least nearly right."""

    url: str
    site: str
    title: str
    summary: str = ""
    lang: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True)
class Reply:
    """What an answer means: stories, or why there are none and how long the service is left alone.

    `is_asked` is false where we sent nothing, so that the service's turn is still to come.
    """

    stories: tuple[Story, ...] = ()
    refused: str = ""
    rest: timedelta = timedelta()
    is_asked: bool = True


@dataclass(frozen=True)
class Service:
    """A search service: its questions in the order of their turns, and its limits.

    `has_terms` is true where keys and terms, and not robots.txt, say what we may ask; `is_followed` where the addresses
    of its stories are their publishers', `is_dated` where its dates are the publishers' own.
    """

    name: str
    questions: tuple[Question, ...]
    per_day: int
    least_pause: timedelta
    read: Callable[[Answer], Reply]
    has_terms: bool = False
    is_followed: bool = True
    is_dated: bool = True

    @property
    def pause(self) -> timedelta:
        """Between two requests: its requests of a day are spread over the day."""
        return max(self.least_pause, DAY / self.per_day)


def read_failure(answer: Answer) -> Reply | None:
    """The reply of an answer that holds no stories for a reason all services share; None where it is to be read."""
    if answer.failure in OURS:
        return Reply(refused=answer.detail or answer.failure, is_asked=answer.failure not in UNSENT)
    if answer.failure == "robots_forbid":
        return Reply(refused=answer.failure, rest=AFTER_REFUSAL)
    if answer.failure:
        return Reply(refused=answer.failure, rest=AFTER_FAILURE)
    if answer.status == 200:
        return None
    rest = AFTER_LIMIT if answer.status == 429 else AFTER_REFUSAL if answer.status in (401, 403) else AFTER_FAILURE
    return Reply(refused=f"http_{answer.status}", rest=rest)


def make_groups(words: tuple[T, ...], size: int) -> list[tuple[T, ...]]:
    """The words in groups of at most `size`."""
    return [words[start : start + size] for start in range(0, len(words), size)]


def join_any(words: Sequence[str]) -> str:
    """`("a b" OR c)`: phrases in quotation marks, one of which must be there."""
    return f"({' OR '.join(map(quote, words))})" if len(words) > 1 else quote(words[0])


def quote(word: str) -> str:
    """A phrase as search services want it."""
    return f'"{word}"' if " " in word else word
