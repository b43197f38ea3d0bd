"""A digest says which announced pages wait to be read, wherever it says what was read; old digests still open."""

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.digests.content import DigestContent
from monitor.digests.lead import make_lead, make_matter
from monitor.digests.render_email import render_email
from monitor.digests.render_slack import render_slack
from monitor.digests.wording import LANGUAGES, load_wording
from tests.digest_samples import OUTLETS, make_content, make_event, make_line

NAMES = list(OUTLETS)[:2]
LATE = [make_line(NAMES[0], waiting=7), make_line(NAMES[1], waiting=30)]
TOLD = {
    "en": (
        "Nothing new. All 2 outlets were read. 37 pages of 2 outlets still wait to be read: {1} 30, {0} 7.",
        "37 pages of 2 outlets announced, but still waiting to be read",
        "nothing new (2 of 2 outlets read, 37 pages still wait)",
    ),
    "ko": (
        "새 소식이 없습니다. 매체 2곳을 모두 확인했습니다. "
        "매체 2곳의 기사 37건은 아직 읽지 못했습니다: {1} 30건, {0} 7건.",
        "목록에는 올라왔으나 아직 읽지 못한 기사 37건(매체 2곳)",
        "새 소식 없음 (매체 2곳 중 2곳 확인, 기사 37건 대기 중)",
    ),
    "vi": (
        "Không có tin mới. Đã đọc toàn bộ 2 nguồn tin. "
        "Còn 37 bài của 2 nguồn tin chưa được đọc: {1} 30 bài, {0} 7 bài.",
        "37 bài của 2 nguồn tin đã xuất hiện nhưng còn chờ đọc",
        "không có tin mới (đã đọc 2/2 nguồn tin, còn 37 bài chờ đọc)",
    ),
}


def lead(*ledger: Any, language: str = "en", events: Any = ()) -> str:
    return make_lead(make_content(*events, ledger=list(ledger), language=language), load_wording(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_wait_are_told_where_all_outlets_are_said_to_be_read(language: str) -> None:
    content = make_content(ledger=LATE, language=language)
    names = [OUTLETS[name] for name in NAMES]
    said, group, subject = (text.format(*names) for text in TOLD[language])

    email, slack = render_email(content), render_slack(content)

    assert make_lead(content, load_wording(language)) == said
    assert make_matter(content, load_wording(language)) == subject
    blocks = json.dumps([message.blocks for message in slack.messages], ensure_ascii=False)
    for shown in (email.text, email.html, blocks):
        assert said in shown.replace("\n", " ")
        assert group in shown


def test_where_nothing_waits_nothing_is_said_of_it() -> None:
    assert lead(make_line()) == "Nothing new. The 1 outlet that is watched was read."


@pytest.mark.parametrize(("state", "said"), [
    ("blocked", False), ("broken", False), ("fine", True), ("resting", True), ("silent", True),
])
def test_pages_of_outlets_that_cannot_be_read_are_told_by_their_trouble_alone(state: str, said: bool) -> None:
    content = make_content(ledger=[make_line(NAMES[0], state=state, waiting=9, arriving=2), make_line(NAMES[1])])

    assert (content.coverage.late, content.coverage.arriving) == ((7, 2) if said else (0, 0))


def test_what_was_announced_minutes_ago_is_told_without_names_and_alarm() -> None:
    content = make_content(ledger=[make_line(waiting=3, arriving=3)])

    assert make_lead(content, load_wording("en")) == (
        "Nothing new. The 1 outlet that is watched was read. "
        "3 pages found in the last few minutes are not read yet.")
    assert make_matter(content, load_wording("en")) == "nothing new (1 of 1 outlets read)"


def test_what_waits_and_what_has_just_come_are_told_apart() -> None:
    assert lead(make_line(NAMES[0], waiting=5, arriving=4)).endswith(
        f"1 page of 1 outlet still waits to be read: {OUTLETS[NAMES[0]]} 1. "
        "4 pages found in the last few minutes are not read yet.")


def test_a_digest_with_events_says_it_too() -> None:
    assert f"2 pages of 1 outlet still wait to be read: {OUTLETS[NAMES[0]]} 2." in lead(
        make_line(NAMES[0], waiting=2), events=[make_event()])


def test_the_first_sentences_name_the_outlets_with_the_most_and_the_coverage_all() -> None:
    content = make_content(ledger=[make_line(f"o{n}", waiting=n) for n in range(1, 6)])
    text = render_email(content).text

    assert "15 pages of 5 outlets still wait to be read: o5 5, o4 4, o3 3, and 2 more." in text.replace("\n", " ")
    assert "o5 5, o4 4, o3 3, o2 2, o1 1" in text


def test_a_digest_that_was_stored_before_pages_were_counted_is_read_as_it_was() -> None:
    stored = make_content(ledger=LATE).to_json()
    for outlet in stored["coverage"]["outlets"]:
        del outlet["late"], outlet["arriving"]

    old = DigestContent.from_json(stored)

    assert old == make_content(ledger=[replace(line, waiting=0) for line in LATE])
    assert DigestContent.from_json(make_content(ledger=LATE).to_json()).coverage.late == 37
