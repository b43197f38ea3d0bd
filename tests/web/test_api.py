"""The API: what its document says is what it answers, pages by cursors, validators, writes with the token alone."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from starlette.testclient import TestClient

from monitor.application import Application
from monitor.web.api.answers import REFUSALS, write_cursor
from monitor.web.searching import find_words
from storage.folding import fold_text
from storage.values import NewHit
from tests.factories import new_digest, save_event, tie_row
from tests.fake_clock import FakeClock
from tests.monitor.desk import begin_subscriptions, make_subscription, subscribe
from tests.web.desk import find_routes, open_browser, save_happenings

TOKEN = "a-token-for-programs"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
API = "/api/v1"
EXAMPLES = 8
HOLDS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture
def program(application: Application) -> TestClient:
    """A program with the token; three events, a tie, a run, a digest with its delivery."""
    store, now = application.store, application.clock()
    save_happenings(store, "huengaynay", "thanhnien", "tuoitre")
    store.ties.save([tie_row()])
    store.digests.begin_subscription("daily", now)
    store.digests.save_digest(new_digest("e1"))
    run = store.runs.start_run(store.runs.start_wave(now), "huengaynay", now)
    store.runs.end_run(run, now, "fine", "", {"entries": 3})
    browser = open_browser(application, token=TOKEN)
    browser.headers.update(BEARER)
    return browser


def read(program: TestClient, path: str, **params: Any) -> Any:
    answer = program.get(f"{API}{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_event_has_the_keys_of_the_contract(program: TestClient) -> None:
    event = read(program, "/events", limit=1)["items"][0]

    assert list(event) == ["id", "act", "stage", "happened_on", "pairs", "new_tie", "first_seen_at", "articles"]
    assert event["pairs"] == [
        {"vn": {"key": "VN-46", "name": "Huế"}, "kr": {"key": "KR-44", "name": "Chungcheongnam"}},
    ]
    assert list(event["articles"][0]) == ["url", "outlet", "lang", "title", "published_at"]


def test_everything_that_the_pages_show_is_read(program: TestClient) -> None:
    whole = read(program, "/events/e1")

    assert whole["facts"][0]["quote"] == "ký bản ghi nhớ số 1" and whole["verdict"] == "yes"
    assert read(program, "/ties/VN-46/KR-44")["tie"]["kind"] == "agreement"
    assert read(program, "/ties", place="VN-46", kind="agreement")["items"]
    assert read(program, "/outlets/huengaynay")["country"] == "VN"
    assert read(program, "/runs")["items"][0]["counts"] == {"entries": 3}
    assert read(program, "/digests")["items"][0]["states"] == {"pending": 1}
    assert read(program, "/digests/1")["deliveries"] == read(program, "/deliveries")["items"]
    assert read(program, "/coverage", days=7)["days"] == 7


def test_overviews_are_what_the_pages_show(program: TestClient, application: Application) -> None:
    subscribe(application, make_subscription(name="desk", language="ko"))
    nothing_yet = read(program, "/today", subscription="desk")
    months, ties = read(program, "/timeline", act="agreement")["items"], read(program, "/map", place="VN-46")
    rules = read(program, "/events/e1/rules")

    assert read(program, "/today") == nothing_yet and nothing_yet["content"]["language"] == "ko"
    assert read(program, "/subscriptions")["items"][0]["due_at"] == nothing_yet["due_at"]
    assert months == [{"month": f"2026-0{n}", "total": 1, "acts": {"agreement": 1}} for n in (3, 2, 1)]
    assert ties["all"] == len(ties["items"]) and 16 < ties["items"][0]["vn_point"]["latitude"] < 17
    assert sum(one["points"] for one in rules["reasons"]) == pytest.approx(rules["points"])
    assert {one["key"] for one in rules["mentions"]} == {"VN-46", "KR-44"}
    assert program.get(f"{API}/today?subscription=x").status_code == 404
    assert program.get(f"{API}/timeline?years=2").status_code == 400


NARROWED: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["e3", "e2", "e1"]), ({"outlet": "thanhnien"}, ["e2"]), ({"act": "visit"}, []),
    ({"since": "2026-02", "until": "2026-02"}, ["e2"]), ({"q": "hue"}, ["e3", "e2", "e1"]),
    ({"q": "so 2"}, ["e2"]), ({"q": "후에"}, ["e3", "e2", "e1"]), ({"q": "tuổi trẻ"}, ["e3"]), ({"q": "xyz"}, []),
    ({"q": "후에와 충청남도는"}, ["e3", "e2", "e1"]), ({"q": "대구시가"}, []),
]


def test_events_are_narrowed_and_searched(program: TestClient) -> None:
    for query, found in NARROWED:
        assert [event["id"] for event in read(program, "/events", **query)["items"]] == found, query


@pytest.mark.parametrize(("words", "found"), [
    ("대구시가", ["대구시"]), ("충청북도와", ["충청북도"]), ("서울에서는", ["서울"]), ("동나이성과", ["동나이성"]),
    ("경기도", ["경기도"]), ("동나이", ["동나이"]), ("회의", ["회의"]), ("Huế와", ["Huế와"]),
    ("교류의 가", ["교류", "가"]),
])
def test_a_korean_word_is_searched_without_its_particle(
    application: Application, words: str, found: list[str]
) -> None:
    assert [word.folded for word in find_words(words, application)] == [fold_text(word) for word in found]


def test_pages_stay_the_same_while_events_are_added(program: TestClient, application: Application) -> None:
    first = read(program, "/events", limit=1)
    save_event(application.store, "newer", 90, happened_on="2026-08-01")
    second = read(program, "/events", limit=1, cursor=first["next"])
    third = read(program, "/events", limit=1, cursor=second["next"])

    assert [page["items"][0]["id"] for page in (first, second, third)] == ["e3", "e2", "e1"]
    assert third["next"] is None


def test_every_row_is_on_one_page(program: TestClient) -> None:
    for path in ("/ties", "/outlets"):
        found, cursor = [], ""
        while cursor is not None:
            page = read(program, path, limit=40, cursor=cursor)
            found += [str(item) for item in page["items"]]
            cursor = page["next"]

        assert len(found) == len(set(found)) > 80, path


def test_a_cursor_that_is_none_of_ours_is_refused(program: TestClient) -> None:
    foreign = ("x", "!!!!", "Ωθ", write_cursor("a b"), write_cursor("9" * 30), write_cursor("x"))
    for path in ("/events", "/ties", "/runs", "/digests", "/deliveries", "/ties/VN-46/KR-44"):
        for cursor in foreign:
            answer = program.get(f"{API}{path}", params={"cursor": cursor})

            assert answer.status_code == 422 and list(answer.json()) == ["detail"], (path, cursor)
            assert answer.json()["detail"].startswith("cursor: none of ours")


@pytest.mark.parametrize(("path", "status", "told"), [
    ("/api/v1/events?limit=x", 422, "limit: Input should be a valid integer"),
    ("/api/v1/events?limit=1000", 422, "limit: Input should be less than or equal to 200"),
    ("/ties.json?kind=x", 400, "kind: not known"), ("/timeline.json?act=x", 400, "act: not known"),
    ("/timeline.json?years=x", 400, "years: Input should be a valid integer"), ("/digests/1x.json", 404, ""),
    ("/events/x.json", 404, "event")])
def test_a_program_is_told_which_value_does_not_fit_and_why(
    program: TestClient, path: str, status: int, told: str,
) -> None:
    answer = program.get(path)

    assert (answer.status_code, answer.json()["detail"][:len(told)]) == (status, told)


def test_what_did_not_change_is_not_sent_again(program: TestClient, application: Application) -> None:
    first = program.get(f"{API}/events")
    known = {"If-None-Match": f'"other", W/{first.headers["etag"]}'}
    again = program.get(f"{API}/events", headers=known)
    save_event(application.store, "newer", 90, happened_on="2026-08-01")
    changed = program.get(f"{API}/events", headers=known)

    assert (again.status_code, again.content) == (304, b"") and changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_the_next_digest_is_not_sent_again_while_only_time_passes(
    program: TestClient, application: Application, clock: FakeClock
) -> None:
    subscribe(application, make_subscription(name="desk", language="ko"))
    begin_subscriptions(application)
    clock.advance(hours=1)
    first = program.get(f"{API}/today")
    known = {"If-None-Match": first.headers["etag"]}
    clock.advance(minutes=1)
    again = program.get(f"{API}/today", headers=known)
    save_event(application.store, "newer", 90, clock.advance(minutes=1), happened_on="2026-03-02")
    changed = program.get(f"{API}/today", headers=known)

    assert first.json()["content"]["composed_at"] and first.headers["etag"].startswith("W/")
    assert (again.status_code, again.content, changed.status_code) == (304, b"", 200)


def test_the_coverage_is_not_sent_again_while_only_time_passes(
    program: TestClient, application: Application, clock: FakeClock
) -> None:
    first = program.get(f"{API}/coverage")
    known = {"If-None-Match": first.headers["etag"]}
    clock.advance(minutes=1)
    again, wider = program.get(f"{API}/coverage", headers=known), program.get(f"{API}/coverage?days=7", headers=known)
    hit = NewHit("gdelt", "https://bao.example/tin-1.html", "bao.example", "", title="Huế", lang="vi")
    application.store.hits.save([hit], clock())
    clock.advance(minutes=1)
    changed = program.get(f"{API}/coverage", headers=known)

    assert first.json()["until_at"] and first.headers["etag"].startswith("W/")
    assert (again.status_code, again.content) == (304, b"")
    assert (wider.status_code, changed.status_code) == (200, 200)


def test_what_readers_say_counts_at_once_and_is_undone(program: TestClient) -> None:
    def post(path: str, **body: Any) -> Any:
        answer = program.post(f"{API}{path}", json={"reader": "Lan", **body})
        assert answer.status_code == 200, answer.text
        return answer.json()

    refuted = post("/events/e1/judgements", answer="no")
    back = post("/events/e1/judgements/withdraw")
    merged = post("/events/e1/merge", other="e2")
    apart = post(f"/events/{merged['id']}/corrections/{merged['corrections'][0]['id']}/undo")

    assert (refuted["verdict"], back["verdict"]) == ("no", "yes")
    assert back["judgements"][0]["withdrawn_by"] == "Lan"
    assert len(merged["articles"]) == 2 and len(apart["articles"]) == 1


def test_outlets_are_paused_resumed_and_checked(program: TestClient) -> None:
    paused = program.post(f"{API}/outlets/huengaynay/pause", json={"reader": "Lan"}).json()
    resumed = program.post(f"{API}/outlets/huengaynay/resume").json()
    checked = program.post(f"{API}/outlets/huengaynay/check").json()

    assert paused["paused_by"] == "Lan" and resumed["paused_at"] is None and checked["next_due_at"]


def test_every_refusal_has_one_shape(program: TestClient, application: Application) -> None:
    def ask(method: str, path: str, **given: Any) -> int:
        answer = program.request(method, f"{API}{path}", **given)
        assert list(answer.json()) == ["detail"] and answer.json()["detail"], path
        return answer.status_code

    stranger = {"Authorization": "Bearer guess"}
    assert ask("GET", "/events?place=VN-999") == 400
    assert ask("GET", "/events?q=%00") == 400
    assert ask("GET", "/events/e1", headers=stranger) == ask("GET", "/openapi.json", headers=stranger) == 401
    assert ask("GET", "/events/nothing") == ask("GET", "/nothing") == ask("GET", "/digests/99") == 404
    assert ask("GET", "/digests/99999999999999999999") == ask("GET", "/events?limit=0") == 422
    assert ask("POST", "/events/e1/judgements", content="{", headers={"Content-Type": "application/json"}) == 422
    assert ask("POST", "/events/e1/judgements", content="x" * 70_000) == 413
    application.store.close()


def test_a_read_only_secret_writes_nothing(program: TestClient) -> None:
    del program.headers["Authorization"]
    answer = program.post(f"{API}/events/e1/judgements", json={"answer": "no", "reader": "x"}, auth=("feed", TOKEN))

    assert answer.status_code == 403 and list(answer.json()) == ["detail"]


def test_the_document_names_every_route_and_every_refusal(program: TestClient) -> None:
    document = program.get(f"{API}/openapi.json").json()
    described = {(m.upper(), path) for path, item in document["paths"].items() for m in item}
    served = {one for one in find_routes(program) if one[1].startswith(API) and one[0] != "HEAD"}

    assert described == served - {("GET", f"{API}/openapi.json")} and len(described) == 24
    for path, item in document["paths"].items():
        for operation in item.values():
            assert {str(status) for status in REFUSALS} <= operation["responses"].keys(), path


def test_schemathesis_finds_no_fault_of_the_service_and_no_answer_that_is_not_in_the_document(
    program: TestClient,
) -> None:
    load_all_checks()
    asked_as = {**BEARER, "Host": "localhost"}
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", program.app, headers=asked_as)
    checks = CHECKS.get_by_names(HOLDS)
    asked = 0
    for found in schema.get_all_operations():
        case = found.ok().as_strategy()

        @settings(
            max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=case)
        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=asked_as, checks=checks)

        ask()

    assert asked > 100
