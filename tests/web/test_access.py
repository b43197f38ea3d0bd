"""Who may see and do what: passwords, sessions, tokens of forms, names of hosts, and the headers of every answer."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from monitor.web.access import Access
from monitor.web.guard import SAFE_METHODS
from monitor.web.limiter import IN_ALL, PER_ADDRESS, LoginLimiter
from seeds.errors import SettingsError
from seeds.sections import WebSettings
from tests.fake_clock import FakeClock
from tests.web.desk import find_csrf, find_routes, open_browser, save_happenings

PASSWORD, TOKEN = "correct horse battery", "a-token-for-programs"
OPEN_TO_ALL = {"/healthz", "/login", "/links/event/{token}", "/links/judge/{token}", "/links/unsubscribe/{token}"}
SIGNED = ("/links/",)


@pytest.mark.parametrize(("settings", "is_refused"), [
    ({}, False),
    ({"host": "localhost"}, False),
    ({"host": "::1"}, False),
    ({"host": "127.0.0.5"}, False),
    ({"host": "0.0.0.0"}, True),
    ({"host": "192.168.1.5"}, True),
    ({"host": "dashboard.lan"}, True),
    ({"public_url": "https://twinwatch.example"}, True),
    ({"public_url": "http://localhost:8765"}, False),
    ({"allowed_hosts": ["twinwatch.lan"]}, True),
    ({"host": "0.0.0.0", "password": PASSWORD}, False),
    ({"host": "0.0.0.0", "token": TOKEN}, False),
    ({"host": "0.0.0.0", "password": "short"}, True),
    ({"password": "short"}, False),
])
def test_only_this_machine_needs_no_password(settings: dict[str, object], is_refused: bool) -> None:
    access = Access(WebSettings.model_validate(settings))

    if is_refused:
        with pytest.raises(SettingsError, match=r"^web"):
            access.check()
    else:
        access.check()


@pytest.mark.parametrize(("settings", "told"), [
    ({"host": "0.0.0.0"}, "web.host '0.0.0.0'"), ({"host": ""}, "web.host ''"),
    ({"host": "::ffff:0.0.0.0"}, "web.host '::ffff:0.0.0.0'"),
    ({"public_url": "https://tw.example/a"}, "web.public_url 'tw.example'"),
    ({"public_url": "http://localhost", "allowed_hosts": ["localhost", "tw.lan:80"]}, "web.allowed_hosts 'tw.lan'"),
    ({"host": "::", "allowed_hosts": ["*"]}, "web.host '::', web.allowed_hosts '*'"),
])
def test_whoever_is_refused_to_start_is_told_which_settings_open_it(settings: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Access(WebSettings.model_validate(settings)).check()

    assert str(refused.value).startswith(f"{told}: the dashboard would be open to others without a password")


@pytest.mark.parametrize(("settings", "host", "is_named"), [
    ({}, "localhost:8765", True),
    ({}, "127.0.0.1", True),
    ({}, "[::1]:8765", True),
    ({}, "evil.example", False),
    ({}, "localhost.evil.example", False),
    ({}, "", False),
    ({}, "10.0.0.1", False),
    ({"public_url": "https://twinwatch.example/"}, "TWINWATCH.example", True),
    ({"allowed_hosts": ["twinwatch.lan"]}, "twinwatch.lan:80", True),
    ({"host": "0.0.0.0"}, "10.0.0.1:8765", True),
    ({"host": "0.0.0.0"}, "evil.example", False),
    ({"allowed_hosts": ["twinwatch.lan:8765"]}, "twinwatch.lan:8765", True),
    # What follows a name would be taken for the path, what stands before it for a name.
    ({}, "localhost/login?", False), ({}, "localhost#", False), ({}, "evil@localhost", False),
    ({}, "localhost:80:90", False), ({}, "localhost:x", False), ({}, "[::1]x", False), ({}, "localhost:80", True),
    ({"host": "", "password": PASSWORD}, "", False), ({"host": "", "password": PASSWORD}, "/", False),
    ({"host": "", "password": PASSWORD}, "10.0.0.1", True),
])
def test_only_names_of_ours_are_answered(settings: dict[str, object], host: str, is_named: bool) -> None:
    assert Access(WebSettings.model_validate(settings)).is_named(host) is is_named


def test_another_name_is_refused_before_anything_else(browser: TestClient) -> None:
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_every_answer_carries_the_headers_that_fence_it_in(browser: TestClient) -> None:
    for path in ("/", "/nothing", "/events.json", "/static/style.css", "/static/htmx.min.js", "/links/judge/nothing"):
        headers = browser.get(path).headers

        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy, path
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer", path


def test_every_write_without_a_token_is_refused(browser: TestClient) -> None:
    routes = [(method, path) for method, path in find_routes(browser) if method not in SAFE_METHODS]

    for method, path in routes:
        address = path.replace("{event_id}", "e1").replace("{outlet_id}", "huengaynay").replace("{token}", "x")
        address = address.replace("{delivery_id}", "1")
        for data in ({}, {"csrf": "0" * 64, "reader": "me", "answer": "no"}):
            answer = browser.request(method, address, data=data)

            expected = {410} if path.startswith(SIGNED) else {403}
            assert answer.status_code in expected, f"{method} {path}: {answer.status_code}"
    assert len(routes) >= 14


def test_a_token_of_another_session_or_page_elsewhere_is_refused(browser: TestClient) -> None:
    data = {"csrf": find_csrf(browser), "reader": "Lan", "answer": "no"}
    stranger = TestClient(browser.app, base_url="http://localhost", follow_redirects=False)

    assert stranger.post("/events/e1/judge", data=data).status_code == 403
    assert browser.post("/events/e1/judge", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert browser.post("/events/e1/judge", data=data).status_code == 303


def test_a_form_without_length_or_too_long_is_refused(browser: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"csrf=1"

    assert browser.post("/events/e1/judge", content=pieces()).status_code == 411
    both = {"Transfer-Encoding": "chunked", "Content-Length": "6"}
    assert browser.post("/events/e1/judge", content=pieces(), headers=both).status_code == 411
    assert browser.post("/events/e1/judge", content=b"x" * 70_000).status_code == 413


def test_with_a_password_every_page_asks_for_it(application: Application) -> None:
    save_happenings(application.store, "huengaynay")
    browser = open_browser(application, password=PASSWORD)

    routes = [path for _, path in find_routes(browser, "GET") if path not in OPEN_TO_ALL]
    for path in routes:
        address = path.replace("{event_id}", "e1").replace("{digest_id}", "1")
        assert browser.get(address).status_code in (303, 401), path
    assert len(routes) >= 25
    assert browser.get("/events?act=visit").headers["location"] == "/login?next=%2Fevents%3Fact%3Dvisit"
    assert browser.get("/static/style.css").status_code == 200


def test_the_password_opens_and_logging_out_closes(application: Application) -> None:
    browser = open_browser(application, password=PASSWORD, public_url="https://twinwatch.example")
    csrf = find_csrf(browser, "/login?next=/ties")
    wrong = browser.post("/login", data={"csrf": csrf, "password": "guess"})
    right = browser.post("/login", data={"csrf": csrf, "password": PASSWORD, "next": "/ties"})

    assert wrong.status_code == 403 and right.status_code == 303 and right.headers["location"] == "/ties"
    cookie = right.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"))
    browser.cookies.clear()
    browser.cookies.set("twinwatch_session", cookie.partition("=")[2].partition(";")[0])
    assert browser.get("/ties").status_code == 200
    out = browser.post("/logout", data={"csrf": find_csrf(browser, "/ties")})
    assert out.status_code == 303 and "twinwatch_session" in out.headers["set-cookie"]


def find_statuses(application: Application, *cookies: str) -> list[int]:
    """How a dashboard that just started answers browsers with these cookies."""
    answers = []
    for cookie in cookies:
        browser = open_browser(application, password=PASSWORD)
        browser.cookies.set("twinwatch_session", cookie)
        answers.append(browser.get("/ties").status_code)
    return answers


def log_in(application: Application) -> tuple[TestClient, str]:
    """A browser that is let in, and a copy of its cookie."""
    browser = open_browser(application, password=PASSWORD)
    browser.post("/login", data={"csrf": find_csrf(browser, "/login"), "password": PASSWORD})
    return browser, str(browser.cookies["twinwatch_session"])


def test_a_copied_cookie_is_worth_nothing_once_its_browser_logged_out_also_after_a_restart(
    application: Application, clock: FakeClock
) -> None:
    (browser, copied), (_, other) = log_in(application), log_in(application)
    before = browser.get("/ties").status_code
    browser.post("/logout", data={"csrf": find_csrf(browser, "/ties")})
    thief = TestClient(browser.app, base_url="http://localhost", follow_redirects=False)
    thief.cookies.set("twinwatch_session", copied)
    file = application.settings.data_dir / "sessions.ended"

    assert (before, thief.get("/ties").status_code) == (200, 303)
    assert find_statuses(application, copied, other) == [303, 200]
    assert file.stat().st_mode & 0o077 == 0 and file.read_text().count(" ") == 1

    with file.open("a") as cut_off:
        cut_off.write("cut-off 17")
    again, _ = log_in(application)
    again.post("/logout", data={"csrf": find_csrf(again, "/ties")})
    assert find_statuses(application, copied, str(again.cookies["twinwatch_session"]), other) == [303, 303, 200]
    clock.advance(days=31)
    assert find_statuses(application, copied) == [303] and file.read_text() == ""


def test_whoever_logs_out_is_out_although_the_disk_takes_no_more(application: Application) -> None:
    browser, copied = log_in(application)
    (application.settings.data_dir / "sessions.ended").mkdir()
    browser.post("/logout", data={"csrf": find_csrf(browser, "/ties")})
    browser.cookies.clear()
    browser.cookies.set("twinwatch_session", copied)

    assert browser.get("/ties").status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/\n/evil"])
def test_logging_in_leads_to_no_other_site(application: Application, target: str) -> None:
    browser = open_browser(application, password=PASSWORD)
    data = {"csrf": find_csrf(browser, "/login"), "password": PASSWORD, "next": target}

    assert browser.post("/login", data=data).headers["location"] == "/"


def test_a_session_ends_with_its_time_and_with_the_password(application: Application, clock: FakeClock) -> None:
    browser = open_browser(application, password=PASSWORD)
    browser.post("/login", data={"csrf": find_csrf(browser, "/login"), "password": PASSWORD})
    session = browser.cookies["twinwatch_session"]
    other = open_browser(application, password="another password")
    other.cookies.set("twinwatch_session", session)

    assert browser.get("/events").status_code == 200
    assert other.get("/events").status_code == 303
    clock.advance(days=31)
    assert browser.get("/events").status_code == 303


@pytest.mark.parametrize("cookie", ["", "x", "e30.e30", "a" * 5000, "WyJ4IiwxLHRydWUsIiJd.c2lnbmF0dXJl"])
def test_a_forged_session_is_none(application: Application, cookie: str) -> None:
    browser = open_browser(application, password=PASSWORD)
    browser.cookies.set("twinwatch_session", cookie)

    assert browser.get("/events").status_code == 303


def test_a_program_reads_and_writes_with_the_token(application: Application) -> None:
    save_happenings(application.store, "huengaynay")
    browser = open_browser(application, token=TOKEN)
    bearer, data = {"Authorization": f"Bearer {TOKEN}"}, {"answer": "no", "reader": "script"}

    assert browser.get("/events.json").status_code == 401
    assert browser.get("/events.json", headers={"Authorization": "Bearer guess"}).status_code == 401
    assert browser.get("/events.json", headers=bearer).status_code == 200
    assert browser.get("/events.json", auth=("feed", TOKEN)).status_code == 200
    assert browser.post("/events/e1/judge", data=data, auth=("feed", TOKEN)).status_code == 403
    assert browser.post("/events/e1/judge", data=data, headers=bearer).status_code == 303


def test_guessing_is_stopped_and_the_right_password_waits_too(application: Application, clock: FakeClock) -> None:
    browser = open_browser(application, password=PASSWORD)
    data = {"csrf": find_csrf(browser, "/login"), "password": "guess"}
    tries = [browser.post("/login", data=data).status_code for _ in range(PER_ADDRESS + 1)]
    locked = browser.post("/login", data={**data, "password": PASSWORD})
    clock.advance(seconds=1)
    soon = browser.post("/login", data=data)
    clock.advance(minutes=14)
    last = browser.post("/login", data=data)
    clock.advance(minutes=1)
    later = browser.post("/login", data={**data, "password": PASSWORD})

    assert tries == [403] * PER_ADDRESS + [429]
    assert locked.status_code == 429
    told = [(one.headers["retry-after"], one.text.partition("Try again in ")[2][:9]) for one in (locked, soon, last)]
    assert told == [("900", "15 minute"), ("899", "15 minute"), ("59", "1 minute.")]
    assert later.status_code == 303


@pytest.mark.parametrize(("tokens", "answers", "right"), [
    (["old"] * 8, [401] * 8, 200),
    (["old", "new"] * 4, [401] * 8, 200),
    ([f"guess {number}" for number in range(7)], [401] * 5 + [429] * 2, 429),
    (["old", "Old", "old ", "ol", "oldd", "olddd", "old"], [401] * 5 + [429, 401], 429),
])
def test_an_old_token_is_one_try_and_no_try_with_a_token_locks_the_password_out(
    application: Application, tokens: list[str], answers: list[int], right: int
) -> None:
    browser = open_browser(application, password=PASSWORD, token=TOKEN)

    def ask(token: str) -> int:
        return browser.get("/events.atom", auth=("feed", token)).status_code

    assert [ask(token) for token in tokens] == answers
    assert ask(TOKEN) == right
    data = {"csrf": find_csrf(browser, "/login"), "password": PASSWORD}
    assert browser.post("/login", data=data).status_code == 303


def test_wrong_passwords_lock_no_token_out(application: Application) -> None:
    browser = open_browser(application, password=PASSWORD, token=TOKEN)
    data = {"csrf": find_csrf(browser, "/login"), "password": "guess"}
    tries = [browser.post("/login", data=data).status_code for _ in range(PER_ADDRESS + 1)]

    assert tries[-1] == 429 and browser.post("/login", data={**data, "password": TOKEN}).status_code == 429
    assert browser.get("/events.json", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_same_token_is_another_try_from_elsewhere_and_a_new_one_when_its_time_is_over(clock: FakeClock) -> None:
    limiter = LoginLimiter(clock)
    for number in range(PER_ADDRESS):
        limiter.take("10.0.0.1", f"guess {number}")
    elsewhere = [limiter.take("10.0.0.2", f"guess {number}") for number in range(PER_ADDRESS + 1)]

    assert limiter.take("10.0.0.1", "guess 0") == 0.0 and limiter.take("10.0.0.1", "guess 5") == 900.0
    assert elsewhere == [0.0] * PER_ADDRESS + [900.0]
    clock.advance(minutes=15)
    assert [limiter.take("10.0.0.1", f"guess {number}") for number in (0, 5, 6, 7, 8, 9)] == [0.0] * 5 + [900.0]


def test_tries_from_many_addresses_are_stopped_together(clock: FakeClock) -> None:
    limiter = LoginLimiter(clock)
    taken = [limiter.take(f"10.0.{number}.1") for number in range(IN_ALL)]

    assert set(taken) == {0.0}
    assert limiter.take("10.9.9.9") == 900.0
    clock.advance(minutes=15)
    assert limiter.take("10.9.9.9") == 0.0


def test_one_network_of_ipv6_is_one_address(clock: FakeClock) -> None:
    limiter = LoginLimiter(clock)
    for number in range(PER_ADDRESS):
        limiter.take(f"2001:db8::{number:x}")

    assert limiter.take("2001:db8::ffff") > 0 and limiter.take("2001:db8:0:1::1") == 0
