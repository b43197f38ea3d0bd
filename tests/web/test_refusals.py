"""Every refusal that a visitor can get is told in their language: no English sentence is left on a Korean or a
Vietnamese page."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from monitor.judgements import judge_event, merge_events, split_article
from monitor.web.refusals import VALUES, Refusal, tell_person
from monitor.web.words import load_words
from seeds.errors import HeldError, SettingsError, TwinwatchError
from storage.errors import StoreError
from tests.web.desk import find_csrf, find_routes, open_browser, save_happenings
from tests.web.test_words import _read

PASSWORD, TOKEN = "correct horse battery", "a token of many signs"
# Words that no Korean or Vietnamese sentence has; the names of commands, settings and headers have none of them.
ENGLISH = re.compile(
    r"\b(the|is|are|not|no|of|or|and|an?|to|this|that|too|was|were|it|be|please|there|page|load|known|event|wrong)\b",
    re.IGNORECASE,
)
TAGS = re.compile(r"<[^>]+>")
# Names of commands, settings, headers and our own; what a visitor wrote is said back in quotation marks.
NAMES = re.compile(
    r"twinwatch doctor|twinwatch deliveries --release|web\.\w+|Content-Length|KiB|NUL|Twinwatch|<nav.*?</nav>"
    r"|[“‘].*?[”’]",
    re.DOTALL,
)
LANGUAGES = ("ko", "vi")


def find_english(page: str) -> list[str]:
    """English words on a page, its title and its main part."""
    title, main = re.search(r"<title>(.*?)</title>", page, re.S), re.search(r"<main.*?</main>", page, re.S)
    assert title and main, page
    return ENGLISH.findall(TAGS.sub(" ", NAMES.sub(" ", title[1] + main[0])))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "status"), [
    ("/events?act=nothing", 400), ("/events?place=VN-999", 400), ("/events?since=yesterday&language=Viet", 400),
    ("/events?before=here", 400), ("/ties?sort=colour", 400), ("/ties?kind=cousin", 400), ("/timeline?years=7", 400),
    ("/ties?page=x", 400), ("/runs?outcome=odd", 400), ("/runs?before=x", 400), ("/outlets?state=odd", 400),
    (f"/events?q={'x' * 201}", 400), ("/events/a%00b", 400),
    ("/nothing", 404), ("/events/nothing", 404), ("/events/e1/rules?article=99", 404), ("/ties/VN-46/nothing", 404),
    ("/outlets/nothing", 404), ("/digests/99", 404), ("/digests/0", 404),
    ("/?subscription=nothing", 404), ("/static/nothing.css", 404),
    ("/events/e1/judge", 405), ("/logout", 405), ("/links/judge/forged", 410), ("/links/unsubscribe/forged", 410),
])
def test_what_an_address_is_refused_with(browser: TestClient, language: str, path: str, status: int) -> None:
    answer = browser.get(path, headers={"Accept-Language": language})

    assert (answer.status_code, answer.headers["content-language"]) == (status, language)
    assert not find_english(answer.text), path


def test_an_address_that_cannot_be_is_not_there_whatever_its_ending(browser: TestClient) -> None:
    """`..` leads to the list, as everywhere; a value behind the question mark is another matter."""
    paths = sorted({path for _, path in find_routes(browser, "GET")} - {"/static/{path:path}"})
    odd = ("1.csv", "1.xlsx", "1.json", "1.atom", "0", "-1", "x", "1.5", "9" * 20, "%20", "é", "e1.csv", "null")
    asked = [
        re.sub("{[^}]+}", one, path) for path in paths for one in odd
        if "{" in path and not path.startswith(("/api/", "/links/"))
    ]

    assert len(asked) > 100
    assert [(path, answer.status_code) for path in asked if (answer := browser.get(path)).status_code != 404] == []
    assert [browser.get(path).status_code for path in ("/digests?before=x", "/api/v1/digests/x")] == [400, 422]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_form_is_refused_with(browser: TestClient, language: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"csrf=1"

    browser.headers["Accept-Language"] = language
    csrf = find_csrf(browser)
    forms: tuple[tuple[int, str, dict[str, str]], ...] = (
        (400, "/events/e1/merge", {"csrf": csrf, "other": "e1", "reader": "Lan"}),
        (400, "/events/e1/merge", {"csrf": csrf, "other": "gone", "reader": "Lan"}),
        (400, "/events/e2/split", {"csrf": csrf, "article": "2", "reader": "Lan"}),
        (400, "/events/e2/split", {"csrf": csrf, "article": "two", "reader": "Lan"}),
        (400, "/events/e1/withdraw", {"csrf": csrf, "reader": "Lan"}),
        (400, "/events/e1/undo", {"csrf": csrf, "correction": "9", "reader": "Lan"}),
        (400, "/events/e1/judge", {"csrf": csrf, "answer": "yes", "reader": "  "}),
        (400, "/events/e1/judge", {"csrf": csrf, "answer": "yes"}),
        (400, "/events/e1/judge", {"csrf": csrf, "answer": "maybe", "reader": "Lan"}),
        (403, "/events/e1/judge", {"answer": "yes", "reader": "Lan"}),
        (404, "/outlets/nothing/check", {"csrf": csrf}),
        (404, "/events/gone/judge", {"csrf": csrf, "answer": "yes", "reader": "Lan"}),
        (404, "/deliveries/nine/stop", {"csrf": csrf, "reader": "Lan"}),
        (409, "/deliveries/9/resend", {"csrf": csrf, "reader": "Kim"}),
        (409, "/deliveries/9/stop", {"csrf": csrf, "reader": "Lan"}), (410, "/links/judge/forged", {}),
    )
    answers = [(status, browser.post(path, data=data)) for status, path, data in forms]
    answers.append((411, browser.post("/events/e1/judge", content=pieces())))
    answers.append((413, browser.post("/events/e1/judge", content=b"x" * 70_000)))
    answers.append((400, browser.get("/events", headers={"Host": "evil.example"})))

    assert [answer.status_code for _, answer in answers] == [status for status, _ in answers]
    for _, answer in answers:
        assert answer.headers["content-language"] == language and not find_english(answer.text), answer.url
        assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_stranger_is_refused_with(application: Application, language: str) -> None:
    save_happenings(application.store, "huengaynay")
    browser = open_browser(application, password=PASSWORD, token=TOKEN)
    browser.headers["Accept-Language"] = language

    ended = browser.post("/events/e1/judge", data={"answer": "yes", "reader": "Lan"})
    unknown = browser.get("/events", headers={"Authorization": "Bearer guess"})
    csrf = find_csrf(browser, "/login")
    wrong = [browser.post("/login", data={"csrf": csrf, "password": f"guess {n}"}) for n in range(6)]
    for n in range(6):
        limited = browser.get("/events", headers={"Authorization": f"Bearer guess {n}"})

    statuses = [one.status_code for one in (ended, unknown, wrong[0], wrong[-1], limited)]
    assert statuses == [401, 401, 403, 429, 429]
    assert 'href="/login"' in ended.text and "Basic" not in ended.headers["www-authenticate"]
    for answer in (ended, unknown, wrong[0], wrong[-1], limited):
        assert not find_english(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_database_that_does_not_answer_and_a_fault(
    application: Application, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = TestClient(open_browser(application).app, "http://localhost", raise_server_exceptions=False)
    browser.headers["Accept-Language"] = language
    pages = application.store.event_pages
    found = []
    for error in (StoreError("database: is not there (start it)"), SettingsError("no"), ZeroDivisionError("by zero")):
        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(pages, "find_briefs", fail)
        found.append(browser.get("/events"))

    assert [one.status_code for one in found] == [503, 400, 500]
    for answer in found:
        assert answer.headers["content-language"] == language and not find_english(answer.text)
        assert "zero" not in answer.text and answer.headers["content-security-policy"]


def test_what_is_not_possible_is_told_by_its_own_sentence(application: Application) -> None:
    save_happenings(application.store, "huengaynay")
    words = load_words("vi")
    told = []
    for work in (
        lambda: judge_event(application, "gone", "yes", "Lan"), lambda: judge_event(application, "e1", "yes", ""),
        lambda: merge_events(application, "e1", "e1", "Lan"), lambda: split_article(application, "e1", 1, "Lan"),
    ):
        with pytest.raises(TwinwatchError) as caught:
            work()
        told.append(tell_person(caught.value, words))

    assert len(set(told)) == 4 and words.say("refused.unnamed") not in told
    assert tell_person(HeldError("held", reason="held"), words) == words.say("refused.held")


def test_every_refusal_has_its_sentence_and_programs_get_it_in_english() -> None:
    refusal = Refusal(400, "place.unknown", words="Xyz")

    assert refusal.detail == "No place is called “Xyz”."
    assert all(load_words(language).has(key) for key in VALUES.values() for language in LANGUAGES)
    assert not [key for key, forms in _read("vi").items() if key.startswith(("error.", "refused.", "missing."))
                if ENGLISH.search(NAMES.sub(" ", forms[0]))]


def test_a_refused_form_offers_no_address_that_only_a_form_has(browser: TestClient) -> None:
    refused = browser.post("/events/e1/judge", data={"answer": "yes", "reader": "Lan"})

    assert "/events/e1/judge" not in refused.text
