"""What readers say counts at once, is kept with who and when, and can be taken back; links act by their button only."""

import re

import pytest
from starlette.testclient import TestClient

from monitor import judgements
from monitor.application import Application
from monitor.assess import group_block
from monitor.links import make_links
from tests.factories import event_row, new_fact, new_verdict, save_article, save_event
from tests.fake_clock import START_AT, FakeClock
from tests.web.desk import BLOCK, find_csrf, open_browser, save_happenings

WRITES = ("judge", "withdraw", "merge", "split", "undo")
FORM = re.compile(r'<form class="act" method="post" action="/events/e1/(\w+)".*?</form>', re.DOTALL)


def find_forms(page: str) -> dict[str, str]:
    """The forms of an event's page by what they do."""
    return {found[1]: found[0] for found in FORM.finditer(page)}


def test_wrong_counts_at_once_and_undo_brings_it_back(browser: TestClient, application: Application) -> None:
    csrf = find_csrf(browser)
    group_block(application, BLOCK)
    browser.post("/events/e1/judge", data={"csrf": csrf, "answer": "no", "reader": "Lan  Anh"})
    judged = browser.get("/events/e1.json").json()
    browser.post("/events/e1/withdraw", data={"csrf": csrf, "reader": "Minh"})
    undone = browser.get("/events/e1.json").json()

    assert judged["event"]["verdict"] == "no" and undone["event"]["verdict"] == "yes"
    said = undone["judgements"][0]
    assert (said["reader"], said["answer"], said["withdrawn_by"]) == ("Lan Anh", "no", "Minh")
    assert said["withdrawn_at"]
    # What was taken back is struck through (`.gone > span`), but not that it was.
    page = browser.get("/events/e1").text
    assert re.search(r'class="gone"[^>]*><span>[^<]*wrong[^<]*</span> Taken back by Minh', page)
    assert browser.post("/events/e1/withdraw", data={"csrf": csrf, "reader": "Minh"}).status_code == 400


def test_an_earlier_judgement_counts_again_when_the_later_one_is_taken_back(
    browser: TestClient, application: Application, clock: FakeClock
) -> None:
    csrf = find_csrf(browser)
    for answer in ("no", "yes"):
        browser.post("/events/e1/judge", data={"csrf": csrf, "answer": answer, "reader": "Lan"})
        clock.advance(minutes=1)
    browser.post("/events/e1/withdraw", data={"csrf": csrf, "reader": "Lan"})

    assert browser.get("/events/e1.json").json()["event"]["verdict"] == "no"


def test_events_are_merged_stay_merged_and_come_apart_again(browser: TestClient, application: Application) -> None:
    csrf = find_csrf(browser)
    group_block(application, BLOCK)
    browser.post("/events/e1/merge", data={"csrf": csrf, "other": "e2", "reader": "Lan"})
    group_block(application, BLOCK)
    merged = browser.get("/events/e1.json").json()
    correction = merged["corrections"][0]["id"]
    browser.post("/events/e1/undo", data={"csrf": csrf, "correction": str(correction), "reader": "Lan"})

    assert merged["event"]["articles"] == 2 and browser.get("/events/e1.json").json()["event"]["articles"] == 1
    assert len(browser.get("/events.json").json()["rows"]) == 3
    kept = browser.get("/events/e1.json").json()["corrections"][0]
    assert (kept["kind"], kept["reader"], kept["withdrawn_by"]) == ("merge", "Lan", "Lan")


def test_the_address_of_a_merged_event_leads_to_the_one_that_goes_on(
    browser: TestClient, application: Application
) -> None:
    group_block(application, BLOCK)
    browser.post("/events/e1/merge", data={"csrf": find_csrf(browser), "other": "e2", "reader": "Lan"})

    answer = browser.get("/events/e2")

    assert answer.status_code == 301 and answer.headers["location"] == "/events/e1"


def test_a_story_is_split_off_and_comes_back(browser: TestClient, application: Application) -> None:
    csrf = find_csrf(browser)
    group_block(application, BLOCK)
    browser.post("/events/e1/merge", data={"csrf": csrf, "other": "e2", "reader": "Lan"})
    article = browser.get("/events/e1.json").json()["groups"][0]["articles"][1]["article_id"]
    browser.post("/events/e1/split", data={"csrf": csrf, "article": str(article), "reader": "Lan"})
    group_block(application, BLOCK)

    assert browser.get("/events/e1.json").json()["event"]["articles"] == 1
    assert len(browser.get("/events.json").json()["rows"]) == 3


