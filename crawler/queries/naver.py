"""Naver news search, by either of its two doors: its questions and answers. It needs keys, whose terms hold.

Its limits: 25,000 calls a day for all its searches together; at most 100 stories per call.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any
from urllib.parse import urlencode

from crawler.answers import Answer
from crawler.queries.service import AFTER_REFUSAL, Question, Reply, Service, Story, quote, read_failure
from crawler.text import clean_line
from seeds.queries import QueryWords
from seeds.sections import QuerySettings

NAME = "naver"
LEAST_PAUSE = timedelta(seconds=1)
MOST_RECORDS = 100
DOORS = {
    "developers": ("https://openapi.naver.com/v1/search/news.json", "X-Naver-Client-Id", "X-Naver-Client-Secret"),
    "hub": ("https://naverapihub.apigw.ntruss.com/search/v1/news", "X-NCP-APIGW-API-KEY-ID", "X-NCP-APIGW-API-KEY"),
}
KEYS_REFUSED, QUOTA_USED, TOO_FAST = "keys_refused", "quota_used", "too_fast"
# 010 in the old door's table of errors: the calls of the day are used up; other limits (012, rate) are of a second.
DAY_USED = re.compile(r'"errorCode"\s*:\s*"010"|quota|query limit exceeded', re.I)
_TAG = re.compile(r"</?b>", re.I)


def make_service(settings: QuerySettings, words: Mapping[str, QueryWords]) -> Service:
    """The service with one question per Korean act: Naver holds the Korean press."""
    url, id_header, secret_header = DOORS[settings.naver_door]
    headers = {
        id_header: settings.naver_client_id.get_secret_value(),
        secret_header: settings.naver_client_secret.get_secret_value(),
    }
    korean = words.get("ko")
    questions = [
        _make_question(settings.naver_url or url, settings.naver_door, " ".join(map(quote, (*korean.other, act))),
                       headers)
        for act in korean.acts] if korean else []
    return Service(NAME, tuple(questions), settings.naver_per_day, LEAST_PAUSE, read, has_terms=True)


def read(answer: Answer) -> Reply:
    """The stories of an answer; wrong keys (401) and a used quota (429) are named."""
    if answer.status == 401:
        return Reply(refused=KEYS_REFUSED, rest=AFTER_REFUSAL)
    if answer.status == 429:
        used = DAY_USED.search(answer.body.decode("utf-8", "replace"))
        return Reply(refused=QUOTA_USED if used else TOO_FAST, rest=AFTER_REFUSAL / 4 if used else timedelta(minutes=5))
    if failed := read_failure(answer):
        return failed
    try:
        items = list(json.loads(answer.body)["items"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Reply(refused="not_json", rest=timedelta(hours=1))
    made = [_make_story(item) for item in items if isinstance(item, dict)]
    return Reply(tuple(story for story in made if story.url))


def _make_question(url: str, door: str, query: str, headers: Mapping[str, str]) -> Question:
    keys = {"query": query, "display": MOST_RECORDS, "start": 1, "sort": "date"}
    return Question(query, f"{url}?{urlencode(keys | ({'format': 'json'} if door == 'hub' else {}))}", "ko", headers)


def _make_story(item: Mapping[str, Any]) -> Story:
    url = str(item.get("originallink") or item.get("link") or "")
    return Story(url, url, _clean(item.get("title")), _clean(item.get("description")), "ko", _parse(item))


def _clean(value: object) -> str:
    return clean_line(unescape(_TAG.sub("", str(value or ""))))


def _parse(item: Mapping[str, Any]) -> datetime | None:
    try:
        return parsedate_to_datetime(str(item.get("pubDate"))).astimezone(UTC)
    except (ValueError, OverflowError):  # year 1 of a zone east of Greenwich
        return None
