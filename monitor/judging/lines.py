"""Reads the JSON lines of the contract: stories to be judged, and labels that people gave them; it judges nothing."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Any, get_args
from zoneinfo import ZoneInfo

from monitor.judging.evaluation import Labelled
from monitor.judging.language import detect_language
from monitor.judging.values import Act, Stage, Story
from seeds.catalogue import Catalogue
from seeds.errors import InputError, TwinwatchError
from seeds.outlet import ZONES

# Where the outlet is not known, a Vietnamese or Korean story is dated in its country's zone.
LANGUAGE_ZONES = {"vi": ZONES["VN"], "ko": ZONES["KR"]}


ACTS, STAGES = frozenset(get_args(Act)), frozenset(get_args(Stage))
# What lies outside is a slip, and days could not be counted from the ends of the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2200
LABEL_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


@dataclass(frozen=True)
class LabelledStory:
    """A story with what people say of it."""

    label: Labelled
    story: Story


@dataclass(frozen=True)
class Fault:
    """A line that cannot be used: its number, from 1, and why."""

    number: int
    error: TwinwatchError

    def __str__(self) -> str:
        return f"line {self.number}: {self.error}"


def parse_labelled(lines: Iterable[bytes], catalogue: Catalogue) -> Iterator[LabelledStory | Fault]:
    """The labelled stories of `lines`, with a Fault in the place of each that is broken; blank lines are passed over.

    A story without published_at is dated by its label's event_date, so that days without a year can be read.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield parse_labelled_line(parse_line(line), catalogue)
        except TwinwatchError as error:
            yield Fault(number, error)


def parse_labelled_line(data: dict[str, Any], catalogue: Catalogue) -> LabelledStory:
    """One labelled story. Raises InputError for a key that is missing or of the wrong kind."""
    label = parse_label(data)
    if not data.get("published_at") and len(label.happened_on or "") == 10:
        data = {**data, "published_at": f"{label.happened_on}T{time(12):%H:%M:%S}"}
    story = parse_story(data, catalogue)
    return LabelledStory(replace(label, lang=label.lang or story.lang), story)


def parse_line(line: bytes) -> dict[str, Any]:
    """The object of one line. Raises InputError for anything else."""
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise InputError(f"not JSON in UTF-8: {error}") from error
    except RecursionError as error:
        raise InputError("not JSON: nested too deep") from error
    if not isinstance(data, dict):
        raise InputError("not a JSON object", advice='{"id", "url", "title", "text"}')
    return data


def parse_label(data: dict[str, Any]) -> Labelled:
    """What people say of a story. Raises InputError for a key that is missing or of the wrong kind."""
    if not isinstance(data.get("relevant"), bool):
        raise InputError("'relevant' is missing", advice="a labelled story says true or false")
    pairs = data.get("pairs") or []
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        raise InputError("'pairs' must be a list of [Vietnamese, Korean] names")
    return Labelled(
        str(_read_id(data)), str(data.get("lang") or ""), data["relevant"], bool(data.get("borderline")),
        tuple((_nfc(str(vn)), _nfc(str(kr))) for vn, kr in pairs), _read_choice(data, "act", ACTS), _read_day(data),
        str(data["event_id"]) if data.get("event_id") else None, _read_choice(data, "stage", STAGES),
    )


def parse_story(data: dict[str, Any], catalogue: Catalogue) -> Story:
    """A story from a line of the contract. Raises InputError for a key that is missing or of the wrong kind."""
    title, text, url = (_read_text(data, key) for key in ("title", "text", "url"))
    lang = _read_text(data, "lang", default="")[:2].lower() or detect_language(f"{title}\n{text}")
    outlet = catalogue.find_outlet(url) if url else None
    zone = outlet.zone if outlet else LANGUAGE_ZONES.get(lang)
    return Story(
        str(_read_id(data)), url, lang, title, text, _parse_instant(data.get("published_at"), zone),
        outlet.home if outlet else None, outlet.country if outlet else None,
    )


def _read_choice(data: dict[str, Any], key: str, known: frozenset[str]) -> str | None:
    value = data.get(key)
    if value is not None and (not isinstance(value, str) or value not in known):
        raise InputError(f"{key!r} is unknown: {value!r}", advice=f"known: {', '.join(sorted(known))}")
    return value


def _read_day(data: dict[str, Any]) -> str | None:
    value = data.get("event_date")
    if value is not None and not (isinstance(value, str) and LABEL_DAY.fullmatch(value)):
        raise InputError(f"'event_date' is no day: {value!r}", advice="YYYY-MM-DD, YYYY-MM, YYYY or null")
    return value


def _read_id(data: dict[str, Any]) -> object:
    if not isinstance(data.get("id"), str | int):
        raise InputError("'id' is missing or neither text nor a number")
    return data["id"]


def _read_text(data: dict[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key) if data.get(key) is not None else default
    if key == "url" and value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{key!r} is missing or no text")
    return _nfc(value)


def _nfc(text: str) -> str:
    """NFC text; half of a surrogate pair, which no file could hold, becomes the replacement character."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", whole)


def _parse_instant(value: object, zone: str | None) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        at = datetime.fromisoformat(str(value).strip())
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError(at.year)
    except ValueError as error:
        raise InputError(f"'published_at' is no ISO instant of our time: {value!r}") from error
    if zone:
        return at.replace(tzinfo=ZoneInfo(zone)) if at.tzinfo is None else at.astimezone(ZoneInfo(zone))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
