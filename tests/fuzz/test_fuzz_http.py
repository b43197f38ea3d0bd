"""The whole dashboard asked with odd requests: no fault of the service, nothing undocumented, nothing unescaped."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from monitor.application import Application
from monitor.web.api.routes import OPENAPI_URL
from tests.factories import new_digest, tie_row
from tests.fuzz.asking import MARK, Answered, Asked, ask_all, make_requests
from tests.monitor.conftest import catalogue, clean_folder, knowledge, make_application
from tests.web.desk import find_routes, open_browser, save_happenings

__all__ = ["catalogue", "clean_folder", "knowledge", "make_application"]

TOKEN = "a-token-for-programs"
EVERY_DAY, SOAK = 2_000, 20_000  # a page costs what a hundred lines of a feed cost
MARKUP = ("text/html", "image/svg+xml", "application/atom+xml", "application/xhtml+xml")
Documented = dict[tuple[str, str], frozenset[str]]
LINKS = frozenset({"href", "src", "action", "formaction"})


@pytest.fixture
def application(make_application: Callable[[], Application]) -> Application:
    """A store with three events, a tie, a run and a digest."""
    made = make_application()
    store, now = made.store, made.clock()
    save_happenings(store, "huengaynay", "thanhnien", "tuoitre")
    store.ties.save([tie_row()])
    store.digests.begin_subscription("daily", now)
    store.digests.save_digest(new_digest("e1"))
    store.runs.end_run(store.runs.start_run(store.runs.start_wave(now), "huengaynay", now), now, "fine", "", {})
    return made


def test_odd_requests_are_answered_as_documented_and_come_back_escaped(application: Application) -> None:
    _ask(application, EVERY_DAY, seed=1)


@pytest.mark.slow
@pytest.mark.soak
def test_many_odd_requests_are_answered_as_documented_and_come_back_escaped(application: Application) -> None:
    _ask(application, SOAK, seed=2)


FINE = {"content-type": "text/html; charset=utf-8", "x-content-type-options": "nosniff"}
EVENTS = Asked("GET", "/api/v1/events", "/api/v1/events")


@pytest.mark.parametrize(("answered", "faults"), [
    (Answered(200, FINE, b"<p title='&quot; fuzzed=1'>&lt;fuzzed&gt;</p>"), 0),
    (Answered(200, FINE, b"<p><fuzzed></p>"), 1), (Answered(200, FINE, b"<p title='' fuzzed='1'></p>"), 1),
    (Answered(200, FINE, b"<a href=' javascript:fuzzed//'>x</a>"), 1),
    (Answered(200, FINE, b"<a href='//fuzzed.example/'>x</a>"), 1),
    (Answered(200, FINE, b"<a href='?q=fuzzed'></a>"), 0),
    (Answered(200, {}, b""), 1), (Answered(500, FINE, b"{}"), 3), (Answered(418, FINE, b'{"detail": ""}'), 1),
    (Answered(404, FINE, b'{"detail": ""}'), 0), (Answered(404, FINE, b'{"error": ""}'), 1),
    (Answered(303, FINE | {"location": "/login?next=//fuzzed.example"}, b""), 0),
    *((Answered(303, FINE | {"location": to}, b""), 1) for to in ("//fuzzed.example", "/\\fuzzed.example", "https://a.b/")),
])
def test_what_is_at_fault_in_an_answer_is_told(answered: Answered, faults: int) -> None:
    documented = {("GET", EVENTS.template): frozenset(("200", "303", "404"))}

    assert len(list(_find_faults(EVENTS, answered, documented))) == faults


def _ask(application: Application, count: int, seed: int) -> None:
    browser = open_browser(application, token=TOKEN)
    documented = _read_document(browser.get(OPENAPI_URL, headers={"Authorization": f"Bearer {TOKEN}"}).json())
    requests = make_requests(find_routes(browser), TOKEN, count, seed)
    answers = 0
    for asked, answered in ask_all(browser.app, requests):
        answers += 1
        faults = list(_find_faults(asked, answered, documented))
        assert not faults, (faults, asked, answered.status, answered.body[:500])
    assert answers == count


def _read_document(document: dict[str, Any]) -> Documented:
    return {(method.upper(), path): frozenset(operation["responses"])
            for path, item in document["paths"].items() for method, operation in item.items()}


def _find_faults(asked: Asked, answered: Answered, documented: Documented) -> Iterator[str]:
    if answered.status >= 500 and not (asked.template == "/readyz" and answered.status == 503):
        yield "a fault of the service"
    known = documented.get((asked.method, asked.template))
    if known and asked.is_exact and str(answered.status) not in known:
        yield "an answer that is not in the document"
    if known and asked.is_exact and answered.status >= 400 and list(json.loads(answered.body)) != ["detail"]:
        yield "a refusal of another shape"
    if MARK in answered.headers.get("x-fuzzed", ""):
        yield "a header that was sent to us"
    if _is_foreign(answered.headers.get("location", "")):
        yield "led to another site"
    if answered.headers.get("x-content-type-options") != "nosniff":
        yield "browsers may guess what it is"
    if answered.kind in MARKUP and MARK.encode() in answered.body:
        yield from _find_unescaped(answered.body)


def _is_foreign(location: str) -> bool:
    own = location.removeprefix("http://localhost")
    return bool(location) and (not own.startswith("/") or own[1:2] in ("/", "\\"))


def _find_unescaped(body: bytes) -> Iterator[str]:
    for node in html.fromstring(body).iter(etree.Element):
        if node.tag == MARK or MARK in node.attrib:
            yield "markup that was sent to us"
        for link in (value.strip().lower() for name, value in node.attrib.items() if name in LINKS):
            if link.startswith("javascript:"):
                yield "a script in a link"
            if MARK in urlsplit(link).netloc:
                yield "a link to where somebody who asks wants it"
