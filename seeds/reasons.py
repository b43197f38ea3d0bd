"""Says in each language why something could not be read (`reasons.yml`); what is wrong, others find out."""

import re
from functools import cache
from pathlib import Path

import yaml

from seeds.errors import SeedError

REASONS = Path(__file__).parent / "reasons.yml"
LANGUAGES = ("en", "ko", "vi")
BETWEEN, WITHIN = "; ", ", "  # sentences side by side, and those inside another one
# What a gap of a sentence may hold; the others hold any words.
_FORMS = {"host": r"[^\s,;]+", **dict.fromkeys(("status", "n", "bad", "of", "usual", "now"), r"\d+")}
_NESTED = frozenset({"why", "whys", "time"})
_GAP = re.compile(r"\{(\w+)\}")
_STATUS = re.compile(r"(?P<kind>(?:\w+_)?http)_(?P<status>\d+)")


def say_reason(code: str, language: str = "en", **values: str | int) -> str:
    """The sentence of `code` with its gaps filled; without a sentence the code.

    `http_<status>` and the like, without a sentence of their own, are said as `http` with that status.
    """
    if code not in _load() and (of_status := _STATUS.fullmatch(code)):
        code, values = of_status["kind"], {**values, "status": of_status["status"]}
    sentence = _load().get(code)
    if sentence is None or not values.keys() >= set(_GAP.findall(sentence[language])):
        return code.replace("_", " ")
    return sentence[language].format(**values)


def translate_reason(text: str, language: str) -> str:
    """`text`, English sentences as they are stored, in `language`; a sentence that nobody knows stays as it is."""
    if language == "en" or language not in LANGUAGES:
        return text
    return BETWEEN.join(_translate(part, language) for part in text.split(BETWEEN))


def _translate(text: str, language: str) -> str:
    for code, pattern in _patterns():
        if match := pattern.fullmatch(text):
            values = {name: _fill(name, value, language) for name, value in match.groupdict().items()}
            return say_reason(code, language, **values)
    return text


def _fill(name: str, value: str, language: str) -> str:
    if name not in _NESTED:
        return value
    parts = value.split(WITHIN) if name == "whys" else [value]
    return WITHIN.join(_translate(part, language) for part in parts)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The English sentences as patterns, those without gaps first."""
    made = [(code, _make_pattern(sentence["en"])) for code, sentence in _load().items()]
    return sorted(made, key=lambda pair: pair[1].groups > 0)


def _make_pattern(sentence: str) -> re.Pattern[str]:
    parts = _GAP.split(sentence)  # text and names of gaps in turn
    forms = [f"(?P<{part}>{_FORMS.get(part, '.+')})" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(forms))


@cache
def _load() -> dict[str, dict[str, str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, in every crawl
    sentences: dict[str, dict[str, str]] = yaml.load(REASONS.read_text("utf-8"), Loader=loader)
    for code, words in sentences.items():
        gaps = {frozenset(_GAP.findall(words.get(language, ""))) for language in LANGUAGES}
        if set(words) != set(LANGUAGES) or len(gaps) > 1:
            raise SeedError("needs a sentence with the same gaps in every language", where=f"{REASONS}: {code}")
    return sentences
