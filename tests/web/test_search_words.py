"""A reader who types what the page shows finds the event, in whatever language the page is and its articles are."""

from itertools import product

import pytest

from monitor.application import Application
from monitor.web.kinds import ACTS, STAGES
from monitor.web.query_words import split_query
from storage.folding import fold_text
from tests.factories import save_event
from tests.web.desk import open_browser

LANGUAGES = ("en", "ko", "vi")


def find(application: Application, words: str) -> list[str]:
    answer = open_browser(application).get("/events.json", params={"q": words})
    return sorted(row["id"] for row in answer.json()["rows"])


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


@pytest.mark.parametrize(("words", "found"), [
    ("우호협력", "agreement"), ("우호협력협약", "agreement"), ("협약을", "agreement"),
    ("friendship agreement", "agreement"),
    ("자매결연", "twinning"), ("kết nghĩa", "twinning"), ("lao dong thoi vu", "seasonal_workers"),
    ("계절근로자", "seasonal_workers"), ("SEASONAL WORKERS", "seasonal_workers"), ("nonsense", None),
])
def test_the_act_is_found_by_what_pages_call_it(application: Application, words: str, found: str | None) -> None:
    for number, act in enumerate(ACTS, 1):
        save_event(application.store, act, number, act=act, stage="done", happened_on=f"2026-01-{number:02}")

    assert find(application, words) == ([found] if found else [])


@pytest.mark.parametrize("words", [
    "Quảng Nam", "quang nam", "꽝남", "Gwangju", "광주시", "Gyeonggi", "광주시와", "(Gyeonggi)", "↔ Gwangju",
    "14 Jan 2026", "14/1/2026", "2026년 1월 14일", "2026년 1월 14일에", "2026-01-14", "Jan 2026", "tháng 1/2026",
    "2026년 1월", "2026", "năm 2026", "signed", "체결", "friendship agreement signed, 14 Jan 2026",
    "Quảng Nam ↔ Gwangju (Gyeonggi)",
])
def test_every_word_of_the_page_is_found(application: Application, words: str) -> None:
    save_event(application.store, "it", 1, pairs=(("VN63-49", "KR-41610"),), happened_on="2026-01-14")
    other = {"act": "aid", "stage": "planned", "happened_on": "2024-05-03"}
    save_event(application.store, "other", 2, pairs=(("VN-01", "KR-11"),), **other)

    assert find(application, words) == ["it"]


@pytest.mark.parametrize("words", [
    "Quảng Ninh", "15 Jan 2026", "14/2/2026", "2025", "twinning", "+14", "Gwangju sister",
])
def test_what_the_page_does_not_show_is_not_found(application: Application, words: str) -> None:
    save_event(application.store, "it", 1, pairs=(("VN63-49", "KR-41610"),), happened_on="2026-01-14")

    assert find(application, words) == []


def test_many_events_and_few_are_found_alike(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    save_kinds(application)
    few = [find(application, words) for words in ("signed", "체결 2026년 1월", "kết nghĩa")]
    monkeypatch.setattr("storage.repository.event_narrowing.FEW", 1)
    monkeypatch.setattr("storage.repository.event_narrowing.ONE_BY_ONE", 0)

    assert [find(application, words) for words in ("signed", "체결 2026년 1월", "kết nghĩa")] == few
    assert all(few) and len(few[0]) > len(few[1])


@pytest.mark.parametrize(("words", "asked"), [
    ("Huế, 21 Nov 2026", [("21 nov 2026", "2026-11-21"), ("hue", "")]),
    ("2026-11", [("2026-11", "2026-11")]), ("tháng 11/2026", [("thang 11/2026", "2026-11")]),
    ("2026년에 협약을", [("2026년에", "2026"), ("협약", "")]), ("31/2/2026", [("31/2/2026", "")]),
    ("TP.HCM (mới) +2", [("tp.hcm", ""), ("moi", "")]), ("!!!", [("!!!", "")]),
    ("1200 300", [("1200", ""), ("300", "")]), ("12026", [("12026", "")]), ("", []),
    ("2026", [("2026", "2026")]), ("1899", [("1899", "")]),
])
def test_a_query_is_taken_apart(words: str, asked: list[tuple[str, str]]) -> None:
    found = [tuple(one) for one in split_query(words, lambda word: False)]

    assert found == [(fold_text(word), day) for word, day in asked]
