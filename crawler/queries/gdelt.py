"""GDELT DOC 2.0: its questions and answers. It searches an English translation, so the words are English.

Its limits: one request per 5 seconds, free for any use that names GDELT as the source.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from crawler.answers import Answer
from crawler.queries.service import (
    AFTER_LIMIT,
    AFTER_REFUSAL,
    Question,
    Reply,
    Service,
    Story,
    join_any,
    make_groups,
    quote,
    read_failure,
)
from crawler.text import clean_line, unescape_again
from seeds.queries import QueryWords
from seeds.sections import QuerySettings

NAME = "gdelt"
LANGUAGES = {"vi": "vietnamese", "ko": "korean", "en": "english"}
LEAST_PAUSE = timedelta(seconds=6)  # one request per 5 seconds, by its own answer
MOST_RECORDS = 250
TIMESPAN = "3d"  # a story is asked for several times, as a busy service may refuse a day of ours
ACTS_AT_ONCE = 3
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])|\\u(?![0-9a-fA-F]{4})')
_LIMITED = re.compile(r"limit requests|one every \d+ seconds", re.I)


def make_service(settings: QuerySettings, words: Mapping[str, QueryWords]) -> Service:
    """The service with questions for the press of every language."""
    made = words.get("en")
    groups = make_groups(made.acts, ACTS_AT_ONCE) if made else []
    questions = [
        _make_question(settings.gdelt_url, made, acts, lang) for acts in groups for lang in words if made]
    return Service(NAME, tuple(questions), settings.gdelt_per_day, LEAST_PAUSE, read, is_dated=False)


def read(answer: Answer) -> Reply:
    """The stories of an answer. A wrong query, and at times a limit, comes as a plain sentence with status 200."""
    if failed := read_failure(answer):
        return failed
    text = answer.body.decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        if _LIMITED.search(text):
            return Reply(refused="limited", rest=AFTER_LIMIT)
        return Reply(refused=f"it says: {clean_line(text)[:120]}" if text else "empty", rest=AFTER_REFUSAL)
    try:
        data = json.loads(_BAD_ESCAPE.sub(r"\\\\", text), strict=False)
        found = list(data.get("articles") or [])
    except (ValueError, TypeError, RecursionError):
        return Reply(refused="not_json", rest=AFTER_LIMIT)
    return Reply(tuple(_make_story(one) for one in found if isinstance(one, dict) and one.get("url")))


def _make_question(url: str, words: QueryWords, acts: tuple[str, ...], lang: str) -> Question:
    # A Vietnamese paper need not name its own country, nor a Korean one Korea.
    countries = {"vi": words.other[:1], "ko": words.other[1:]}.get(lang, words.other)
    parts = [*map(quote, countries), join_any(acts), join_any(words.places) if words.places else ""]
    query = " ".join(filter(None, [*parts, f"sourcelang:{LANGUAGES[lang]}"]))
    keys = {"query": query, "mode": "artlist", "format": "json", "maxrecords": MOST_RECORDS, "timespan": TIMESPAN,
            "sort": "datedesc"}
    return Question(query, f"{url}?{urlencode(keys)}", lang)


def _make_story(found: Mapping[str, str]) -> Story:
    names = {name: lang for lang, name in LANGUAGES.items()}
    url = str(found["url"])
    return Story(
        url, url, clean_line(unescape_again(str(found.get("title") or ""))),
        lang=names.get(str(found.get("language")).lower(), ""), published_at=_parse(str(found.get("seendate"))))


def _parse(text: str) -> datetime | None:
    """When GDELT met the page: minutes to hours after it was published."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