def test_whoever_gave_no_name_yet_gives_it_with_what_they_mend(browser: TestClient, application: Application) -> None:
    csrf = find_csrf(browser)
    group_block(application, BLOCK)
    alone = find_forms(open_browser(application).get("/events/e1").text)
    browser.post("/events/e1/merge", data={"csrf": csrf, "other": "e2", "reader": "Lan"})
    browser.post("/events/e1/judge", data={"csrf": csrf, "answer": "yes", "reader": "Lan"})
    named = find_forms(browser.get("/events/e1").text)
    nameless = find_forms(open_browser(application).get("/events/e1").text)

    assert set(alone) == {"judge", "merge"} and set(named) == set(nameless) == {*WRITES}
    assert all('type="hidden" name="reader" value="Lan"' in form for form in named.values())
    assert all('<input name="reader" value="" required' in form for form in nameless.values())


def test_what_cannot_be_merged_or_split_is_refused_in_words(browser: TestClient) -> None:
    csrf = find_csrf(browser)
    itself = browser.post("/events/e1/merge", data={"csrf": csrf, "other": "e1", "reader": "Lan"})
    alone = browser.post("/events/e2/split", data={"csrf": csrf, "article": "2", "reader": "Lan"})
    nobody = browser.post("/events/e2/judge", data={"csrf": csrf, "answer": "yes", "reader": "  "})

    assert itself.status_code == alone.status_code == nobody.status_code == 400
    assert "one event already" in itself.text and "only story" in alone.text and "Your name" in nobody.text


def test_an_outlet_is_paused_resumed_and_made_due(browser: TestClient, application: Application) -> None:
    outlets, csrf, now = application.store.outlets, find_csrf(browser), application.clock()
    outlets.put_off("huengaynay", now.replace(year=2030))
    browser.post("/outlets/huengaynay/check", data={"csrf": csrf})
    is_due = outlets.find_due(["huengaynay"], now)
    browser.post("/outlets/huengaynay/pause", data={"csrf": csrf, "reader": "Lan"})
    while_paused, page = outlets.find_due(["huengaynay"], now), browser.get("/outlets/huengaynay").text
    browser.post("/outlets/huengaynay/resume", data={"csrf": csrf})

    assert is_due == ["huengaynay"] and while_paused == [] and "Paused by Lan" in page
    assert outlets.find_due(["huengaynay"], now) == ["huengaynay"]


@pytest.fixture
def public(application: Application) -> TestClient:
    """A dashboard behind a password, where links of digests lead."""
    save_happenings(application.store, "huengaynay")
    return open_browser(application, password="long password", public_url="http://localhost")


def test_a_link_judges_by_its_button_only_and_without_a_login(public: TestClient, application: Application) -> None:
    url = make_links(application.settings).judge("e1", "no", "desk", application.clock())
    assert url
    page = public.get(url)
    before = application.store.judgements.find("e1")
    done = public.post(url)

    assert page.status_code == 200 and "<form method=\"post\"" in page.text and before == []
    assert done.status_code == 200
    assert [(said.answer, said.reader) for said in application.store.judgements.find("e1")] == [("no", "desk (link)")]


def test_a_link_that_is_used_twice_counts_once_and_is_taken_back_by_its_own_button(
    public: TestClient, application: Application
) -> None:
    url = make_links(application.settings).judge("e1", "no", "desk", application.clock()) or ""
    find, undo = application.store.judgements.find, f'action="{url.removeprefix("http://localhost")}/undo"'
    public.post(url)
    again, opened = public.post(url).text, public.get(url).text
    kept = find("e1")
    back = public.post(f"{url}/undo").text
    public.post(f"{url}/undo")

    assert len(kept) == 1 and undo in again and undo in opened
    assert undo not in back and "It was taken back." in back
    assert [(said.withdrawn_by, said.withdrawn_at is None) for said in find("e1")] == [("desk (link)", False)]


def test_a_link_takes_nobody_elses_answer_back(public: TestClient, application: Application) -> None:
    url = make_links(application.settings).judge("e1", "no", "desk", application.clock()) or ""
    public.post(url)
    judgements.judge_event(application, "e1", "no", "Lan")
    public.post(f"{url}/undo")

    assert [said.withdrawn_at for said in application.store.judgements.find("e1")] == [None, None]


def test_a_second_click_is_no_second_judgement_so_one_undo_is_enough(browser: TestClient) -> None:
    form = {"csrf": find_csrf(browser), "reader": "Lan"}
    for answer in ("no", "no"):
        browser.post("/events/e1/judge", data={**form, "answer": answer})
    refuted = browser.get("/api/v1/events/e1").json()
    browser.post("/events/e1/withdraw", data=form)

    assert refuted["verdict"] == "no" and len(refuted["judgements"]) == 1
    assert browser.get("/api/v1/events/e1").json()["verdict"] == "yes"


