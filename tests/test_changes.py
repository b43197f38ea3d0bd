"""Changed states of outlets: told once by the next digest, then only under their group; reasons in every language."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.answers import FAILURES
from crawler.drift import LOST, SHARES, SIZES
from crawler.health import FIRST_PAUSES
from crawler.outcomes import LEAVE, PASSING, SPOILT
from crawler.states import describe_change, describe_delay
from monitor.digests.changes import tell_changes
from monitor.digests.content import DigestContent
from monitor.digests.coverage_view import describe_coverage
from monitor.digests.wording import LANGUAGES, load_wording
from seeds.reasons import say_reason, translate_reason
from storage.values import OutletState
from tests.digest_samples import OUTLETS, make_content, make_line
from tests.fake_clock import START_AT


def make_digest(*states: str, language: str = "en", reason: str = "") -> DigestContent:
    ids = list(OUTLETS)
    return make_content(language=language, ledger=[
        make_line(outlet_id, state=state, state_reason=reason) for outlet_id, state in zip(ids, states, strict=False)])


def list_changes(content: DigestContent) -> list[tuple[str, str, str]]:
    return [(change.outlet_id, change.before, change.now) for change in content.coverage.changes]


@pytest.mark.parametrize(("before", "now", "changes"), [
    ("fine", "silent", [("huengaynay", "read", "silent")]),
    ("silent", "blocked", [("huengaynay", "silent", "blocked")]),
    ("blocked", "fine", [("huengaynay", "blocked", "read")]),
    ("fine", "quiet", []), ("silent", "silent", []), ("fine", "fine", []),
])
def test_a_change_is_told_where_a_trouble_begins_or_ends(
    before: str, now: str, changes: list[tuple[str, str, str]]) -> None:
    told = tell_changes(make_digest(now, "fine"), make_digest(before, "fine"))

    assert list_changes(told) == changes


def test_a_change_is_told_once_and_its_group_every_day() -> None:
    first = tell_changes(make_digest("silent", "fine"), make_digest("fine", "fine"))
    kept = DigestContent.from_json(first.to_json())

    second = tell_changes(make_digest("silent", "fine"), kept)

    assert (len(kept.coverage.changes), second.coverage.changes) == (1, ())
    assert [outlet.group for outlet in second.coverage.of_group("silent")] == ["silent"]


def test_a_first_digest_and_a_new_outlet_bring_no_change() -> None:
    assert tell_changes(make_digest("silent"), None).coverage.changes == ()
    assert tell_changes(make_digest("fine", "silent"), make_digest("fine")).coverage.changes == ()


@pytest.mark.parametrize(("later", "changes"), [
    ("silent", [("huengaynay", "read", "silent")]), ("fine", []), ("blocked", [("huengaynay", "read", "blocked")])])
def test_what_a_digest_that_nobody_was_given_would_have_told_is_told_by_the_next_one(
    later: str, changes: list[tuple[str, str, str]]) -> None:
    unheard = tell_changes(make_digest("silent"), make_digest("fine"))

    assert list_changes(tell_changes(make_digest(later), unheard, was_told=False)) == changes


@pytest.mark.parametrize(("language", "lines"), [
    ("en", ("Changed since the last digest", "now blocked: Huế ngày nay", "no longer in trouble: 충남일보")),
    ("ko", ("지난 소식지 이후 달라진 매체", "접근이 차단됨: Huế ngày nay", "문제가 해소됨: 충남일보")),
    ("vi", ("Thay đổi kể từ bản tin trước", "nay bị chặn: Huế ngày nay", "đã hết trục trặc: 충남일보")),
])
def test_changes_come_first_and_short_in_the_readers_language(language: str, lines: tuple[str, ...]) -> None:
    now, before = make_digest("blocked", "fine", language=language), make_digest("fine", "broken", language=language)

    first, *_ = describe_coverage(tell_changes(now, before), load_wording(language)).groups

    assert (first.title, *first.details) == lines


@pytest.mark.parametrize(("language", "words"), [
    ("en", "the server answers 502; 2 of 3 feeds failed: no connection, no answer in time"),
    ("ko", "서버의 오류 응답(502); 피드 3개 중 2개를 읽지 못했습니다: 서버에 연결되지 않습니다, "
           "제시간에 응답하지 않습니다"),
    ("vi", "máy chủ trả về lỗi 502; 2/3 kênh tin không đọc được: không kết nối được với máy chủ, "
           "máy chủ không trả lời kịp thời gian"),
])
def test_the_ledger_says_a_reason_in_the_readers_language(language: str, words: str) -> None:
    reason = "the server answers 502; 2 of 3 feeds failed: no connection, no answer in time"

    groups = describe_coverage(make_digest("broken", language=language, reason=reason), load_wording(language)).groups

    assert any(words in detail for group in groups for detail in group.details)


CODES = sorted({
    *LEAVE - {"busy", "resting", "slow", "budget"}, *PASSING, *SPOILT, *(name for _, name in FAILURES), *FIRST_PAUSES,
    "not_a_feed", "no_entries", "no_articles", "no_feed", "broken", "entity_declaration", "bad_redirect",
    "http_403", "http_502", "http_503", "limited", "not_json", "quota_used",
    "robots_forbid", "paywall", "too_deep", "moved", "not_an_article", "not_its_page", "wall", "soft_404",
    "address_too_long", "timeout", "memory",
    "crash", "fault", "stopped", *(name.partition(":")[2] for name in LOST)})


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_words_of_its_own_in_every_language(code: str) -> None:
    told = [translate_reason(say_reason(code), language) for language in LANGUAGES]

    assert len(set(told)) == len(LANGUAGES)
    assert told[0] != code.replace("_", " ") and "; " not in told[0] and ", " not in told[0]


@pytest.mark.parametrize("code", [*SHARES.values(), *filter(None, (code for pair in SIZES.values() for code in pair))])
def test_every_drift_has_words_with_its_numbers_in_every_language(code: str) -> None:
    english = say_reason(code, bad=8, of=10, usual=2_000, now=330)

    for language in LANGUAGES:
        told = translate_reason(english, language)
        assert re.findall(r"\d+", told).count("10") == 1 and "2000" in told


def test_nested_reasons_are_said_to_their_depth_and_unknown_ones_as_they_are() -> None:
    assert translate_reason("failed once: pages cannot be read: no connection", "ko") == (
        "한 번 실패: 기사 페이지를 읽을 수 없습니다: 서버에 연결되지 않습니다")
    assert translate_reason("its feeds answer but show nothing new, while usually at most 13 hours pass", "vi") == (
        "kênh tin vẫn mở được nhưng không có bài mới, thường cách nhau nhiều nhất 13 giờ")
    assert translate_reason("a.vn answers 418", "vi") == "a.vn trả về lỗi 418"
    assert translate_reason(say_reason("host_http_403", host="a.vn"), "vi") == "a.vn từ chối truy cập (403)"
    slow = say_reason("slow", host="a.vn", time=describe_delay(timedelta(minutes=10)))
    assert translate_reason(f"{say_reason('behind', n=3)}; {slow}", "vi") == (
        "3 bài đang chờ, nhiều hơn số được phép đọc trong một ngày; "
        "a.vn chỉ được truy cập một lần mỗi 10 phút (crawl-delay), nên kênh tin và bài được đọc lần lượt")
    assert translate_reason("what nobody foresaw", "ko") == "what nobody foresaw"


@pytest.mark.parametrize(("before", "after", "line"), [
    ("fine", "silent", "was fine, is silent since 2026-03-02 06:00 +0000: why"),
    ("silent", "quiet", "was silent, is quiet since"), ("unproven", "fine", "was unproven, is fine"),
    ("fine", "quiet", ""), ("silent", "silent", ""),
])
def test_the_log_says_each_change_once(before: str, after: str, line: str) -> None:
    old = OutletState("a", before, START_AT, "why")

    told = describe_change(old, replace(old, state=after), START_AT.tzinfo)  # type: ignore[arg-type]

    assert line in told and bool(told) is bool(line)
