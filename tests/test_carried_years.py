"""A day without a year takes that of the full date before it, and beside each such row what must keep its own time."""

from datetime import UTC, date, datetime

import pytest

from monitor.judging.judge import judge, load_knowledge, read_story
from monitor.judging.values import Story, Verdict

KNOWLEDGE = load_knowledge()
LATER = date(2026, 11, 20)
TITLE = {
    "vi": "Thanh Hóa và Seongnam ký thỏa thuận hợp tác",
    "ko": "성남시, 베트남 탄호아성과 협약",
    "en": "Thanh Hoa and Seongnam of South Korea sign memorandum",
}
SIGNED = "lãnh đạo UBND tỉnh Thanh Hóa và thành phố Seongnam (Hàn Quốc) đã ký thỏa thuận hợp tác"
VISIT = "Từ ngày 14-19/9/2022, đoàn thăm thành phố bạn."
# Between the visit and the day of signing.
TALK = "Hai bên trao đổi nhiều nội dung."


def make_story(lang: str, text: str, published_on: date | None = LATER) -> Story:
    at = datetime(*published_on.timetuple()[:3], 9, tzinfo=UTC) if published_on else None
    return Story("1", "", lang, TITLE[lang], text, at)


def find_days(lang: str, text: str, published_on: date | None = LATER) -> list[str]:
    reading, _ = read_story(make_story(lang, text, published_on), KNOWLEDGE)
    return [day.on for view in reading.views for day in view.days]


def ask(lang: str, text: str, published_on: date | None = LATER) -> Verdict:
    return judge(make_story(lang, text, published_on), KNOWLEDGE)


@pytest.mark.parametrize(
    ("lang", "text", "days"),
    [
        ("vi", "Từ ngày 14-19/9/2022, đoàn thăm, ngày 16/9 hai bên ký.", ["2022-09-14", "2022-09-16"]),
        ("vi", f"{VISIT}\n{TALK}\nNgày 16/9, hai bên ký.", ["2022-09-14", "2022-09-16"]),
        ("vi", "\n".join([VISIT, *[TALK] * 5, "Ngày 16/9, hai bên ký."]), ["2022-09-14", "2022-09-16"]),
        ("vi", f"{VISIT} Ngày 3/10, hai bên ký.", ["2022-09-14", "2022-10-03"]),
        ("vi", "Ngày 28/12/2022, đoàn đến. Ngày 3/1, hai bên ký.", ["2022-12-28", "2023-01-03"]),
        ("vi", f"{VISIT} Ngày 10/10, hai bên gặp. Ngày 5/11, hai bên ký.", ["2022-09-14", "2022-10-10", "2022-11-05"]),
        ("vi", f"{VISIT} Ngày 16/9, hai bên ký chương trình 2022-2027.", ["2022-09-14", "2022-09-16"]),
        ("ko", "대표단은 2022년 9월 14일부터 방문했다. 9월 16일 협약을 체결했다.", ["2022-09-14", "2022-09-16"]),
        ("ko", "대표단은 2022년 9월 5일부터 방문했다. 8일 협약을 체결했다.", ["2022-09-05", "2022-09-08"]),
        ("en", "They came on September 14, 2022. On Friday, September 16, both signed.", ["2022-09-14", "2022-09-16"]),
    ],
)
def test_a_day_takes_the_year_of_the_full_date_before_it(lang: str, text: str, days: list[str]) -> None:
    assert find_days(lang, text) == days


@pytest.mark.parametrize(
    ("lang", "text", "day"),
    [
        # A year alone is no full date.
        ("vi", "Quan hệ có từ năm 2022. Ngày 16/9, hai bên ký.", "2026-09-16"),
        ("ko", "2022년 9월부터 교류했다. 9월 16일 협약을 체결했다.", "2026-09-16"),
        # Its day lies before, or too long after.
        ("vi", f"{VISIT} Ngày 12/9, hai bên ký.", "2026-09-12"),
        ("vi", f"{VISIT} Ngày 21/10, hai bên ký.", "2026-10-21"),
        # The full date only says since when.
        ("vi", "Kể từ ngày 14/9/2022, hai bên kết nghĩa. Ngày 16/9, hai bên ký.", "2026-09-16"),
        ("ko", "2022년 9월 14일 결연 이후 교류했다. 9월 16일 협약을 체결했다.", "2026-09-16"),
        ("en", "Friends since September 14, 2022, they met. On September 16 both signed.", "2026-09-16"),
        ("vi", "Theo bản ghi nhớ ngày 14/9/2022, đoàn đến. Ngày 16/9, hai bên ký.", "2026-09-16"),
        # The full date is that of a merger, a law or an office, or of the time before.
        ("vi", "Sau sáp nhập từ ngày 1/9/2022, tỉnh đẩy mạnh đối ngoại. Ngày 16/9, hai bên ký.", "2026-09-16"),
        ("vi", "Luật có hiệu lực từ ngày 1/9/2022. Ngày 16/9, hai bên ký.", "2026-09-16"),
        ("vi", "Đoàn từng thăm thành phố ngày 1/9/2022. Ngày 16/9, hai bên ký.", "2026-09-16"),
        ("ko", "시장은 2022년 9월 1일 취임했다. 9월 16일 협약을 체결했다.", "2026-09-16"),
        ("ko", "통합시는 2022년 9월 1일 출범했다. 9월 16일 협약을 체결했다.", "2026-09-16"),
        ("en", "The merger took effect on September 1, 2022. On September 16 both signed.", "2026-09-16"),
        ("en", "The mayor took office on September 1, 2022. On September 16 both signed.", "2026-09-16"),
        ("en", "Their previous meeting was on September 1, 2022. On September 16 both signed.", "2026-09-16"),
        # A word says that it is of the story's own time.
        ("vi", f"{VISIT} Ngày 16/9 vừa qua, hai bên ký.", "2026-09-16"),
        ("ko", "대표단은 2022년 9월 14일 방문했다. 지난 9월 16일 협약을 체결했다.", "2026-09-16"),
        ("en", "The group came on September 14, 2022. On September 16 this year both signed.", "2026-09-16"),
        ("vi", f"{VISIT} Năm 2026, đoàn trở lại. Ngày 16/9, hai bên ký.", "2026-09-16"),
        ("vi", f"{VISIT} Theo kế hoạch, ngày 16/9, hai bên ký.", "2026-09-16"),
        ("en", "The group came on September 14, 2022. The festival takes place on September 16.", "2026-09-16"),
        # Another day stands between, or a good deal else.
        ("vi", f"{VISIT} Ngày 18/11, đoàn trở lại. Ngày 16/9, hai bên ký.", "2026-09-16"),
        ("vi", "\n".join([VISIT, *[TALK] * 6, "Ngày 16/9, hai bên ký."]), "2026-09-16"),
        ("ko", "대표단은 2022년 9월 9일 방문했다. 시장을 만났다. 11일 협약을 체결했다.", "2026-11-11"),
    ],
)
def test_a_day_of_the_storys_own_time_keeps_it(lang: str, text: str, day: str) -> None:
    assert find_days(lang, text)[-1] == day


