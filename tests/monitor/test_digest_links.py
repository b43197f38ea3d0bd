"""A mail scanner that follows every link of a digest changes nothing; a reader's button, or one click, does."""

import re
import sqlite3
from collections.abc import Callable
from html import unescape

import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from monitor.composing import draft_digest
from monitor.deliver import hand_over_pending
from monitor.digests.render import render
from monitor.digests.rendered import RenderedEmail, RenderedSlack
from monitor.unsubscribing import has_left
from monitor.web.app import make_app
from tests.fake_clock import FakeClock
from tests.monitor.desk import compose_one
from tests.monitor.test_unsubscribing import KeepingNotifier

BASE = "http://127.0.0.1:8765"
READER = "Desk <Desk@City.example>"
LINK = re.compile(rf"{BASE}/links/[\w/.-]+")


@pytest.fixture
def message(application: Application, clock: FakeClock) -> RenderedEmail:
    """The email of a digest with one event, as its reader has it."""
    web = application.settings.web.model_copy(update={"public_url": BASE})
    application.settings = application.settings.model_copy(update={"web": web})
    compose_one(application, clock, recipients=[READER])
    notifier = KeepingNotifier()
    hand_over_pending(application, notifier.make)
    return notifier.rendered[READER]


@pytest.fixture
def visit(application: Application, message: RenderedEmail) -> TestClient:
    """A program that asks the real dashboard and follows where it is led."""
    return TestClient(make_app(application), base_url=BASE)


@pytest.fixture
def dump(sqlite_address: str) -> Callable[[], list[str]]:
    """All that the store holds."""
    def read() -> list[str]:
        with sqlite3.connect(sqlite_address.removeprefix("sqlite:///")) as connection:
            return list(connection.iterdump())

    return read


def find_links(text: str) -> set[str]:
    return set(LINK.findall(unescape(text)))


def find_link(message: RenderedEmail, kind: str) -> str:
    return next(link for link in find_links(message.text) if f"/links/{kind}/" in link)


def test_every_part_of_a_message_holds_the_same_links(message: RenderedEmail) -> None:
    kinds = sorted(link.split("/")[4] for link in find_links(message.text))

    assert kinds == ["event", "judge", "unsubscribe"]
    assert find_links(message.html) == find_links(message.text)


def test_a_weekly_summary_leads_to_the_register_and_its_picture(
    application: Application, message: RenderedEmail, visit: TestClient
) -> None:
    daily = application.subscriptions[0]
    weekly = daily.model_copy(update={"schedule": "weekly", "weekday": "friday", "language": "vi"})

    summary = draft_digest(application, weekly).content.summary

    assert draft_digest(application, daily).content.summary is None and summary
    pages = [visit.get(str(url)) for url in (summary.register_url, summary.picture_url)]
    assert [page.headers["content-type"].partition(";")[0] for page in pages] == ["text/html", "image/svg+xml"]
    assert all("Danh mục quan hệ" in page.text for page in pages)


def test_following_every_link_changes_nothing(
    application: Application, message: RenderedEmail, visit: TestClient, dump: Callable[[], list[str]]
) -> None:
    content = draft_digest(application, application.subscriptions[0]).content
    slack = render(content, "slack")
    assert isinstance(slack, RenderedSlack)
    links = find_links(message.text) | find_links(message.html) | find_links(str(slack))
    before = dump()

    answers = [visit.request(method, link) for link in links for method in ("GET", "HEAD", "GET")]

    assert {answer.status_code for answer in answers if answer.request.method == "GET"} == {200}
    assert dump() == before
    assert not has_left(application, "desk", READER)


def test_the_button_of_a_page_does_what_its_link_is_for(
    application: Application, message: RenderedEmail, visit: TestClient, dump: Callable[[], list[str]]
) -> None:
    link = find_link(message, "judge")
    [path] = re.findall(r'<form method="post" action="([^"]+)"', visit.get(link).text)
    before = dump()

    answer = visit.post(path)

    assert answer.status_code == 200
    assert [row for row in set(dump()) - set(before) if row.startswith('INSERT INTO "judgements"')]


def test_one_click_unsubscribes_and_the_page_takes_it_back(
    application: Application, message: RenderedEmail, visit: TestClient
) -> None:
    # As a mail program asks by itself: no cookie, no page read before (RFC 8058, 3.2).
    answer = visit.post(message.unsubscribe_url, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert has_left(application, "desk", READER)
    [path] = re.findall(r'<form method="post" action="([^"]+)"', visit.get(message.unsubscribe_url).text)
    assert visit.post(path).status_code == 200
    assert not has_left(application, "desk", READER)


@pytest.mark.parametrize("kind", ["judge", "unsubscribe"])
@pytest.mark.parametrize("spoil", ["old", "forged", "other kind"])
def test_a_link_that_is_not_taken_does_nothing_and_says_so(
    message: RenderedEmail, visit: TestClient, clock: FakeClock, dump: Callable[[], list[str]], kind: str, spoil: str
) -> None:
    link = find_link(message, kind)
    if spoil == "old":
        clock.advance(hours=24 * 61)
    link = {
        "old": link, "forged": link[:-3] + "AAA",
        "other kind": find_link(message, "event").replace("/event/", f"/{kind}/"),
    }[spoil]
    before = dump()

    assert (visit.get(link).status_code, visit.post(link).status_code) == (410, 410)
    assert dump() == before
