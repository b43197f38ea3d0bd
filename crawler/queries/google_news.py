"""Google News RSS: its questions and answers. Its links lead to Google and are never followed: titles and sources only.

It has no documentation and is meant for personal feed readers; at most about 100 stories per question, no paging.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from crawler.answers import Answer
from crawler.queries.service import AFTER_REFUSAL, Question, Reply, Service, Story, join_any, make_groups, read_failure
from crawler.syndication import parse_xml
from crawler.text import clean_line, unescape_again
from seeds.queries import QueryWords
from seeds.sections import QuerySettings

NAME = "google_news"
LEAST_PAUSE = timedelta(minutes=1)
EDITIONS = {"vi": ("vi", "VN", "VN:vi"), "ko": ("ko", "KR", "KR:ko"), "en": ("en-US", "US", "US:en")}
ACTS_AT_ONCE = 4
WHEN = "when:2d"  # a question has its turn every few hours


def make_service(settings: QuerySettings, words: Mapping[str, QueryWords]) -> Service:
    """The service with a few questions per language, each to the edition of that language."""
    questions = [
        _make_question(settings.google_news_url, one, acts)
        for one in words.values() for acts in make_groups(one.acts, ACTS_AT_ONCE)]
    return Service(NAME, tuple(questions), settings.google_news_per_day, LEAST_PAUSE, read, is_followed=False)


def read(answer: Answer) -> Reply:
    """The stories of an answer; a page instead of a feed (consent, captcha) is refused."""
    if failed := read_failure(answer):
        return failed
    try:
        parsed = parse_xml(answer.body)
    except (ValueError, RecursionError):
        return Reply(refused="not_a_feed", rest=AFTER_REFUSAL)
    if not parsed.get("version"):  # nor has an empty answer any
        return Reply(refused="not_a_feed", rest=AFTER_REFUSAL)
    return Reply(tuple(story for item in parsed.entries if (story := _make_story(item))))


def _make_question(url: str, words: QueryWords, acts: tuple[str, ...]) -> Question:
    language, country, edition = EDITIONS[words.lang]
    query = " ".join([*(f'"{word}"' for word in words.other), join_any(acts), WHEN])
    keys = {"q": query, "hl": language, "gl": country, "ceid": edition}
    return Question(query, f"{url}?{urlencode(keys)}", words.lang)


def _make_story(item: Any) -> Story | None:
    source = item.get("source") or {}
    name, site = clean_line(source.get("title") or ""), str(source.get("href") or "")
    title = clean_line(unescape_again(item.get("title") or "")).removesuffix(f" - {name}").strip()
    link = str(item.get("link") or "")
    return Story(link, site, title, published_at=_parse(item.get("published"))) if title and site and link else None


def _parse(text: object) -> datetime | None:
    try:
        return parsedate_to_datetime(str(text)).astimezone(UTC)
    except (ValueError, OverflowError):  # year 1 of a zone east of Greenwich
        return None
