"""Dates as outlets print them: each form with its near miss."""

from datetime import UTC, datetime

import pytest

from crawler.dates import parse_date

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VN, KR = ("Asia/Ho_Chi_Minh", "dmy"), ("Asia/Seoul", "ymd")

ROWS = [
    # a written offset keeps its sign, whatever the outlet's zone
    ("Mon, 04 May 2026 12:05:08 GMT+7", KR, "2026-05-04T12:05:08+07:00"),
    ("Mon, 04 May 2026 12:05:08 GMT-7", KR, "2026-05-04T12:05:08-07:00"),
    ("Thu,28 Jul 2022 4:35:5 GMT+9", VN, "2022-07-28T04:35:05+09:00"),
    ("Fri Jul 17 2026 22:18:50 GMT+0700 (Indochina Time)", KR, "2026-07-17T22:18:50+07:00"),
    ("Thu, 21 July 2005 14:00:00+0900", VN, "2005-07-21T14:00:00+09:00"),
    ("2026-03-07T08:52:11.000 +07:00", KR, "2026-03-07T08:52:11+07:00"),
    ("2026-03-07T08:52:11&#x2B;07:00", KR, "2026-03-07T08:52:11+07:00"),
    ("2025-06-17T13:43:02+0700", KR, "2025-06-17T13:43:02+07:00"),
    ("2025-05-15T20:00:52.000+0900", VN, "2025-05-15T20:00:52+09:00"),
    ("2023-11-07 15:03:30-05:00", KR, "2023-11-07T15:03:30-05:00"),
    ("2022-07-28T20:31:04.000Z", KR, "2022-07-28T20:31:04+00:00"),
    # names of zones; an unknown one does not count
    ("2026-06-23 13:58:38 KST", VN, "2026-06-23T13:58:38+09:00"),
    ("2026-06-23 13:58:38 ICT", KR, "2026-06-23T13:58:38+07:00"),
    ("Sat, 07 Mar 2026 08:15:00 Asia/Saigon", VN, "2026-03-07T08:15:00+07:00"),
    # no zone: the outlet's
    ("2026-06-23 13:58:38", KR, "2026-06-23T13:58:38+09:00"),
    ("2004-12-27T11:30:00", KR, "2004-12-27T11:30:00+09:00"),
    # years of two digits, and a clock that is no year
    ("Mon, 14 Sep 26 09:13:00 +0700", VN, "2026-09-14T09:13:00+07:00"),
    ("26.04.03 15:30", KR, "2026-04-03T15:30:00+09:00"),
    ("09:31 August 20, 2019", KR, "2019-08-20T09:31:00+09:00"),
    # US order only with its own marks: no leading zeros and AM or PM
    ("4/3/2026 8:15:00 AM", VN, "2026-04-03T08:15:00+07:00"),
    ("9/14/2026 6:44:00 PM", VN, "2026-09-14T18:44:00+07:00"),
    ("03/04/2026 08:15", VN, "2026-04-03T08:15:00+07:00"),
    ("4/3/2026 8:15:00", VN, "2026-03-04T08:15:00+07:00"),
    ("07-03-2026 - 00:01 AM", VN, "2026-03-07T00:01:00+07:00"),
    ("07-03-2026 - 18:21 PM", VN, "2026-03-07T18:21:00+07:00"),
    # Vietnamese
    ("Thứ Sáu, 03/04/2026", VN, "2026-04-03T00:00:00+07:00"),
    ("Thứ bảy, 7/3/2026, 00:05 (GMT+7)", KR, "2026-03-07T00:05:00+07:00"),
    ("Thứ 5, 28/05/2026 17:00:00 GMT+7", KR, "2026-05-28T17:00:00+07:00"),
    ("17h30 ngày 03/04/2026", VN, "2026-04-03T17:30:00+07:00"),
    ("ngày 3 tháng 4 năm 2026", VN, "2026-04-03T00:00:00+07:00"),
    # Korean
    ("2026년 4월 3일 08:15", KR, "2026-04-03T08:15:00+09:00"),
    ("2026.02.12. 오전 10:30", KR, "2026-02-12T10:30:00+09:00"),
    ("2026.02.12. 오후 10:30", KR, "2026-02-12T22:30:00+09:00"),
    ("2026.02.12. 오후 12:30", KR, "2026-02-12T12:30:00+09:00"),
    ("2026.02.12. 오전 12:30", KR, "2026-02-12T00:30:00+09:00"),
    ("2026-11-20 오후 3시 20분", KR, "2026-11-20T15:20:00+09:00"),
    ("송고시간2022-09-07 20:49", KR, "2022-09-07T20:49:00+09:00"),
    ("입력 : 2025-05-28 00:13:03 수정 : 2025-05-28 00:15:18", KR, "2025-05-28T00:13:03+09:00"),
    # no year: the latest that is not ahead
    ("12-01 23:26", KR, "2025-12-01T23:26:00+09:00"),
    ("11-20 23:26", KR, "2026-11-20T23:26:00+09:00"),
    ("07/03 08:15", VN, "2026-03-07T08:15:00+07:00"),
    # digits alone
    ("20260307080754", VN, "2026-03-07T08:07:54+07:00"),
    ("1772845674", VN, "2026-03-07T01:07:54+00:00"),
    # a month as a word of another language, left to the library
    ("3 kwietnia 2026, 15:30", ("Europe/Warsaw", "dmy"), "2026-04-03T15:30:00+02:00"),
]

NO_DATES = [
    "", "Copyright 2025", "Số 12/2026", "31/02/2026", "01/01/1970 00:00", "0000-00-00 00:00:00", "01/01/0001",
    "2027-06-01 10:00", "Thu, 01 Jan 1970 00:00:00 GMT", "hôm qua", "2026-13-45", "9" * 400,
]


@pytest.mark.parametrize(("text", "outlet", "expected"), ROWS, ids=[row[0][:40] for row in ROWS])
def test_a_printed_date_becomes_its_instant(text: str, outlet: tuple[str, str], expected: str) -> None:
    at = parse_date(text, zone=outlet[0], order=outlet[1], now=NOW)  # type: ignore[arg-type]

    assert at is not None
    assert at.isoformat() == expected


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_plausible_date_is_none(text: str) -> None:
    assert parse_date(text, zone="Asia/Seoul", order="dmy", now=NOW) is None


def test_tomorrow_is_plausible_and_next_week_is_not() -> None:
    assert parse_date("2026-11-22 12:00", zone="UTC", order="ymd", now=NOW) is not None
    assert parse_date("2026-11-28 12:00", zone="UTC", order="ymd", now=NOW) is None
