"""Every page answers in three languages with its data twins, and what it shows of others' words is harmless."""

import csv
import io
import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from monitor.composing import draft_digest, save_draft
from monitor.judgements import judge_event, withdraw_judgement
from storage.values import Judgement
from tests.factories import new_digest, save_article, save_entry, save_event
from tests.monitor.desk import begin_subscriptions, make_subscription, subscribe
from tests.screen_samples import make_weekly
from tests.web.desk import find_routes, open_browser, save_happenings

PAGES = {
    "/": "/today", "/events": "/events", "/events/e1": "/events/e1", "/ties": "/ties",
    "/ties/VN-46/KR-44": "/ties/VN-46/KR-44", "/timeline": "/timeline", "/outlets": "/outlets",
    "/outlets/huengaynay": "/outlets/huengaynay", "/digests": "/digests", "/runs": "/runs", "/map": "/map",
    "/events/e1/rules": "/events/e1/rules",
}
TABLES = (
    "/events", "/ties", "/ties/VN-46/KR-44", "/timeline", "/outlets", "/outlets/huengaynay", "/digests", "/runs",
    "/map", "/events/e1/rules",
)
# What no person reads, and the form that lets them in.
FOR_PROGRAMS = ("/healthz", "/readyz", "/metrics", "/login")
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.mark.parametrize("language", ["en", "ko", "vi"])
def test_every_page_answers_in_every_language(browser: TestClient, language: str) -> None:
    for path in PAGES:
        answer = browser.get(path, params={"lang": language})

        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.text
        assert answer.headers["content-language"] == language


def test_every_page_of_every_route_has_its_twin_and_its_like_in_the_api(browser: TestClient) -> None:
    routes = {path for _, path in find_routes(browser, "GET")}
    pages = {
        path for path in routes
        if not path.startswith(("/api/", "/links/", "/static")) and path not in FOR_PROGRAMS
        and not path.rpartition("/")[2].rpartition(".")[1]
    }

    assert len(pages) == len(PAGES) + 1  # and that of a digest
    for path in pages:
        twin = "/today" if path == "/" else path
        assert f"{twin}.json" in routes and f"/api/v1{twin}" in routes, path


def test_every_page_has_its_data_twin(browser: TestClient) -> None:
    for path, twin in PAGES.items():
        assert f'href="{twin}.json"' in browser.get(path).text, path
        assert isinstance(browser.get(f"{twin}.json").json(), dict), twin


def test_every_table_is_csv_too(browser: TestClient) -> None:
    for path in TABLES:
        answer = browser.get(f"{path}.csv")

        rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert answer.headers["content-type"].startswith("text/csv") and len(rows[0]) > 3, path


def test_a_page_needs_no_script_no_style_of_its_own_and_nothing_from_elsewhere(browser: TestClient) -> None:
    for path in PAGES:
        page = browser.get(path).text

        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src=\"/static/)", page), path
        assert not re.search(r'(?:src|action)="https?:|<link[^>]+href="https?:', page), path


def test_the_language_of_the_address_outranks_the_cookie_and_that_the_browser(browser: TestClient) -> None:
    by_browser = browser.get("/", headers={"Accept-Language": "fr, ko;q=0.8, vi;q=0.5"})
    by_address = browser.get("/?lang=vi", headers={"Accept-Language": "ko"})
    by_cookie = browser.get("/", headers={"Accept-Language": "ko"})
    by_nothing = TestClient(browser.app, base_url="http://localhost").get("/?lang=xx")

    assert [one.headers["content-language"] for one in (by_browser, by_address, by_cookie, by_nothing)] == [
        "ko", "vi", "vi", "en",
    ]


def test_words_of_others_are_shown_as_words(application: Application) -> None:
    save_article(application.store, 9, title=EVIL, url="javascript:alert(1)", outlet_id="huengaynay")
    save_happenings(application.store, "huengaynay")
    application.store.judgements.save(Judgement("e1", "yes", EVIL, application.clock()))
    application.store.outlet_pages.pause("huengaynay", EVIL, application.clock())
    wave = application.store.runs.start_wave(application.clock())
    run = application.store.runs.start_run(wave, "huengaynay", application.clock())
    application.store.runs.end_run(run, application.clock(), "broken", EVIL, {f"refused:{EVIL}": 1})
    browser = open_browser(application)

    pages = [
        browser.get(path, params={"q": EVIL, "lang": EVIL}).text
        for path in (*PAGES, f"/events/{EVIL}", f"/outlets/{EVIL}", f"/events?act={EVIL}")
    ]

    assert not [page for page in pages if "<script>alert" in page or "<img" in page]
    assert any("&lt;script&gt;alert" in page for page in pages)