@pytest.mark.parametrize(
    ("lang", "text", "published_on", "day"),
    [
        ("vi", f"{VISIT} Ngày 16/9, hai bên ký.", date(2026, 9, 30), "2026-09-16"),
        ("vi", f"{VISIT} Ngày 16/9, hai bên ký.", date(2026, 10, 1), "2022-09-16"),
        ("vi", f"{VISIT} Ngày 16/9, hai bên sẽ ký.", date(2026, 8, 20), "2026-09-16"),
        ("vi", f"{VISIT} Ngày 16/9, hai bên ký.", date(2026, 8, 20), "2022-09-16"),
        ("vi", "Lễ hội trước mở ngày 10/5/2025. Lễ hội diễn ra ngày 30/5.", date(2026, 4, 20), "2026-05-30"),
        ("vi", "Đoàn đến ngày 10/5/2025. Hai bên ký ngày 30/5.", date(2026, 6, 20), "2025-05-30"),
        ("ko", "대표단은 2022년 9월 9일 방문했다. 14일 협약을 체결했다.", LATER, "2026-11-14"),
        ("ko", "대표단은 2022년 9월 9일 방문했다. 13일 협약을 체결했다.", LATER, "2022-09-13"),
        ("ko", "대표단은 2022년 9월 9일 방문했다. 10일 만났다. 17일 협약을 체결했다.", LATER, "2022-09-17"),
        ("vi", f"{VISIT} Ngày 16/9, hai bên ký.", date(2022, 9, 20), "2022-09-16"),
    ],
)
def test_what_may_be_news_is_news(lang: str, text: str, published_on: date, day: str) -> None:
    assert find_days(lang, text, published_on)[-1] == day


@pytest.mark.parametrize(("lang", "text"), [
    ("vi", f"{VISIT} Ngày 16/9, hai bên ký."),
    ("vi", "Đoàn thăm thành phố bạn từ ngày 14-19/9/2022, trong đó ngày 16/9 hai bên ký."),
    ("ko", "대표단은 2022년 9월 14일부터 방문했다. 16일 협약을 체결했다."),
])
def test_where_nothing_dates_the_story_the_full_date_does(lang: str, text: str) -> None:
    assert find_days(lang, text, None) == ["2022-09-14", "2022-09-16"]


def test_without_any_full_date_an_undated_story_has_no_day() -> None:
    assert find_days("vi", "Ngày 16/9, hai bên ký.", None) == []


def test_each_item_of_a_round_up_has_its_own_days() -> None:
    items = [f"1. {VISIT} Đoàn đã gặp gỡ nhiều cơ quan.", f"2. Ngày 16/9, {SIGNED}."]

    assert find_days("vi", "\n".join(items))[-1] == "2026-09-16"


@pytest.mark.parametrize(("published_on", "day"), [(LATER, None), (date(2026, 9, 17), "2026-09-16")])
def test_what_was_signed_years_ago_is_not_dated_today(published_on: date, day: str | None) -> None:
    text = f"Ngày 13/9/2022, đoàn đã đến.\n{TALK}\nNgày 16/9, {SIGNED}."

    facts = ask("vi", text, published_on).facts

    assert [fact.happened_on for fact in facts] == [day]


def test_a_sentence_whose_day_takes_an_older_year_tells_of_the_past() -> None:
    reading, _ = read_story(make_story("vi", f"{VISIT} Ngày 16/9, {SIGNED}. Hôm nay, {SIGNED}."), KNOWLEDGE)

    assert [view.past for view in reading.views if not view.is_title] == [True, True, False]
