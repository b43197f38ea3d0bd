"""Every list is narrowed to a place by any of its names, without script; a name that is not clear is asked about."""

import re

import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from storage.values import TieRow
from tests.factories import save_event
from tests.web.desk import open_browser

LISTS = ("/events", "/ties", "/map", "/timeline")
OPTION = re.compile(r'<option value="([^"]+)">')


@pytest.fixture
def browser(application: Application) -> TestClient:
    """Events of the district of Bắc Hà, of Gwangju in Gyeonggi and of the city of Gwangju."""
    for number, (vn, kr) in enumerate((("VNH-085", "KR-41610"), ("VN-46", "KR-29"), ("VN-46", "KR-41610")), 1):
        save_event(application.store, f"e{number}", number, pairs=((vn, kr),), happened_on=f"2026-01-0{number}")
        day = f"2026-01-0{number}"
        application.store.ties.save([TieRow(vn, kr, "agreement", day, day, 1, "events")])
    return open_browser(application)


def find(browser: TestClient, path: str, **params: str) -> str:
    """The main part of the page that a name leads to."""
    answer = browser.get(path, params=params, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["Gwangju (Gyeonggi)", "gwangju (gyeonggi)", "경기도 광주시"])
def test_a_name_leads_to_the_address_with_its_key(browser: TestClient, path: str, name: str) -> None:
    answer = browser.get(path, params={"place": name, "lang": "en"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?lang=en&place=KR-41610")
    assert 'name="place" value="Gwangju (Gyeonggi)"' in browser.get(answer.headers["location"]).text


@pytest.mark.parametrize(("given", "clean"), [
    ("?act=&stage=&q=&verdict=yes&place=gwangju", "?place=gwangju"), ("?place=&q=+&act=visit", "?act=visit"),
    ("?q=", ""), ("?place=VN-46&q=hue", None), ("?verdict=no", None), ("", None),
])
def test_an_address_says_nothing_of_what_was_left_empty(browser: TestClient, given: str, clean: str | None) -> None:
    answer = browser.get(f"/events{given}")

    assert answer.headers.get("location") == (None if clean is None else f"/events{clean}")
    assert browser.get(f"/events.json{given}").status_code == (400 if "gwangju" in given else 200)


def test_only_what_is_of_the_place_is_shown_and_leads_out(browser: TestClient) -> None:
    page = find(browser, "/events", place="경기도 광주시", act="agreement")

    assert "/events/e1" in page and "/events/e3" in page and "/events/e2" not in page
    for end in ("csv", "json", "xlsx", "atom", "feed.json", "ics"):
        assert re.search(rf'href="/events\.{end}\?[^"]*place=KR-41610', page), end


def test_twins_and_exports_take_names_too(browser: TestClient) -> None:
    data = browser.get("/events.json", params={"place": "경기도 광주시"})
    named = {"place": "Gwangju (Gyeonggi)"}
    feeds = [browser.get(f"/events.{end}", params=named).text for end in ("csv", "atom", "ics")]

    assert [row["id"] for row in data.json()["rows"]] == ["e3", "e1"]
    assert all("e3" in one and "e2" not in one for one in feeds)
    assert browser.get("/api/v1/events", params={"place": "경기도 광주시"}).json()["items"][1]["id"] == "e1"


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(("language", "asked"), [
    ("en", "“Gwangju” is the name of several places. Which one?"), ("ko", "‘Gwangju’라는 지역이 여럿 있습니다"),
    ("vi", "Có nhiều địa phương tên “Gwangju”"),
])
def test_a_name_of_several_places_is_asked_about(browser: TestClient, path: str, language: str, asked: str) -> None:
    page = find(browser, path, place="Gwangju", lang=language)

    assert asked in page and "/events/e" not in page
    assert f'href="{path}?lang={language}&amp;place=KR-29"' in page
    assert f'href="{path}?lang={language}&amp;place=KR-41610"' in page


@pytest.mark.parametrize("path", LISTS)
def test_an_unknown_name_is_said_to_be_so(browser: TestClient, path: str) -> None:
    alike, none = find(browser, path, place="Hwaseon", lang="en"), find(browser, path, place="<Xyzzy>", lang="vi")

    assert "Did you mean" in alike and "place=KR-41590" in alike
    assert "Không có địa phương nào tên là “&lt;Xyzzy&gt;”. Hãy ghi" in none


@pytest.mark.parametrize("path", ["/events.csv", "/events.json", "/ties.xlsx", "/api/v1/ties", "/api/v1/timeline"])
def test_programs_are_refused_what_is_not_clear(browser: TestClient, path: str) -> None:
    several, none = (browser.get(path, params={"place": name}) for name in ("Gwangju", "Xyzzy"))

    assert several.status_code == none.status_code == 400
    assert several.json() == {"detail": "“Gwangju” may be one of these: KR-29, KR-41610."}


@pytest.mark.parametrize(("language", "offered"), [
    ("en", {"Bắc Hà", "Gwangju (Gyeonggi)", "Gwangju (metropolitan city)", "Lào Cai", "Cần Thơ", "Gyeonggi"}),
    ("ko", {"박하", "경기도 광주시", "광주광역시", "라오까이", "껀터", "경기도"}),
])
def test_the_field_offers_what_occurs_and_all_provinces(browser: TestClient, language: str, offered: set[str]) -> None:
    options = OPTION.findall(find(browser, "/events", lang=language).partition('<datalist id="places">')[2])

    assert offered <= set(options) and len(options) == len(set(options))
    assert "Sa Pa" not in options


def test_a_place_with_everything_inside_it(browser: TestClient) -> None:
    rows = [browser.get("/events.json", params={"place": name}).json()["rows"] for name in ("Lào Cai", "Gyeonggi")]

    assert [[row["id"] for row in one] for one in rows] == [["e1"], ["e3", "e1"]]


@pytest.mark.parametrize(("query", "pairs"), [
    ("q=광주시", {"VNH-085/KR-41610", "VN-46/KR-41610", "VN-46/KR-29"}), ("q=bac+ha", {"VNH-085/KR-41610"}),
    ("q=gyeonggi+hue", {"VN-46/KR-41610"}), ("q=박하&kind=agreement", {"VNH-085/KR-41610"}),
    ("q=bac+ha&kind=sister", set()), ("q=bac+ha+busan", set()), ("place=Gwangju+(Gyeonggi)&q=Huế", {"VN-46/KR-41610"}),
])
def test_ties_are_searched_by_the_words_that_they_show(browser: TestClient, query: str, pairs: set[str]) -> None:
    known = {"VNH-085/KR-41610", "VN-46/KR-41610", "VN-46/KR-29"}
    page = browser.get(f"/ties?{query}", follow_redirects=True).text
    data = browser.get(f"/ties.json?{query}").json()["rows"]
    table = browser.get(f"/ties.csv?{query}").text

    assert {pair for pair in known if f'href="/ties/{pair}"' in page} == pairs
    assert {f"{row['vn_key']}/{row['kr_key']}" for row in data} & known == pairs
    assert {pair for pair in known if pair.replace("/", ",") in table} == pairs


def test_the_picture_and_the_workbook_of_ties_follow_the_filter(browser: TestClient) -> None:
    whole, part = (browser.get("/ties.svg", params=params).text for params in ({}, {"place": "VNH-085", "lang": "en"}))

    assert "Huế" in whole and "Lào Cai" in part and "Huế" not in part
    assert 'href="/ties.svg?place=VNH-085' in browser.get("/ties?place=VNH-085").text
    assert browser.get("/ties.xlsx?q=nothing").status_code == 200
