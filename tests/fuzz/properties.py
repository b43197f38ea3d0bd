"""What holds for every well-formed input, however odd, reader by reader; AssertionError where it does not."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import strategies as st

from crawler.dates import FIRST_YEAR, FUTURE, parse_date
from crawler.extract import extract_page
from crawler.feeds import parse_feed
from crawler.generic import make_generic_outlet
from crawler.identity import clean_url, make_host, make_identity
from crawler.opml import Outline, parse_opml, write_opml
from crawler.text import clean_line, strip_invisible
from monitor.judging.lines import parse_line, parse_story
from monitor.web.api.answers import read_cursor, write_cursor
from seeds.errors import SettingsError
from seeds.outlet import Outlet
from seeds.settings import load_settings
from tests.fake_clock import START_AT
from tests.fuzz import structures
from tests.fuzz.crawler_targets import load_seeds
from tests.fuzz.monitor_targets import make_folder
from tests.fuzz.structures import Document, SettingsText, Written


@dataclass(frozen=True)
class Property:
    """What is made, what holds for it, and for how many it is tried every day."""

    made: st.SearchStrategy[Any]
    hold: Callable[[Any], None]
    count: int


def _outlets() -> tuple[Outlet, ...]:
    ids = ("huengaynay", "ccdailynews")
    return (*(load_seeds().outlets[id] for id in ids), make_generic_outlet("https://unknown.example/"))


def _address_is_cleaned_once(url: str) -> None:
    for outlet in _outlets():
        cleaned = clean_url(url, outlet)
        if not cleaned:
            continue
        parts = urlsplit(cleaned)
        assert clean_url(cleaned, outlet) == cleaned
        assert make_host(cleaned) == make_host(url) and parts.netloc == make_host(cleaned)
        assert parts.scheme in ("http", "https") and not parts.fragment and cleaned.isascii()
        assert make_identity(cleaned, outlet) == make_identity(url, outlet)


def _noise_makes_no_other_article(pair: tuple[str, str]) -> None:
    for outlet in _outlets():
        assert make_identity(pair[0], outlet) == make_identity(pair[1], outlet)


def _date_is_read_as_written(written: Written) -> None:
    at = parse_date(written.text, zone=written.zone, now=START_AT)

    assert at is not None and at.replace(second=0) == written.at


def _date_is_aware_and_plausible(text: str) -> None:
    for zone in structures.ZONES:
        _check_instant(parse_date(text, zone=zone, now=START_AT))


def _feed_loses_nothing(feed: Document) -> None:
    outlet = _outlets()[0]
    found = parse_feed(feed.body, url="https://huengaynay.vn/rss", kind="rss", outlet=outlet, now=START_AT)

    assert not found.refused and [entry.url for entry in found.entries] == list(feed.urls)
    for entry in found.entries:
        _check_line(entry.title)
        _check_instant(entry.published_at)


def _sitemap_loses_nothing(sitemap: Document) -> None:
    outlet = _outlets()[0]
    found = parse_feed(sitemap.body, url="https://huengaynay.vn/s.xml", kind="sitemap", outlet=outlet, now=START_AT)

    assert sorted((*(entry.url for entry in found.entries), *found.more)) == sorted(sitemap.urls)
    for entry in found.entries:
        _check_instant(entry.published_at)


def _page_is_text_or_refused(body: bytes) -> None:
    for outlet in _outlets()[:2]:
        found = extract_page(body, url="https://huengaynay.vn/tin-1.html", outlet=outlet, now=START_AT)
        assert bool(found.text) != bool(found.refused), found.refused
        for line in (found.title, found.lead, found.author, *found.text.split("\n")):
            _check_line(line)
        _check_instant(found.published_at)


def _settings_are_taken_or_named(made: SettingsText) -> None:
    file = make_folder() / "settings.toml"
    file.write_text(made.text, "utf-8")
    if not made.wrong:
        settings = load_settings(file)
        for (section, key), value in made.values.items():
            taken = getattr(getattr(settings, section), key)
            assert [str(one) for one in taken] == value if isinstance(value, list) else taken == value
        return
    with pytest.raises(SettingsError) as told:
        load_settings(file)

    said = str(told.value)
    assert told.value.where == str(file) and "\n" not in said
    assert all(name in said for name in made.wrong)
    assert "unknown setting" not in said or "did you mean" in said or "known: " in said


def _outlines_come_back(outlines: list[Outline]) -> None:
    """Those of a folder stand together, in their order."""
    found = parse_opml(write_opml(outlines, "Huế"))

    assert _shelve(found) == _shelve(outlines)
    assert parse_opml(write_opml(found, "Huế")) == found


def _shelve(outlines: list[Outline]) -> dict[tuple[str, ...], list[Outline]]:
    every = {one.folders for one in outlines}
    return {folders: [one for one in outlines if one.folders == folders] for folders in every}


def _cursor_comes_back(mark: str) -> None:
    assert read_cursor(write_cursor(mark)) == mark


def _story_is_clean(line: dict[str, Any]) -> None:
    plain, escaped = (json.dumps(line, ensure_ascii=is_ascii).encode() for is_ascii in (False, True))
    story = parse_story(parse_line(plain), load_seeds())

    assert parse_story(parse_line(escaped), load_seeds()) == story
    assert unicodedata.is_normalized("NFC", story.title + story.text)


def _check_line(text: str) -> None:
    assert text == clean_line(text) and text == strip_invisible(text), text
    assert unicodedata.is_normalized("NFC", text) and "<" not in text and "&amp;" not in text, text


def _check_instant(at: datetime | None) -> None:
    if at is not None:
        assert at.utcoffset() is not None
        assert datetime(FIRST_YEAR - 1, 12, 31, tzinfo=UTC) <= at <= START_AT + FUTURE


_NAMES = structures.LINES.map(clean_line).filter(lambda text: text.isprintable() and bool(text))
_OUTLINES = st.lists(
    st.builds(Outline, _NAMES, structures.addresses().map(clean_line), st.just("rss"), st.just(""),
              st.lists(_NAMES, max_size=3).map(tuple)),
    max_size=5, unique_by=lambda outline: outline.url)
_STORIES = st.fixed_dictionaries(
    {"id": st.one_of(st.integers(), structures.LINES), "title": structures.LINES, "text": structures.LINES},
    optional={"lang": st.sampled_from(("vi", "ko", "en", "")), "published_at": st.sampled_from(("2026-03-01", None)),
              "more": structures.LINES})

PROPERTIES = {
    "address": Property(structures.addresses(), _address_is_cleaned_once, 300),
    "noise": Property(structures.noisy_addresses(), _noise_makes_no_other_article, 200),
    "written date": Property(structures.written_dates(), _date_is_read_as_written, 400),
    "odd date": Property(structures.ODD_DATES, _date_is_aware_and_plausible, 200),
    "feed": Property(structures.feeds(), _feed_loses_nothing, 200),
    "sitemap": Property(structures.sitemaps(), _sitemap_loses_nothing, 200),
    "page": Property(structures.pages(), _page_is_text_or_refused, 100),
    "settings": Property(structures.settings_texts(), _settings_are_taken_or_named, 200),
    "opml": Property(_OUTLINES, _outlines_come_back, 100),
    "cursor": Property(st.from_regex(r"[0-9A-Za-z_.:~-]{1,150}", fullmatch=True), _cursor_comes_back, 200),
    "story": Property(_STORIES, _story_is_clean, 200),
}