def test_cells_of_csv_are_no_formulas(application: Application) -> None:
    wave = application.store.runs.start_wave(application.clock())
    application.store.outlets.register(["huengaynay"])
    run = application.store.runs.start_run(wave, "huengaynay", application.clock())
    application.store.runs.end_run(run, application.clock(), "broken", '=HYPERLINK("x")', {})

    text = open_browser(application).get("/runs.csv").text

    assert "'=HYPERLINK" in text


def test_what_is_not_there_is_a_page_of_ours(browser: TestClient) -> None:
    for path in ("/nothing", "/events/nothing", "/ties/VN-46/nothing", "/outlets/nothing", "/digests/99"):
        answer = browser.get(path)

        assert answer.status_code == 404 and "<nav" in answer.text, path
    assert browser.get("/events/nothing.json").json() == {"detail": "event"}


@pytest.mark.parametrize("query", [
    "act=nothing", "stage=nothing", "verdict=maybe", "place=VN-999", "since=yesterday", "before=here", "language=Viet",
    "since=2026-13", "until=2026-00-01", "until=2026-01-32",
])
def test_a_filter_that_means_nothing_is_refused(browser: TestClient, query: str) -> None:
    assert browser.get(f"/events?{query}").status_code == 400


def test_a_number_that_no_column_holds_is_refused(browser: TestClient) -> None:
    huge = "9" * 20
    for path in (f"/runs?before={huge}", f"/digests?before={huge}", "/runs?before=x"):
        assert browser.get(path).status_code == 400, path
    for path in (f"/digests/{huge}", "/digests/0"):
        assert browser.get(path).status_code == 404, path
    assert browser.get(f"/runs?before={'9' * 18}").status_code == 200


def test_events_are_filtered_and_paged(browser: TestClient) -> None:
    def find(query: str) -> list[str]:
        return [row["id"] for row in browser.get(f"/events.json?{query}").json()["rows"]]

    assert find("") == ["e3", "e2", "e1"]
    assert find("place=VN-46") == find("place=KR-44") == find("act=agreement&stage=signed") == ["e3", "e2", "e1"]
    assert find("place=VN-01") == find("act=visit") == find("language=ko") == find("verdict=unsure") == []
    assert find("outlet=thanhnien") == ["e2"]
    assert find("since=2026-02-01&until=2026-02") == find("since=2026-02-01&until=2026-02-31") == ["e2"]
    assert find("before=2026-02-01~e2") == ["e1"]


def test_a_table_to_take_away_holds_the_whole_list(application: Application) -> None:
    for number in range(60):
        save_event(application.store, f"e{number:02}", 100 + number, happened_on=f"2026-01-{number % 28 + 1:02}")
    browser = open_browser(application)

    page = browser.get("/events?act=agreement&before=2026-01-20~e19").text

    assert 'href="/events.csv?act=agreement"' in page and "/events.json?act=agreement&amp;before=2026" in page
    assert len(browser.get("/events.json?act=agreement").json()["rows"]) == 50
    assert browser.get("/events.csv?act=agreement").text.count("agreement,") == 60


def test_the_timeline_is_that_of_a_place_and_an_act(browser: TestClient) -> None:
    page = browser.get("/timeline", params={"place": "VN-46", "act": "agreement", "lang": "en"}).text
    counted = [browser.get("/timeline.json", params=query).json()["rows"] for query in (
        {"place": "VN-46"}, {"place": "VN-01"}, {"act": "agreement"}, {"act": "visit"})]

    assert 'name="place" value="Huế"' in page and 'value="agreement" selected' in page and "Clear the filter" in page
    assert [len(rows) for rows in counted] == [3, 0, 3, 0]


def test_a_month_of_the_timeline_leads_to_its_days_and_loses_no_event(application: Application) -> None:
    days = ("2026", "2026-01-31", "2026-02", "2026-02-01", "2026-02-28", "2026-03")
    for number, day in enumerate(days, 1):
        save_event(application.store, day, number, happened_on=day)
    browser = open_browser(application)

    def find(query: str) -> set[str]:
        return {row["id"] for row in browser.get(f"/events.json?{query}").json()["rows"]}

    month, year = "since=2026-02-01&until=2026-02-28", "since=2026-01-01&until=2026-12-31"
    linked = browser.get("/timeline?act=agreement").text
    assert f'/events?{month}&act=agreement"'.replace("&", "&amp;") in linked
    assert f'/events?{year}&act=agreement"'.replace("&", "&amp;") in linked
    assert find(month) == find("since=2026-02&until=2026-02") == {"2026-02", "2026-02-01", "2026-02-28"}
    assert find(year) == find("since=2026&until=2026") == set(days)
    assert find("since=2026-02-02&until=2026-02-28") == {"2026-02-28"}


