"""A webhook gets each digest signed, once, and never a private address that nobody allowed."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.digests.content import DigestContent
from monitor.digests.render_webhook import render_webhook
from monitor.notifiers.outcome import Outcome
from monitor.notifiers.webhook import WebhookNotifier, find_refusal, make_headers, read_key
from tests.digest_samples import make_content, make_delivery, make_event
from tests.fake_clock import START_AT, FakeClock
from tests.stand_ins import HOST, SECRET, HookAnswer, HookStandIn, hook_settings

CONTENT = make_content(make_event(), language="ko")
RENDERED = render_webhook(CONTENT)


@pytest.fixture
def hook() -> Iterator[HookStandIn]:
    with HookStandIn() as server:
        yield server


def hand_over(url: str, **settings: object) -> Outcome:
    notifier = WebhookNotifier(hook_settings(**settings), FakeClock())
    return notifier.hand_over(RENDERED, url, make_delivery(notifier="webhook", recipient=url))


def test_a_digest_arrives_with_its_facts_and_a_signature_that_can_be_checked(hook: HookStandIn) -> None:
    outcome = hand_over(hook.url)

    assert outcome == Outcome("sent", parts_sent=1)
    [(path, headers, body)] = hook.posts
    told = json.loads(body)
    assert (path, told["type"], told["version"], told["may_repeat"]) == ("/hook", "digest", 1, False)
    assert DigestContent.from_json(told["digest"]) == CONTENT
    assert "Huế" in told["text"] or "후에" in told["text"]
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == str(int(START_AT.timestamp()))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    assert headers["webhook-signature"] == "v1," + base64.b64encode(
        hmac.new(key, signed, hashlib.sha256).digest()
    ).decode()


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the Standard Webhooks libraries.
    body, message, at = b'{"test": 2432232314}', "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330

    headers = make_headers(body, read_key(SECRET), message, at)

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_id_is_the_same_at_every_attempt_and_differs_between_readers_and_digests(hook: HookStandIn) -> None:
    def send(**changes: object) -> str:
        delivery = make_delivery(**{"notifier": "webhook", "recipient": hook.url, **changes})
        WebhookNotifier(hook_settings(), FakeClock()).hand_over(RENDERED, hook.url, delivery)
        return hook.posts[-1][1]["webhook-id"]

    first = send()

    assert send(attempts=4, may_repeat=True, id=99) == first
    assert len({first, send(recipient="https://b.example"), send(created_at=START_AT + timedelta(days=1))}) == 3


@pytest.mark.parametrize(("answer", "state", "wait"), [
    (HookAnswer(200, "ok"), "sent", None),
    (HookAnswer(202), "sent", None),
    (HookAnswer(400, "what is this"), "failed", None),
    (HookAnswer(404), "failed", None),
    (HookAnswer(410), "failed", None),
    (HookAnswer(408), "retry", None),
    (HookAnswer(429, "", {"Retry-After": "90"}), "retry", 90),
    (HookAnswer(429, "", {"Retry-After": "Mon, 02 Mar 2026 06:02:00 GMT"}), "retry", 120),
    (HookAnswer(429, "", {"Retry-After": "Mon, 02 Mar 2020 06:02:00 GMT"}), "retry", 0),
    (HookAnswer(429, "", {"Retry-After": "soon"}), "retry", 60),
    (HookAnswer(500), "retry", None),
    (HookAnswer(503, "", {"Retry-After": "120"}), "retry", 120),
    (HookAnswer(silence="hang"), "uncertain", None),
    (HookAnswer(silence="drop"), "uncertain", None),
    (HookAnswer(500, silence="drip", headers={"Content-Length": "100000"}), "retry", None),  # the status says it all
    (HookAnswer(200, silence="drip", headers={"Content-Length": "100000"}), "sent", None),
])
def test_what_a_receiver_may_answer(hook: HookStandIn, answer: HookAnswer, state: str, wait: int | None) -> None:
    hook.answers.append(answer)

    outcome = hand_over(hook.url)

    assert (outcome.state, outcome.retry_after_seconds, hook.requests) == (state, wait, 1)
    assert bool(outcome.reason) is (state != "sent") and SECRET not in outcome.reason


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_wherever_it_leads(hook: HookStandIn, status: int) -> None:
    hook.answers.append(HookAnswer(status, "", {"Location": hook.url.replace(HOST, "169.254.169.254")}))

    outcome = hand_over(hook.url)

    assert outcome.state == "failed" and "169.254.169.254, which is not followed" in outcome.reason
    assert hook.requests == 1


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]",
])
def test_this_machine_is_not_posted_to_unless_it_is_allowed_in_whatever_notation(hook: HookStandIn, host: str) -> None:
    outcome = hand_over(f"http://{host}:{hook.port}/", allow_networks=[])

    assert outcome.state == "retry" and hook.requests == 0
    assert "private address" in outcome.reason or "not a canonical IPv4 address" in outcome.reason


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "100.64.0.1", "192.168.1.1", "[fd00::1]"])
def test_private_networks_are_refused_before_anything_is_connected(host: str) -> None:
    outcome = hand_over(f"http://{host}/")

    assert outcome.state == "retry" and "private address" in outcome.reason


@pytest.mark.parametrize(("url", "allow_http", "said"), [
    ("https://hook.example/x", False, ""),
    ("http://hook.example/x", False, "not https"),
    ("http://hook.example/x", True, ""),
    ("ftp://hook.example/x", True, "not a web address"),
    ("file:///etc/passwd", True, "not a web address"),
    ("desk@city.example", True, "not a web address"),
    ("https://user:pw@hook.example/", True, "name or password"),
    ("https://hook.example:99999/", True, "not a web address"),
    ("https://hook.example/a b\r\nX: y", True, "not a web address"),
    ("https://[::1", True, "not a web address"),
])
def test_what_a_recipient_may_be(url: str, allow_http: bool, said: str) -> None:
    refusal = find_refusal(url, allow_http=allow_http)

    assert said in refusal and bool(refusal) is bool(said)


@pytest.mark.parametrize(("secret", "said"), [("", "not set"), ("whsec_%%", "no base64")])
def test_nothing_is_posted_without_a_signature(hook: HookStandIn, secret: str, said: str) -> None:
    outcome = hand_over(hook.url, secret=secret)

    assert outcome.state == "retry" and said in outcome.reason and hook.requests == 0


def test_a_receiver_that_is_not_there_means_retry() -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        port = taken.getsockname()[1]

    outcome = hand_over(f"http://{HOST}:{port}/")

    assert outcome.state == "retry" and "cannot be reached" in outcome.reason
