"""HEAD is answered wherever GET is, on pages, feeds, the API and what machines ask, and carries no body."""

import httpx
from starlette.testclient import TestClient

from monitor.application import Application
from tests.web.desk import find_routes
from tests.web.live import serve

NAMED = {
    "{event_id}": "e1", "{vn_key}": "VN-46", "{kr_key}": "KR-44", "{outlet_id}": "huengaynay", "{digest_id}": "1",
    "{token}": "x",
}
# Made anew for each answer: the instant in a workbook, the token of a session, the figures of this very process.
OF_THIS_MOMENT = {"content-length", "etag", "set-cookie"}


def test_head_is_answered_as_get_is(browser: TestClient) -> None:
    paths = {path for _, path in find_routes(browser, "GET")}

    assert len(paths) > 60
    for path in (*paths, "/static/style.css", "/nothing"):
        for name, value in NAMED.items():
            path = path.replace(name, value)
        asked, got = browser.head(path), browser.get(path)

        heads = [{name: value for name, value in one.headers.items() if name not in OF_THIS_MOMENT}
                 for one in (asked, got)]
        assert "{" not in path and asked.status_code == got.status_code != 405, path
        assert heads[0] == heads[1] and asked.content == b"", path


def test_a_method_that_is_not_answered_is_told_all_that_are(browser: TestClient) -> None:
    for path, allowed in (
        ("/events", "GET, HEAD"), ("/login", "GET, HEAD, POST"), ("/events/e1/judge", "POST"),
        ("/links/judge/x", "GET, HEAD, POST"), ("/links/event/x", "GET, HEAD"),
        ("/api/v1/events/e1/judgements", "POST"), ("/api/v1/events/e1", "GET, HEAD"),
    ):
        answer = browser.options(path)

        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), path
    assert "allow" not in browser.options("/nothing").headers


def test_head_acts_on_nothing_that_post_is_for(browser: TestClient) -> None:
    for path in ("/logout", "/events/e1/judge", "/api/v1/events/e1/judgements"):
        assert browser.head(path).status_code == 405, path


def test_a_real_server_sends_the_head_alone(application: Application) -> None:
    web = application.settings.web.model_copy(update={"port": 0})
    application.settings = application.settings.model_copy(update={"web": web})

    with serve(application) as base, httpx.Client(base_url=base) as client:
        heads = [client.head(path) for path in ("/healthz", "/", "/events.atom")]
        after = client.get("/healthz")  # over the same connection, which a body would have left out of step

    assert [head.status_code for head in heads] == [200] * 3 and after.text == "alive\n"
    assert heads[0].headers["content-length"] == "6"