@pytest.mark.parametrize(("since", "until", "days"), [
    ("2026-02", "2026-02", ("2026-02-01", "2026-02-28")), ("2024", "2024-02", ("2024-01-01", "2024-02-29")),
    ("2026-11-05", "2026", ("2026-11-05", "2026-12-31")), ("", "", ("", "")), ("", "2026-11", ("", "2026-11-30")),
    ("0000", "0000", ("0000-01-01", "0000")),
])
def test_the_form_shows_a_month_of_the_address_as_its_days(
    browser: TestClient, since: str, until: str, days: tuple[str, str]
) -> None:
    asked = {name: day for name, day in (("since", since), ("until", until)) if day}

    page = browser.get("/events", params=asked).text

    assert re.findall(r'type="date" name="\w+" value="(.*?)"', page) == list(days)


def test_an_event_shows_its_quote_inside_its_sentence(browser: TestClient) -> None:
    page = browser.get("/events/e1").text

    assert "Huế và Chungcheongnam <mark>ký bản ghi nhớ số 1</mark>." in page
    assert "trời mưa" not in page and "vui mừng" not in page


@pytest.mark.parametrize(("language", "with_fields", "without"), [
    ("en", "Stage: signed · Fields: agriculture, health", "Stage: signed"),
    ("ko", "단계: 체결 · 분야: 농업, 보건", "단계: 체결"),
    ("vi", "Tình trạng: đã ký · Lĩnh vực: nông nghiệp, y tế", "Tình trạng: đã ký"),
])
def test_an_event_shows_its_stage_and_fields_as_its_digest_does(
    application: Application, language: str, with_fields: str, without: str
) -> None:
    save_happenings(application.store, "huengaynay", fields=("agriculture", "health"))
    browser = open_browser(application)
    told = browser.get("/events/e1", params={"lang": language}).text
    with application.store.database.write() as session:
        session.connection().exec_driver_sql("UPDATE facts SET details = '[]'")
    bare = browser.get("/events/e1", params={"lang": language}).text

    assert f"<p class=\"soft\">{with_fields}</p>" in told
    assert f"<p class=\"soft\">{without}</p>" in bare


@pytest.mark.parametrize(("language", "said"), [
    ("en", "Hải Dương has been part of Hải Phòng since July 2025."),
    ("ko", "하이즈엉은 2025년 7월부터 하이퐁에 속합니다."),
    ("vi", "Hải Dương thuộc Hải Phòng từ tháng 7/2025."),
])
def test_an_event_says_what_became_of_a_province_that_its_proof_names(
    application: Application, language: str, said: str
) -> None:
    save_happenings(application.store, "huengaynay", block="VN-31|KR-44", names="Tỉnh Hải Dương và Chungcheongnam")
    page = open_browser(application).get("/events/e1", params={"lang": language}).text

    assert page.count(said) == 1


def test_a_proof_that_names_the_province_of_today_needs_no_remark(application: Application) -> None:
    save_happenings(application.store, "huengaynay", block="VN-31|KR-44", names="Hải Phòng và Chungcheongnam")

    assert "since July 2025" not in open_browser(application).get("/events/e1", params={"lang": "en"}).text


def test_the_fields_of_an_event_are_data_too(application: Application) -> None:
    save_happenings(application.store, "huengaynay", fields=("agriculture", "health"))
    browser = open_browser(application)
    page, whole = browser.get("/events/e1.json").json(), browser.get("/api/v1/events/e1").json()

    assert page["fields"] == whole["fields"] == ["agriculture", "health"] and page["event"]["stage"] == "signed"
    assert list(whole)[-2:] == ["corrections", "fields"]
    assert "fields" not in browser.get("/api/v1/events").json()["items"][0]


