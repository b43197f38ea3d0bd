"""Feeds, calendar, workbooks, picture and what machines ask: each readable by its own kind of program, none harmful."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from xml.etree import ElementTree

import icalendar
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from xlsxwriter import Workbook

from monitor.application import Application
from monitor.digests.picture import draw_register
from monitor.judgements import judge_event
from monitor.recalling import release
from monitor.web.rendering import EXPORTS
from monitor.web.sheets import make_sheet, write_workbook
from storage.repository.event_briefs import write_brief
from storage.values import Judgement
from tests.factories import KR, VN, save_article
from tests.fake_clock import FakeClock
from tests.web.desk import open_browser, save_happenings

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SVG = "{http://www.w3.org/2000/svg}"
FEEDS = ("/events.atom", "/events.feed.json", "/events.ics", "/ties.svg")
EVIL = '<script>alert(1)</script>]]>"><img src=x onerror=alert(1)>\x07\u202e&amp;'

IN_PATH = quote(EVIL, safe="")
TOKEN = "a-token-for-programs"


def test_atom_holds_the_events_of_the_filter(browser: TestClient) -> None:
    root = ElementTree.fromstring(browser.get("/events.atom?outlet=thanhnien&lang=ko").content)
    (entry,) = root.findall(f"{ATOM}entry")

    assert (root.findtext(f"{ATOM}title") or "").startswith("Twinwatch: ")
    assert entry.findtext(f"{ATOM}id") == "urn:twinwatch:event:e2"
    assert entry.find(f"{ATOM}link").attrib["href"] == "http://localhost/events/e2"  # type: ignore[union-attr]
    assert "ký bản ghi nhớ số 2" in (entry.findtext(f"{ATOM}summary") or "")
    assert root.find(f"{ATOM}link").attrib["href"].endswith("outlet=thanhnien&lang=ko")  # type: ignore[union-attr]


def test_json_feed_holds_the_events_of_the_filter(browser: TestClient) -> None:
    answer = browser.get("/events.feed.json?since=2026-02")

    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert answer.headers["content-type"] == "application/feed+json"
    assert [item["url"] for item in feed["items"]] == [f"http://localhost/events/{id}" for id in ("e3", "e2")]


@pytest.mark.parametrize(("query", "title"), [
    ("lang=en", "Twinwatch: Events"),
    ("lang=en&verdict=yes&before=2026-02-01~e2", "Twinwatch: Events"),
    ("lang=en&place=VN-46&act=visit", "Twinwatch: Events (Place: Huế; Kind of event: visits)"),
    ("lang=ko&place=VN-46&verdict=unsure", "Twinwatch: 교류 소식 (지역: 후에; 확실성: 확인 필요)"),
    ("lang=vi&outlet=thanhnien&until=2026-02", "Twinwatch: Sự kiện (Nguồn tin: Thanh Niên; Đến ngày: 28/2/2026)"),
    ("lang=en&q=rice%07&language=ko&stage=signed&since=2026-02-03",
     "Twinwatch: Events (Search: rice; Stage: signed; Language of an article: Korean; From: 3 Feb 2026)"),
])
def test_a_feed_and_a_calendar_say_their_filter_in_their_title(browser: TestClient, query: str, title: str) -> None:
    atom, feed, calendar = (browser.get(f"/events.{kind}?{query}") for kind in ("atom", "feed.json", "ics"))

    assert ElementTree.fromstring(atom.content).findtext(f"{ATOM}title") == feed.json()["title"] == title
    assert icalendar.Calendar.from_ical(calendar.content)["x-wr-calname"] == title


def test_words_of_a_filter_that_nobody_knows_are_words_in_a_title(browser: TestClient) -> None:
    answer = browser.get("/events.atom", params={"lang": "en", "outlet": EVIL, "language": "zzz", "since": "2026-12"})

    title = ElementTree.fromstring(answer.content).findtext(f"{ATOM}title") or ""
    assert title.startswith("Twinwatch: Events (Language of an article: ") and "\x07" not in title and "&amp;" in title


def test_the_calendar_holds_events_whose_day_is_known(browser: TestClient) -> None:
    calendar = icalendar.Calendar.from_ical(browser.get("/events.ics").content)

    events = calendar.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [date(2026, month, 1) for month in (3, 2, 1)]
    assert {str(event["status"]) for event in events} == {"CONFIRMED"}


@pytest.mark.parametrize("path", FEEDS)
def test_what_did_not_change_is_not_sent_again(browser: TestClient, path: str) -> None:
    etag = browser.get(path).headers["etag"]

    assert browser.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["/events.xlsx", "/ties.xlsx"])
def test_a_workbook_has_a_heading_and_its_rows(browser: TestClient, path: str) -> None:
    book = zipfile.ZipFile(io.BytesIO(browser.get(path).content))
    twin = browser.get(path.replace("xlsx", "csv")).text.removeprefix("\ufeff")

    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(list(csv.reader(io.StringIO(twin))))


def test_what_is_taken_away_holds_the_rows_of_the_page(browser: TestClient) -> None:
    shown = browser.get("/events.json").json()["rows"]

    told = list(csv.DictReader(io.StringIO(browser.get("/events.csv").text.removeprefix("\ufeff"))))
    book = zipfile.ZipFile(io.BytesIO(browser.get("/events.xlsx").content))
    texts = [one.text for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}t")]
    assert [row["id"] for row in told] == [row["id"] for row in shown] == ["e3", "e2", "e1"]
    for row, line in zip(told, shown, strict=True):
        for name, cell in row.items():
            value = line[name]
            wanted = ", ".join(value) if isinstance(value, list) else "" if value in (None, False) else str(value)
            assert cell == wanted, name
            assert not cell or name == "articles" or cell in texts, name


@pytest.mark.parametrize(("public_url", "page"), [
    ("", "/events/e1"), ("https://twinwatch.example/", "https://twinwatch.example/events/e1"),
    ("https://city.example/twinwatch", "https://city.example/twinwatch/events/e1"),
])
def test_a_table_to_take_away_ends_with_the_address_of_each_event(
    application: Application, public_url: str, page: str
) -> None:
    save_happenings(application.store, "huengaynay")
    browser = open_browser(application, public_url=public_url, token=TOKEN if public_url else "")
    browser.headers["Authorization"] = f"Bearer {TOKEN}"
    heading, row = csv.reader(io.StringIO(browser.get("/events.csv").text.removeprefix("\ufeff")))
    book = zipfile.ZipFile(io.BytesIO(browser.get("/events.xlsx").content))
    texts = [one.text for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{SHEET}t")]

    assert (heading[0], heading[-2:], row[-1]) == ("id", ["first_seen_at", "page"], page)
    assert texts.index("page") == len(heading) - 1 and page in texts
    assert browser.get(row[-1].removeprefix(public_url.rstrip("/"))).status_code == 200


@pytest.mark.parametrize(("language", "said"), [
    ("en", "the newest 1000 rows"), ("ko", "최신 1000행까지"), ("vi", "tối đa 1000 dòng"),
])
def test_a_list_of_several_pages_says_how_much_of_it_can_be_taken_away(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    whole = browser.get("/events", params={"lang": language}).text
    monkeypatch.setattr("monitor.web.pages.events.PAGE", 2)
    first = browser.get("/events", params={"lang": language}).text
    last = browser.get("/events", params={"lang": language, "before": "2026-02-01~e2"}).text

    assert [said in page for page in (whole, first, last)] == [False, True, True]
    assert said not in browser.get("/ties", params={"lang": language}).text


def test_the_timeline_to_take_away_counts_each_act(browser: TestClient) -> None:
    shown = browser.get("/timeline.json").json()["rows"]

    told = list(csv.DictReader(io.StringIO(browser.get("/timeline.csv").text.removeprefix("\ufeff"))))

    assert [(row["month"], row["agreement"], row["visit"]) for row in told] == [
        (row["month"], str(row["acts"]["agreement"]), "") for row in shown
    ]


@pytest.mark.parametrize("text", [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "https://evil.example", '=HYPERLINK("x")', "1e9",
])
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(text: str) -> None:
    book = zipfile.ZipFile(io.BytesIO(write_workbook("events", make_sheet(("title",), [(text,)]), NOW)))

    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "hyperlink" not in sheet.lower() and sheet.count('t="s"') == 2


@pytest.mark.parametrize(("text", "written"), [
    ("<r><t>rich</t></r>", "<r><t>rich</t></r>"), ("<r>&</r>", "<r>&</r>"), ("a\nb\x00c\x85", "a b c"),
    ("\ufffe\uffff", "_xFFFE__xFFFF_"), ("_x0041_ _X0041_ _x41_", "_x005F_x0041_ _X0041_ _x41_"),
    ("_x0041_x0042_", "_x005F_x0041_x005F_x0042_"), ("a" * 40_000, "a" * 32_767), ("😀" * 17_000, "😀" * 16_383),
    ("후에 ↔ Chungcheongnam", "후에 ↔ Chungcheongnam"),
])
def test_a_text_of_a_workbook_is_that_text_and_nothing_else(text: str, written: str) -> None:
    book = zipfile.ZipFile(io.BytesIO(write_workbook("events", make_sheet(("title", "quote"), [(text, "next")]), NOW)))

    root = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    assert [[part.tag for part in item] for item in root] == [[f"{SHEET}t"]] * 4
    assert [item[0].text for item in root] == ["title", "quote", written, "next"]


def test_a_workbook_says_when_it_was_made(browser: TestClient, clock: FakeClock) -> None:
    for _ in range(2):
        clock.advance(seconds=90)
        book = zipfile.ZipFile(io.BytesIO(browser.get("/events.xlsx").content))

        assert f"{clock():%Y-%m-%dT%H:%M:%SZ}" in book.read("docProps/core.xml").decode()


def test_a_workbook_is_the_one_that_the_library_writes_cell_by_cell() -> None:
    columns = ("id", "count", "title")
    rows = [("a", 1, "two & <three>"), ("", 0, "a"), ("b", -5, ""), ("", "", "id"), ("c", 10**12, "two & <three>")]
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet("ties"), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for number, (column, width) in enumerate(zip(columns, (18, 16, 60), strict=True)):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, column, bold)
        for line, cells in enumerate(rows, 1):
            for number, cell in enumerate(cells):
                if cell != "":
                    sheet.write(line, number, cell)

    ours = io.BytesIO(write_workbook("ties", make_sheet(columns, rows), NOW))
    wanted, written = zipfile.ZipFile(file), zipfile.ZipFile(ours)
    assert written.namelist() == wanted.namelist() and written.testzip() is None
    for name in set(wanted.namelist()) - {"docProps/core.xml"}:  # has the instant at which it was made
        # Hints of which a reader takes no notice.
        hints = re.compile(rb' spans="[0-9:]+"| count="[0-9]+"')
        assert hints.sub(b"", written.read(name)) == hints.sub(b"", wanted.read(name)), name


@pytest.mark.parametrize(("language", "vn", "kr"), [
    ("en", "Huế", "Busan"), ("ko", "후에", "부산"), ("vi", "Huế", "Busan"),
])
def test_the_picture_names_provinces_in_every_language(browser: TestClient, language: str, vn: str, kr: str) -> None:
    answer = browser.get("/ties.svg", params={"lang": language})

    texts = " ".join(element.text or "" for element in ElementTree.fromstring(answer.content).iter(f"{SVG}text"))
    assert answer.headers["content-type"] == "image/svg+xml" and vn in texts and kr in texts
    assert b"<script" not in answer.content and b"style=" not in answer.content


def test_more_ties_make_a_thicker_line() -> None:
    ties = {("VN-1", "KR-1"): 9, ("VN-2", "KR-1"): 1}
    root = ElementTree.fromstring(draw_register(ties, str, "Ties", ("Vietnam", "Korea"), "10 ties"))

    widths = [float(path.attrib["stroke-width"]) for path in root.iter(f"{SVG}path")]
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert widths == [7.0, 1.0] and "KR-1  10" in texts
    assert ElementTree.fromstring(draw_register({}, str, "Ties", ("Vietnam", "Korea"), "none")) is not None


def test_words_of_others_are_words_in_every_page_feed_and_answer(application: Application) -> None:
    store, now = application.store, application.clock()
    save_happenings(store, "huengaynay", "thanhnien")
    save_article(store, 9, title=EVIL, url="javascript:alert(1)", outlet_id="huengaynay")
    store.judgements.save(Judgement("e1", "yes", EVIL, now))
    store.outlet_pages.pause("huengaynay", EVIL, now)
    run = store.runs.start_run(store.runs.start_wave(now), "huengaynay", now)
    store.runs.end_run(run, now, "broken", EVIL, {f"refused:{EVIL}": 1})
    with store.database.write() as session:
        session.connection().exec_driver_sql("UPDATE articles SET title = ?", (EVIL,))
        session.connection().exec_driver_sql("UPDATE facts SET quote = ?", (EVIL,))
        brief = write_brief([(VN, KR)], [("e1", 1, "huengaynay", EVIL, EVIL, EVIL, 0, 1)])
        session.connection().exec_driver_sql("UPDATE event_briefs SET brief = ?", (brief,))
    browser = open_browser(application)
    paths = (
        *FEEDS, "/events.json", "/events.csv", "/events", "/events/e1", "/outlets/huengaynay", "/runs", "/runs.csv",
        "/api/v1/events", "/api/v1/events/e1", "/api/v1/runs", "/api/v1/outlets", "/readyz", "/metrics", f"/{IN_PATH}",
        f"/events/{IN_PATH}", f"/api/v1/events/{IN_PATH}", f"/ties/{IN_PATH}/x", f"/events.atom?place={IN_PATH}",
    )

    for path in paths:
        answer = browser.get(path, params={"q": EVIL} if path == "/events" else None)

        kind = answer.headers["content-type"]
        assert answer.status_code != 500 and answer.headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        if "html" in kind or "xml" in kind:
            assert "<script>alert" not in answer.text and "<img" not in answer.text, path
        if "xml" in kind:
            ElementTree.fromstring(answer.content)
        if "calendar" in kind:
            assert icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
        assert kind.startswith((
            "text/html", "application/json", "application/atom+xml", "application/feed+json", "text/calendar",
            "image/svg+xml", "text/csv", "text/plain",
        )), path


def test_pages_lead_to_what_their_rows_are_to_be_had_as(browser: TestClient) -> None:
    for path, found in EXPORTS.items():
        page = browser.get(path, params={"place": "VN-46", "lang": "vi"}).text

        for _, target in found:
            assert f'href="{target}?place=VN-46&amp;lang=vi"' in page, target
            assert browser.get(target, params={"place": "VN-46"}).status_code == 200


def test_what_is_in_the_readers_language_says_by_what_it_was_chosen(browser: TestClient) -> None:
    for path in (*FEEDS, "/events.xlsx", "/events.json", "/events"):
        texts = {browser.get(path, headers={"Accept-Language": one}).text for one in ("ko", "vi")}

        assert len(texts) == 2 and browser.get(path).headers["vary"] == "Accept-Language, Cookie", path


def test_a_search_shows_its_words_as_words(browser: TestClient) -> None:
    page = browser.get("/events", params={"q": EVIL}).text

    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


def test_a_service_that_does_its_work_is_ready(application: Application, clock: FakeClock) -> None:
    browser = open_browser(application)
    before = browser.get("/readyz")
    application.store.leases.acquire("scheduler", "service", clock(), 90)
    ready = browser.get("/readyz")
    clock.advance(minutes=2)
    gone = browser.get("/readyz")

    assert before.status_code == gone.status_code == 503 and "schedule" in gone.json()["reasons"][0]
    assert (ready.status_code, ready.json()["reasons"]) == (200, [])


def test_a_service_whose_visits_do_not_come_to_their_end_is_not_ready(
    application: Application, clock: FakeClock
) -> None:
    crawl = application.settings.crawl.model_copy(update={"contact": "desk@city.example", "outlets": ["huengaynay"]})
    application.settings = application.settings.model_copy(update={"crawl": crawl})
    browser, store = open_browser(application), application.store
    store.leases.acquire("scheduler", "service", clock(), timedelta(days=1).total_seconds())
    none_yet = browser.get("/readyz").json()["reasons"]
    store.outlets.register(application.watched)
    run = store.runs.start_run(store.runs.start_wave(clock()), "huengaynay", clock())
    begun = browser.get("/readyz").json()["reasons"]
    store.runs.end_run(run, clock(), "nothing_new", "", {})
    fresh = browser.get("/readyz")
    clock.advance(hours=7)
    store.runs.start_wave(clock())
    late = browser.get("/readyz").json()["reasons"]

    assert none_yet == begun == ["visits: none came to its end within a day"] and fresh.status_code == 200
    assert late == ["visits: the last one came to its end at 2026-03-02 06:00 UTC"]


def test_a_service_that_holds_its_digests_is_not_ready(application: Application, clock: FakeClock) -> None:
    browser, store = open_browser(application), application.store
    store.leases.acquire("scheduler", "service", clock(), timedelta(days=1).total_seconds())
    sound = browser.get("/readyz").status_code
    store.recalls.begin_journal("another", clock())
    held = browser.get("/readyz")
    release(application)

    assert (sound, held.status_code, browser.get("/readyz").status_code) == (200, 503, 200)
    assert "digests are held" in held.json()["reasons"][0] and "--release" in held.json()["reasons"][0]


def test_figures_are_read_by_prometheus_and_a_sign_of_life_needs_no_password(application: Application) -> None:
    browser = open_browser(application, password="correct horse battery")
    paths = ("/healthz", "/readyz", "/metrics", "/events.atom", "/ties.svg")
    strangers = [browser.get(path).status_code for path in paths]
    figures = open_browser(application, password="").get("/metrics")

    assert strangers == [200, 401, 401, 401, 303]
    names = {family.name for family in text_string_to_metric_families(figures.text)}
    assert "twinwatch_articles" in names and figures.headers["content-type"].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize("path", [
    "/events.json", "/events.csv", "/events.xlsx", "/events/e1.json", "/ties.json", "/ties.csv", "/ties.xlsx",
    "/timeline.csv", "/map.json", "/api/v1/openapi.json", "/api/v1/events/e1/rules",
])
def test_documents_and_tables_are_not_sent_again_while_nothing_changed(
    browser: TestClient, clock: FakeClock, path: str
) -> None:
    first = browser.get(path)
    clock.advance(seconds=90)
    again = browser.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert path.endswith("openapi.json") or "Accept-Language" in first.headers["vary"] == again.headers["vary"]


@pytest.mark.parametrize("path", ["/events.json", "/events.csv", "/events.xlsx", "/events/e1.json", "/timeline.csv"])
def test_what_changed_is_sent_and_so_is_another_language(
    browser: TestClient, application: Application, path: str
) -> None:
    known = {"If-None-Match": browser.get(path).headers["etag"]}
    korean = browser.get(path, headers={**known, "Accept-Language": "ko"})
    judge_event(application, "e1", "no", "Lan")
    judged = browser.get(path, headers=known)

    assert judged.status_code == 200 and judged.headers["etag"] != known["If-None-Match"]
    assert korean.status_code == (304 if path == "/timeline.csv" else 200)