def test_the_same_is_said_again_where_somebody_else_said_otherwise_meanwhile(browser: TestClient) -> None:
    csrf = find_csrf(browser)
    for answer, reader in (("no", "Lan"), ("yes", "Kim"), ("no", "Lan")):
        browser.post("/events/e1/judge", data={"csrf": csrf, "reader": reader, "answer": answer})

    event = browser.get("/api/v1/events/e1").json()
    assert event["verdict"] == "no" and [said["reader"] for said in event["judgements"]] == ["Lan", "Kim", "Lan"]


def test_a_link_unsubscribes_by_post_only_also_with_one_click_and_back(
    public: TestClient, application: Application
) -> None:
    url = make_links(application.settings).unsubscribe("desk", "lan@city.example", application.clock())
    assert url
    public.get(url)
    unsubscribed = application.store.unsubscribed
    before = unsubscribed.has_left("desk", "lan@city.example")
    public.post(url, data={"List-Unsubscribe": "One-Click"})
    after = unsubscribed.has_left("desk", "lan@city.example")
    public.post(f"{url}/undo")

    assert (before, after, unsubscribed.has_left("desk", "lan@city.example")) == (False, True, False)


def test_a_link_that_is_forged_too_old_or_of_another_kind_does_nothing(
    public: TestClient, application: Application, clock: FakeClock
) -> None:
    links = make_links(application.settings)
    judge = links.judge("e1", "no", "desk", clock()) or ""
    forged, other = judge[:-2] + "xx", judge.replace("/judge/", "/unsubscribe/")
    answers = [public.post(url).status_code for url in (forged, other)]
    clock.advance(days=61)
    answers += [public.post(judge).status_code, public.get(judge).status_code]

    assert answers == [410] * 4 and application.store.judgements.find("e1") == []


def test_a_form_leads_to_what_it_did_and_in_place_the_focus_goes_there(browser: TestClient) -> None:
    csrf = find_csrf(browser)
    sent = browser.post("/events/e1/judge", data={"csrf": csrf, "answer": "no", "reader": "Lan"})
    usual, in_place = browser.get("/events/e1").text, browser.get("/events/e1", headers={"HX-Request": "true"}).text

    assert sent.headers["location"] == "/events/e1#said"
    assert usual.count('id="said" tabindex="-1"') == 1 and "autofocus" not in usual
    assert in_place.count("autofocus") == 1 and 'id="said" tabindex="-1" autofocus' in in_place
    assert 'id="judge-title" tabindex="-1" autofocus' in browser.get("/events/e2", headers={"HX-Request": "true"}).text


def test_what_was_said_stands_in_its_order_and_of_one_instant_the_newest_last(
    browser: TestClient, clock: FakeClock
) -> None:
    csrf = find_csrf(browser)

    def act(name: str, **data: str) -> None:
        browser.post(f"/events/e1/{name}", data={"csrf": csrf, "reader": "Lan", **data})

    act("merge", other="e2")
    clock.advance(minutes=1)
    act("judge", answer="no")
    act("judge", answer="yes")
    page = browser.get("/events/e1").text.partition('<ul class="log">')[2]

    assert re.findall(r"merged two|is wrong|is right", page) == ["merged two", "is wrong", "is right"]
    assert re.search(r'id="said"[^>]*><span>Lan said that it is right', page)


def test_every_event_of_the_two_provinces_may_be_merged(application: Application) -> None:
    rows = []
    for number in range(1, 31):
        article_id = save_article(application.store, number)
        application.store.articles.save_verdict(new_verdict(article_id, new_fact(block=BLOCK)), START_AT)
        fact_id = max(one.id for one in application.store.events.block_facts(BLOCK))
        rows.append(event_row(
            f"e{number:02}", fact_id, block=BLOCK, happened_on=f"2026-01-{number:02}",
            verdict="unsure" if number == 3 else "yes", pairs=(("VN-46", "KR-44150" if number == 2 else "KR-44"),),
        ))
    application.store.events.save_block(BLOCK, rows, {}, START_AT)
    save_event(application.store, "far", 99, block="VN-01|KR-11", pairs=(("VN-01", "KR-11"),))
    browser = open_browser(application)

    def offered(**params: str) -> list[str]:
        found = browser.get("/events/e01", params=params).text.partition('<div id="others"')[2]
        return re.findall(r'name="other" value="(\w+)"', found)

    first = offered(others="")
    assert first == [f"e{number:02}" for number in range(30, 10, -1)]
    assert offered(others="", before="2026-01-11~e11") == [f"e{number:02}" for number in range(10, 1, -1)]
    assert offered(others="3 Jan 2026") == ["e03"] and offered(others="2 Jan 2026") == ["e02"]
    assert offered() == offered(others="far away") == []
    assert "before=2026-01-11~e11" in browser.get("/events/e01?others=").text.replace("%7E", "~")
