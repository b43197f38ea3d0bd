"""The words of the dashboard in one language: its own catalogue, and that of the digests; it chooses the language too.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from monitor.digests.wording import LANGUAGES, load_wording

CATALOGUES = Path(__file__).parent / "catalogues"
ZONES = {"en": "UTC", "ko": "Asia/Seoul", "vi": "Asia/Ho_Chi_Minh"}
NATIVE_NAMES = {"en": "English", "ko": "한국어", "vi": "Tiếng Việt"}


class Words:
    """Phrases by key. A key that neither catalogue has is a KeyError: no reader is ever shown a key."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._own, self._digests = load_wording(language, CATALOGUES), load_wording(language)

    def say(self, key: str, **values: object) -> str:
        """The phrase of `key` with its `{names}` filled in."""
        return (self._own if key in self._own.keys else self._digests).say(key, **values)

    def count(self, key: str, n: int, **values: object) -> str:
        """The phrase of `key` in the plural form that `n` asks for."""
        return (self._own if key in self._own.keys else self._digests).count(key, n, **values)

    def has(self, key: str) -> bool:
        """Whether there is such a phrase."""
        return key in self._own.keys or key in self._digests.keys

    def language_name(self, code: str) -> str:
        """The name of a language in this one."""
        return self._own.language_name(code) if code else self.say("lang.unknown")


@lru_cache(maxsize=len(LANGUAGES))
def load_words(language: str) -> Words:
    """The words of `language` (one of LANGUAGES), read once."""
    return Words(language)


def choose_language(wished: str, cookie: str, accepted: str) -> str:
    """One of LANGUAGES: what the address asks for, else the cookie, else the best of Accept-Language, else English."""
    for one in (wished, cookie, *_sort_accepted(accepted)):
        if one in LANGUAGES:
            return one
    return LANGUAGES[0]


def _sort_accepted(header: str) -> Sequence[str]:
    """The primary tags of an Accept-Language header, best first (RFC 9110, 12.5.4)."""
    found = []
    for number, part in enumerate(header[:500].split(",")):
        tag, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=") or "1"
        try:
            found.append((-float(weight), number, tag.strip().lower().partition("-")[0]))
        except ValueError:
            continue
    return [tag for weight, _, tag in sorted(found) if weight < 0]
