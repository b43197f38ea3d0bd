"""Days read out of texts: each form once, and beside it what looks like it and must not be read."""

from datetime import date

import pytest

from monitor.judging.days import DayReader
from seeds.lexicon import load_lexicon

LEXICON = load_lexicon()
MONDAY = date(2024, 1, 22)


def find_days(lang: str, text: str, anchor: date | None = MONDAY) -> list[str]:
    return [day.on for day in DayReader(LEXICON.find_words(lang)).find_days(text, anchor)]


@pytest.mark.parametrize(
    ("lang", "text", "days"),
    [
        ("vi", "Chiều 22.1, UBND quận đón đoàn", ["2024-01-22"]),
        ("vi", "tăng 22.1% so với năm trước", []),
        ("vi", "Vào ngày 21/10 vừa qua, hai bên ký", ["2023-10-21"]),
        ("vi", "ngày 22 tháng 1 năm 2024", ["2024-01-22"]),
        ("vi", "tỷ lệ 3/4 đại biểu tán thành", []),
        ("vi", "từ 30/10 đến 03/11/2017", ["2017-10-30"]),
        ("vi", "Từ 19 đến 22/10, đoàn thăm", ["2023-10-19"]),
        ("vi", "thăm ngày 3-4/9 để", ["2023-09-03"]),
        ("vi", "Từ tháng 7.2021, hai bên đã ký", ["2021-07"]),
        ("vi", "ngày 10/3 âm lịch, hai bên gặp", []),
        ("vi", "ngày 10 tháng 3 năm Ất Tỵ (âm lịch)", []),
        ("vi", "mùng 10/3 Âm lịch (7/4 dương lịch)", ["2024-04-07"]),
        ("vi", "ngày 10/3, đoàn âm nhạc biểu diễn", ["2024-03-10"]),
        ("vi", "Hai bên ký thỏa thuận ngày 10/1.", ["2024-01-10"]),
        ("vi", "ngày 10/1.5 không là ngày", []),
        ("vi", "Chieu 22.1, UBND quan don doan", ["2024-01-22"]),
        ("vi", "ngay 22 thang 1 nam 2024", ["2024-01-22"]),
        ("vi", "Tu ngay 19 den 22/1, doan tham", ["2024-01-19"]),
        ("vi", "ty le 3/4 dai bieu tan thanh", []),
        ("vi", "hôm nay, đoàn làm việc", ["2024-01-22"]),
        ("ko", "지난 21일 협약을 맺었다", ["2024-01-21"]),
        ("ko", "오는 25일 방문한다", ["2024-01-25"]),
        ("ko", "다음 달 5일 방문한다", ["2024-02-05"]),
        ("ko", "내달 5일 방문한다", ["2024-02-05"]),
        ("ko", "지난 달 25일 방문했다", ["2023-12-25"]),
        ("ko", "이번 달 25일 방문한다", ["2024-01-25"]),
        ("ko", "음력 3월 10일 만났다", []),
        ("ko", "3월 10일(음력 2월 1일) 만났다", ["2024-03-10"]),
        ("ko", "31일부터 나흘간 방문한다", ["2024-01-31"]),
        ("ko", "30일간 머문다", []),
        ("ko", "16~19일 아산에 머문다", ["2024-01-16"]),
        ("ko", "2021년 7월 7일 화상으로", ["2021-07-07"]),
        ("ko", "7일까지 선발한다", []),
        ("ko", "협정식을 연다고 2일 밝혔다", []),
        ("ko", "오늘 시청에서 만났다", ["2024-01-22"]),
        ("en", "met on Friday in Busan", ["2024-01-19"]),
        ("en", "met on April 17, 2024", ["2024-04-17"]),
        ("en", "next Tuesday, January 30, they meet", ["2024-01-30"]),
        ("en", "on Friday, January 19, they met", ["2024-01-19", "2024-01-19"]),
        ("en", "on Friday and January 30 they met", ["2024-01-19", "2024-01-30"]),
        ("vi", "hôm nay (16/9/2022), đoàn thăm", ["2022-09-16"]),
        ("en", "some April 17,000 visitors", []),
        ("en", "on 3-4 December 2023", ["2023-12-03"]),
        ("en", "from November 24-29", ["2023-11-24"]),
        ("en", "on March 10 of the lunar calendar", []),
        ("en", "on March 10 in the luminous hall", ["2024-03-10"]),
        ("en", "since October 2022", ["2022-10"]),
        ("en", "the mayor may 3 times", []),
        ("ru", "2 мая в городе", ["2024-05-02"]),
        ("fr", "Le 3 juillet 2019, la province", ["2019-07-03"]),
        ("de", "empfing am 17. April den", ["2024-04-17"]),
        ("pl", "spotkali się 3 maja 2023", ["2023-05-03"]),
        ("es", "del 3 de mayo al 5 de mayo", ["2024-05-03", "2024-05-05"]),
        ("zh", "农历3月10日会见", []),
        ("ja", "旧暦3月10日に", []),
        ("ja", "8月4日、代表団が", ["2023-08-04"]),
        ("zh", "2024年5月1日签署", ["2024-05-01"]),
    ],
)
def test_a_day_is_resolved_against_the_storys_own(lang: str, text: str, days: list[str]) -> None:
    assert find_days(lang, text) == days


@pytest.mark.parametrize(("lang", "text"), [("vi", "Chiều 22.1, đoàn thăm"), ("ko", "지난 21일"), ("en", "on Friday")])
def test_without_the_storys_day_a_day_without_a_year_is_not_guessed(lang: str, text: str) -> None:
    assert find_days(lang, text, None) == []


def test_a_day_that_does_not_exist_is_not_read() -> None:
    assert find_days("vi", "ngày 31/2/2024") == []
    assert find_days("ko", "2024년 2월 30일") == []


def test_offsets_are_those_of_the_text() -> None:
    text = "TP. Huế: chiều 22.1, đoàn thăm"

    day = DayReader(LEXICON.find_words("vi")).find_days(text, MONDAY)[0]

    assert text[day.start:day.end] == "chiều 22.1"
