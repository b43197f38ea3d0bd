"""A reader who types what the page shows finds the event, in whatever language the page is and its articles are."""

from collections.abc import Sequence
from itertools import product

import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from monitor.web.kinds import ACTS, STAGES
from monitor.web.query_words import split_query
from storage.folding import fold_text
from tests.factories import save_event
from tests.web.desk import open_browser

LANGUAGES = ("en", "ko", "vi")
MANY_AND_FEW = ("signed", "체결 2026년 1월", "kết nghĩa", "2월", "2월 3일")


def find(browser: TestClient, words: str) -> list[str]:
    answer = browser.get("/events.json", params={"q": words})
    return sorted(row["id"] for row in answer.json()["rows"])


def check_found(application: Application, wanted: Sequence[tuple[Sequence[str], list[str]]]) -> None:
    """What each of the words finds, told of all at once: an application for each would cost more than the search."""
    browser = open_browser(application)

    assert not [(words, found) for all_of, ids in wanted for words in all_of if (found := find(browser, words)) != ids]


def save_kinds(application: Application) -> None:
    """An event of each act and stage, a day each, of Quảng Nam and Gwangju in Gyeonggi."""
    for number, (act, stage) in enumerate(product(ACTS, STAGES)):
        day = f"2026-{number // 28 + 1:02}-{number % 28 + 1:02}"
        save_event(
            application.store, f"{act}-{stage}", number + 1, pairs=(("VN63-49", "KR-41610"),), act=act, stage=stage,
            happened_on=day,
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_headline_that_is_pasted_finds_its_event(application: Application, language: str) -> None:
    save_kinds(application)
    browser = open_browser(application)
    rows = browser.get("/events.csv", params={"lang": language}).text.splitlines()[1:]
    shown = browser.get("/events.json", params={"lang": language}).json()["rows"]

    assert len(rows) == len(ACTS) * len(STAGES)
    for row in shown:
        found = [one["id"] for one in browser.get("/events.json", params={"q": row["headline"]}).json()["rows"]]
        assert found == [row["id"]], row["headline"]


def test_the_act_is_found_by_what_pages_call_it(application: Application) -> None:
    for number, act in enumerate(ACTS, 1):
        save_event(application.store, act, number, act=act, stage="done", happened_on=f"2026-01-{number:02}")

    check_found(application, [
        (["우호협력", "우호협력협약", "협약을", "friendship agreement"], ["agreement"]),
        (["자매결연", "kết nghĩa"], ["twinning"]),
        (["lao dong thoi vu", "계절근로자", "SEASONAL WORKERS"], ["seasonal_workers"]), (["nonsense"], []),
    ])


def test_every_word_of_the_page_is_found_and_what_it_does_not_show_is_not(application: Application) -> None:
    save_event(application.store, "it", 1, pairs=(("VN63-49", "KR-41610"),), happened_on="2026-01-14")
    other = {"act": "aid", "stage": "planned", "happened_on": "2024-05-03"}
    save_event(application.store, "other", 2, pairs=(("VN-01", "KR-11"),), **other)

    check_found(application, [([
        "Quảng Nam", "quang nam", "꽝남", "Gwangju", "광주시", "Gyeonggi", "광주시와", "(Gyeonggi)", "↔ Gwangju",
        "14 Jan 2026", "14/1/2026", "2026년 1월 14일", "2026년 1월 14일에", "2026-01-14", "Jan 2026", "tháng 1/2026",
        "2026년 1월", "2026", "năm 2026", "signed", "체결", "friendship agreement signed, 14 Jan 2026",
        "1월 14일", "1월", "1월에", "14 tháng 1", "tháng 1", "thang 1", "1/2026", "01/2026", "January 2026",
        "January", "Jan", "ngày 14/1/2026", "ngay 14 thang 1 nam 2026", "14 January", "Jan 14", "January 14, 2026",
        "14th of January 2026", "14/1", "2026. 1. 14.", "14.1.2026", "2026/01/14", "Quảng Nam ↔ Gwangju (Gyeonggi)",
    ], ["it"]), ([
        "Quảng Ninh", "15 Jan 2026", "14/2/2026", "2025", "twinning", "+14", "Gwangju sister",
        "11월", "1월 15일", "2월 14일", "15 tháng 1", "tháng 11", "11/2026", "2026년 2월", "February", "14 February",
        "14/2", "1월드컵", "january14", "새로운 관계", "new tie", "quan hệ mới",
    ], [])])


def test_a_day_is_not_found_within_a_longer_number(application: Application) -> None:
    """`told` says of November and of 11/11 what happened in May."""
    store = application.store
    save_event(store, "january", 1, happened_on="2025-01-03")
    save_event(store, "november", 2, happened_on="2024-11-01")
    save_event(store, "told", 3, title="11월 (tháng 11), 11/11!", happened_on="2026-05-03")

    check_found(application, [
        (["1월", "tháng 1"], ["january"]), (["11월", "tháng 11"], ["november", "told"]), (["11/11", "월"], ["told"]),
        (["1/11", "1 Nov"], ["november"]),
    ])


def test_a_new_tie_is_found_by_its_badge_and_not_by_half_of_it(application: Application) -> None:
    save_event(application.store, "new", 1, happened_on="2026-01-03", new_tie=True)
    save_event(application.store, "old", 2, happened_on="2025-01-03")

    check_found(application, [
        (["새로운 관계", "새로운 관계를", "새로운관계", "관계 교류 새로운"], ["new"]),
        (["quan hệ mới", "Quan he moi 2026", "new tie", "New ties"], ["new"]),
        (["new tie 2025", "새로운", "tie", "quan hệ", "news tied"], []),
    ])


def test_many_events_and_few_are_found_alike(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    save_kinds(application)
    browser = open_browser(application)
    few = [find(browser, words) for words in MANY_AND_FEW]
    monkeypatch.setattr("storage.repository.event_narrowing.FEW", 1)
    monkeypatch.setattr("storage.repository.event_narrowing.ONE_BY_ONE", 0)

    assert [find(browser, words) for words in MANY_AND_FEW] == few
    assert all(few) and len(few[0]) > len(few[1])


@pytest.mark.parametrize(("words", "asked"), [
    ("Huế, 21 Nov 2026", [("21 nov 2026", "2026-11-21"), ("hue", "")]),
    ("2026-11", [("2026-11", "2026-11")]), ("tháng 11/2026", [("thang 11/2026", "2026-11")]),
    ("2026년에 협약을", [("2026년", "2026"), ("협약", "")]), ("31/2/2026", [("31/2/2026", "")]),
    ("ngày 22/11/2026", [("22/11/2026", "2026-11-22")]), ("12월말 협약", [("12월", "--12"), ("협약", "")]),
    ("29 Feb", [("29 feb", "--02-29")]), ("30/2", [("30/2", "")]), ("mayor 2026", [("2026", "2026"), ("mayor", "")]),
    ("may mặc", [("mac", ""), ("may", "")]), ("khu May", [("may", "--05"), ("khu", "")]), ("1/2/3", [("1/2/3", "")]),
    ("Jan Kowalski", [("kowalski", ""), ("jan", "")]), ("tháng 13", [("thang", ""), ("13", "")]),
    ("TP.HCM (mới) +2", [("tp.hcm", ""), ("moi", "")]), ("!!!", [("!!!", "")]),
    ("1200 300", [("1200", ""), ("300", "")]), ("12026", [("12026", "")]), ("", []),
    ("2026", [("2026", "2026")]), ("1899", [("1899", "")]),
])
def test_a_query_is_taken_apart(words: str, asked: list[tuple[str, str]]) -> None:
    found = [tuple(one) for one in split_query(words, lambda word: False)]

    assert found == [(fold_text(word), day) for word, day in asked]