def test_a_pair_whose_events_are_refuted_has_a_page_that_says_so(application: Application) -> None:
    save_happenings(application.store, "huengaynay", block="VN-46|KR-43")
    browser = open_browser(application)
    (target,) = re.findall(r'href="(/ties/[^"]+)"', browser.get("/events/e1").text)
    before = browser.get(target).text
    judge_event(application, "e1", "no", "Lan")
    after = {language: browser.get(target, params={"lang": language}) for language in ("ko", "vi", "en")}

    assert target == "/ties/VN-46/KR-43" and "/events/e1" in before and "No tie stands" not in before
    assert {one.status_code for one in after.values()} == {200}
    assert "No tie stands between these two" in after["en"].text and "/events/e1" not in after["en"].text
    assert "교류 관계가 없습니다" in after["ko"].text and "không ghi nhận quan hệ nào" in after["vi"].text
    twin = browser.get(f"{target}.json").json()
    assert (twin["stands"], twin["rows"]) == (False, [])
    # Nothing was ever told of these two; and of those no page of the list goes on.
    assert browser.get("/ties/VN-46/KR-42").status_code == browser.get("/ties/KR-43/VN-46").status_code == 404
    assert browser.get(f"{target}?before=2026-01-01~e1").status_code == 404
    withdraw_judgement(application, "e1", "Lan")
    assert "/events/e1" in browser.get(target).text


def test_a_digest_of_another_form_is_named(application: Application) -> None:
    save_happenings(application.store, "huengaynay")
    application.store.digests.begin_subscription("daily", application.clock())
    number = application.store.digests.save_digest(new_digest("e1"))

    assert open_browser(application).get(f"/digests/{number}").status_code == 200


def test_a_digest_is_shown_whole(application: Application) -> None:
    application.store.digests.begin_subscription("daily", application.clock())
    number = application.store.digests.save_digest(new_digest(content=make_weekly("ko").to_json()))
    browser = open_browser(application)

    page, twin = browser.get(f"/digests/{number}?lang=en").text, browser.get(f"/digests/{number}.json").json()

    for words in ("숫자로 보는 한 주", "이미 알려 드린 소식의 후속 보도", "정정", "소식은 잘못되었습니다", "구독 이름"):
        assert words in page, words
    assert page.index("정정") < page.index("확실하지 않은 소식") < page.index("매체 확인 현황")
    assert twin["summary"]["lines"] and twin["content"]["corrections"]


def test_today_shows_what_the_next_digest_corrects(application: Application) -> None:
    subscription = make_subscription(localities=["VN-46"])
    subscribe(application, subscription)
    application.store.digests.begin_subscription(subscription.name, application.clock())
    save_happenings(application.store, "huengaynay")
    save_draft(application, draft_digest(application, subscription), "2026-03-01")
    judge_event(application, "e1", "no", "Lan")

    page = open_browser(application).get("/?lang=en").text

    assert "Corrections" in page and "was wrong: it is no cooperation" in page and "Nothing new." not in page
    assert "Filters: localities: Huế." in page


def test_today_says_which_pages_wait_beside_how_many_outlets_were_read(application: Application) -> None:
    subscribe(application)
    save_entry(application.store, 1, application.clock() - timedelta(hours=1), outlet_id="huengaynay")

    page = open_browser(application).get("/?lang=en").text

    summary = page[page.index("<summary>Read "):page.index("</summary>", page.index("<summary>Read "))]
    name = application.catalogue.outlets["huengaynay"].name
    assert f"1 page of 1 outlet still waits to be read: {name} 1." in summary
    assert "1 page of 1 outlet announced, but still waiting to be read" in page


def test_the_next_digest_is_that_of_the_schedule(application: Application) -> None:
    weekly = {"name": "weekly", "schedule": "weekly", "weekday": "friday"}
    subscribe(application, make_subscription(**weekly), make_subscription(name="at-once", schedule="instant"))
    browser = open_browser(application)

    due = {one["name"]: one["due_at"] for one in browser.get("/digests.json").json()["subscriptions"]}

    assert due["weekly"].startswith("2026-03-06T") and due["at-once"] is None
    assert browser.get("/today.json?subscription=weekly").json()["due_at"] == due["weekly"]
    assert "at once" in browser.get("/digests?lang=en").text
    assert "is told of new ties and agreements at once" in browser.get("/?subscription=at-once&lang=en").text


@pytest.mark.parametrize(("language", "shown"), [("vi", "Gyeongnam Ilbo"), ("ko", "경남일보")])
def test_an_outlet_is_named_in_letters_that_the_reader_reads(
    application: Application, language: str, shown: str
) -> None:
    subscribe(application, make_subscription(language=language))
    begin_subscriptions(application)
    save_event(application.store, "e1", at=application.clock(), outlet_id="gnnews")

    page = open_browser(application).get("/events/e1", params={"lang": language}).text
    draft = draft_digest(application, application.subscriptions[0])

    assert shown in page
    assert [event.quote_outlet for section in draft.content.sections for event in section.events] == [shown]
