"""The newsroom's labels agree with its texts: events, noise, days and faults."""

import re
from datetime import date, timedelta

import pytest

from seeds.gazetteer import Gazetteer, load_gazetteer
from seeds.newsroom import Newsroom, run_newsroom
from seeds.newsroom.days import FORMS, fill_days
from seeds.newsroom.library import load_events, load_stories
from seeds.newsroom.printing import make_slug
from tests.newsroom_factory import NOON, find_story


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def test_every_event_is_told_by_a_story_and_several_in_several_languages() -> None:
    expected = {e.id: e for e in Newsroom(NOON).expected()}

    assert set(expected) == set(load_events())
    assert len([e for e in expected.values() if e.told]) >= 6
    assert len({e.act for e in expected.values()}) >= 6
    assert len([e for e in expected.values() if len(e.languages) >= 2]) >= 5
    assert set(expected["hue_chungbuk_agreement"].languages) == {"vi", "ko", "en", "pl"}


def test_expected_events_hold_day_and_addresses() -> None:
    with run_newsroom(NOON) as newsroom:
        event = next(e for e in newsroom.expected() if e.id == "danang_daegu_training")

    assert event.happened_on == date(2026, 11, 19)
    assert event.pairs == (("VN-48", "KR-27"),)
    assert set(event.urls) == {"nr_thanhnien", "nr_vna_en"}
    assert event.urls["nr_vna_en"][0].startswith(newsroom.roots["nr_vna_en"])


def test_every_story_names_what_its_label_says(gazetteer: Gazetteer) -> None:
    for story in load_stories():
        pairs = story.event.pairs if story.event else ()
        keys = {key for pair in pairs for key in pair} | set(story.names)
        text = " ".join([story.title, story.lead, *story.paragraphs])

        missing = [key for key in keys if not names(gazetteer, key, text)]

        assert not missing, story.id


def names(gazetteer: Gazetteer, key: str, text: str) -> bool:
    """Whether `text` holds a spelling of the unit, or of one of before July 2025 that became it."""
    units = [u for u in gazetteer.localities.values() if u.key == key or u.merged_into == key]
    forms = {form for unit in units for row in unit.aliases.values() for form in row}
    return any(re.search(rf"(?<!\w){re.escape(form.rstrip('*'))}", text, re.IGNORECASE) for form in forms if form)


def test_most_stories_are_noise_and_much_of_it_names_both_countries() -> None:
    noise = [s for s in load_stories() if not s.event]
    both = [s for s in noise if {key[:2] for key in s.names} == {"VN", "KR"}]

    assert len(noise) >= 40
    assert len(both) >= 20
    assert not [s.id for s in load_stories() if s.event and s.names]


def test_a_story_that_is_told_is_young_and_printed_after_its_event() -> None:
    for story in (s for s in load_stories() if s.event and "redated" not in s.faults):
        assert story.event
        assert story.age <= timedelta(days=story.event.days_ago), story.id
        assert story.event.told == (story.age <= timedelta(hours=48)), story.id


def test_the_redated_story_repeats_a_backlog_story_word_for_word() -> None:
    again, first = find_story("ninhbinh-jecheon-again-ko"), find_story("ninhbinh-jecheon-ko")

    assert again.paragraphs == first.paragraphs
    assert again.age < timedelta(hours=48) < first.age


def test_the_translation_keeps_the_slug_of_its_original() -> None:
    assert find_story("hue-chungbuk-pl").slug == make_slug(find_story("hue-chungbuk-vi").title, "vi")


def test_every_fault_of_a_page_has_a_story() -> None:
    wanted = {"missing", "slow", "moved", "twin", "mislabelled", "cp949", "wall", "empty", "disallowed", "redated",
              "undated"}

    assert {fault for story in load_stories() for fault in story.faults} == wanted


def test_story_ids_are_unique_and_backlog_reaches_past_a_year() -> None:
    ids = [s.id for s in load_stories()]

    assert len(ids) == len(set(ids))
    assert max(s.age for s in load_stories()) > timedelta(days=365)


@pytest.mark.parametrize(("text", "filled"), [
    ("ngày {day.dm}", "ngày 2/1"), ("{day-2.dmy}", "31/12/2025"), ("chiều {day.dotted}", "chiều 2.1"),
    ("지난 {day.ko}", "지난 2일"), ("{day+1.en}", "January 3"), ("{day.pl}", "2 stycznia"),
    ("{day.weekday_en}", "Friday"), ("{dayx.dm}", "{dayx.dm}"),
])
def test_day_tokens_are_filled(text: str, filled: str) -> None:
    assert fill_days(text, date(2026, 1, 2)) == filled


def test_no_story_has_a_token_that_is_not_filled() -> None:
    texts = [t for s in load_stories() for t in (s.title, s.lead, *s.paragraphs)]

    assert not [t for t in texts if "{" in fill_days(t, NOON.date())]
    assert len(FORMS) == 13
