"""Who and when: feeds say when an event changed last, digests who had them sent again, events by whose link it was."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import icalendar
import pytest
from starlette.testclient import TestClient

from monitor import resending
from monitor.application import Application
from monitor.links import make_links
from storage.values import Judgement
from tests.factories import event_row, new_digest, new_fact, new_verdict, save_article
from tests.fake_clock import START_AT, FakeClock
from tests.web.desk import find_csrf, open_browser

ATOM = "{http://www.w3.org/2005/Atom}"
BLOCK = "VN-46|KR-44"
LATER = START_AT + timedelta(days=2)
FEEDS = ("/events.atom", "/events.feed.json", "/events.ics")


def save_story(application: Application, number: int) -> None:
    """An article that tells of the only event."""
    store = application.store
    article_id = save_article(store, number, START_AT, outlet_id="thanhnien")
    store.articles.save_verdict(new_verdict(article_id, new_fact(block=BLOCK)), START_AT)


def group(application: Application, at: object = LATER, **values: object) -> None:
    """Groups all facts as one event, as if it had been so decided at `at`."""
    store = application.store
    facts = [fact.id for fact in store.events.block_facts(BLOCK)]
    store.events.save_block(BLOCK, [event_row("e1", *facts, block=BLOCK, **values)], {}, at)  # type: ignore[arg-type]


@pytest.fixture
def reader(application: Application) -> TestClient:
    """A feed reader on a dashboard with one event, of one article."""
    save_story(application, 1)
    group(application, START_AT)
    return open_browser(application)


def read_atom(reader: TestClient) -> tuple[str | None, ...]:
    """When the feed changed, when its event did, and when that was first seen."""
    root = ElementTree.fromstring(reader.get("/events.atom").content)
    [entry] = root.findall(f"{ATOM}entry")
    return root.findtext(f"{ATOM}updated"), entry.findtext(f"{ATOM}updated"), entry.findtext(f"{ATOM}published")


def add_article(application: Application) -> None:
    save_story(application, 2)
    group(application)


def doubt_and_confirm(application: Application) -> None:
    for answer, at in (("no", LATER - timedelta(days=1)), ("yes", LATER)):
        application.store.judgements.save(Judgement("e1", answer, "Lan", at))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [
    add_article, lambda application: group(application, stage="done"),
    lambda application: group(application, act="aid"), doubt_and_confirm,
    lambda application: group(application, pairs=(("VN-46", "KR-44"), ("VN-46", "KR-26"))),
], ids=["an article", "a stage", "an act", "judgements", "a pair"])
def test_feeds_say_when_an_event_changed_last_and_are_sent_again_then(
    application: Application, reader: TestClient, change: object
) -> None:
    tags = {path: reader.get(path).headers["etag"] for path in FEEDS}
    seen = START_AT.isoformat()
    assert read_atom(reader) == (seen, seen, seen)

    change(application)  # type: ignore[operator]

    assert read_atom(reader) == (LATER.isoformat(), LATER.isoformat(), seen)
    [item] = reader.get("/events.feed.json").json()["items"]
    assert (item["date_published"], item["date_modified"]) == (seen, LATER.isoformat())
    [shown] = icalendar.Calendar.from_ical(reader.get("/events.ics").content).walk("VEVENT")
    assert shown.decoded("dtstamp") == LATER
    for path, tag in tags.items():
        fresh = reader.get(path, headers={"If-None-Match": tag})
        assert fresh.status_code == 200 and fresh.headers["etag"] != tag
        assert reader.get(path, headers={"If-None-Match": fresh.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("nothing", [
    lambda application: group(application),
    lambda application: application.store.judgements.save(Judgement("e1", "yes", "Lan", LATER)),
], ids=["grouped again", "said once more"])
def test_what_leaves_an_event_as_it_was_is_no_change(
    application: Application, reader: TestClient, nothing: object
) -> None:
    tag = reader.get("/events.atom").headers["etag"]

    nothing(application)  # type: ignore[operator]

    assert reader.get("/events.atom", headers={"If-None-Match": tag}).status_code == 304


def test_whoever_has_something_sent_again_is_asked_for_a_name_once(application: Application, clock: FakeClock) -> None:
    application.store.digests.begin_subscription("daily", clock())
    number = application.store.digests.save_digest(new_digest(recipients=("a@x.example",)))
    browser, page = open_browser(application), f"/digests/{number}"
    csrf = find_csrf(browser, page)
    before = browser.get(page).text
    browser.post("/deliveries/1/resend", data={"csrf": csrf, "reader": "Lan"})
    after = browser.get(page).text

    assert '<input name="reader" value="" required' in before and 'type="hidden" name="reader"' not in before
    assert 'type="hidden" name="reader" value="Lan"' in after and '<input name="reader"' not in after


def test_who_had_a_delivery_sent_again_or_stopped_and_when_is_kept_and_shown(
    application: Application, clock: FakeClock
) -> None:
    application.store.digests.begin_subscription("daily", clock())
    number = application.store.digests.save_digest(new_digest(recipients=("a@x.example", "b@x.example")))
    browser, page = open_browser(application), f"/digests/{number}"
    form = {"csrf": find_csrf(browser, page), "reader": "<b>Lan</b>"}
    clock.advance(minutes=5)

    answers = [browser.post(f"/deliveries/2/{act}", data=form).status_code for act in ("stop", "resend")]
    resending.stop(application, 2, "Kim")

    requests = application.store.digest_pages.requests(number or 0)
    assert answers == [303, 303]
    assert [(one.delivery_id, one.act, one.reader, one.asked_at) for one in requests] == [
        (2, "stop", "<b>Lan</b>", clock()), (2, "resend", "<b>Lan</b>", clock()), (2, "stop", "Kim", clock()),
    ]
    told = browser.get(f"{page}?lang=en").text
    assert "&lt;b&gt;Lan&lt;/b&gt; had it sent again to b@x.example" in told and "Kim stopped it for b@x" in told
    assert [one["reader"] for one in browser.get(f"{page}.json").json()["requests"]] == ["<b>Lan</b>"] * 2 + ["Kim"]


@pytest.mark.parametrize("form", [{}, {"reader": "  "}, {"reader": "x" * 101}])
def test_nothing_is_sent_again_for_nobody(application: Application, clock: FakeClock, form: dict[str, str]) -> None:
    application.store.digests.begin_subscription("daily", clock())
    number = application.store.digests.save_digest(new_digest())
    browser = open_browser(application)
    token = find_csrf(browser, f"/digests/{number}")

    assert browser.post("/deliveries/1/resend", data={"csrf": token, **form}).status_code in (400, 422)
    assert application.store.digest_pages.requests(number or 0) == []


@pytest.mark.parametrize(("language", "said"), [
    ("en", "Somebody by the link in a digest of “desk” said that it is wrong, "),
    ("ko", "“desk” 소식지의 링크(누른 사람은 알 수 없음): 틀림"),
    ("vi", "Ai đó qua liên kết trong bản tin “desk” cho là sai, "),
])
def test_an_event_says_whose_link_was_used_and_that_nobody_knows_by_whom(
    application: Application, clock: FakeClock, language: str, said: str
) -> None:
    save_story(application, 1)
    group(application, START_AT)
    browser = open_browser(application, public_url="https://tw.city.example", password="correct-horse")
    link = make_links(application.settings).judge("e1", "no", "desk", clock()) or ""
    application.store.judgements.save(Judgement("e1", "yes", "desk (link)", START_AT))
    assert browser.post(link.replace("https://tw.city.example", "https://localhost")).status_code == 200

    open_again = open_browser(application, public_url="", password="")
    page = open_again.get("/events/e1", params={"lang": language}).text
    judgements = open_again.get("/api/v1/events/e1").json()["judgements"]

    assert said in page and page.count("desk (link)") == 1
    assert [(one["reader"], one["subscription"]) for one in judgements] == [
        ("desk (link)", ""), ("desk (link)", "desk"),
    ]


@pytest.mark.parametrize(("minute", "language", "told"), [
    (0, "en", "22 Nov 2026</span>"), (0, "ko", "2026년 11월 22일</span>"), (0, "vi", "22/11/2026</span>"),
    (1, "en", "21 Nov 2026, 17:01</span>"),
])
def test_an_event_shows_an_article_of_a_day_without_an_hour_by_the_outlets_day(
    application: Application, minute: int, language: str, told: str
) -> None:
    published_at = datetime(2026, 11, 21, 17, minute, tzinfo=UTC)  # midnight in Hanoi
    article_id = save_article(application.store, 1, START_AT, outlet_id="thanhnien", published_at=published_at)
    application.store.articles.save_verdict(new_verdict(article_id, new_fact(block=BLOCK)), START_AT)
    group(application)

    assert f", {told}" in open_browser(application).get(f"/events/e1?lang={language}").text
