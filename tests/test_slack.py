"""Slack messages reach a real local server in order, once, and every way to fail has its outcome."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from monitor.digests.render_slack import render_slack
from monitor.digests.rendered import RenderedSlack, SlackMessage
from monitor.notifiers.choose import make_notifier
from monitor.notifiers.email import EmailNotifier
from monitor.notifiers.outcome import Outcome
from monitor.notifiers.slack import SlackNotifier
from seeds.sections import SlackSettings
from seeds.settings import Settings
from tests.digest_samples import make_content, make_delivery, make_event
from tests.stand_ins import HOST, SlackAnswer, SlackStandIn, bot_settings, webhook_settings

CHANNEL = "#twinwatch"
RENDERED = render_slack(make_content(make_event()))


def make_part(text: str) -> SlackMessage:
    return SlackMessage(text, ({"type": "section", "text": {"type": "mrkdwn", "text": text}},))


THREE = RenderedSlack((make_part("part 1"), make_part("part 2"), make_part("part 3")))


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    with SlackStandIn() as server:
        yield server


def by_webhook(slack: SlackStandIn, rendered: RenderedSlack = RENDERED, parts_sent: int = 0) -> Outcome:
    notifier = SlackNotifier(webhook_settings(slack), timeout_seconds=0.3)
    return notifier.hand_over(rendered, CHANNEL, make_delivery(notifier="slack", parts_sent=parts_sent))


def by_bot(slack: SlackStandIn, rendered: RenderedSlack = RENDERED, parts_sent: int = 0) -> Outcome:
    notifier = SlackNotifier(bot_settings(slack), timeout_seconds=0.3)
    return notifier.hand_over(rendered, CHANNEL, make_delivery(notifier="slack", parts_sent=parts_sent))


def refuse(error: str) -> SlackAnswer:
    return SlackAnswer(200, f'{{"ok": false, "error": "{error}"}}')


def test_a_digest_arrives_through_the_webhook(slack: SlackStandIn) -> None:
    outcome = by_webhook(slack)

    assert outcome == Outcome("sent", parts_sent=1)
    [post] = slack.posts
    assert tuple(post.blocks) == RENDERED.messages[0].blocks
    assert post.text == RENDERED.messages[0].text


def test_a_digest_arrives_through_a_bot_in_the_channel_that_the_recipient_names(slack: SlackStandIn) -> None:
    outcome = by_bot(slack)

    assert outcome == Outcome("sent", parts_sent=1)
    [post] = slack.posts
    assert (post.path, post.channel) == ("/api/chat.postMessage", CHANNEL)
    assert tuple(post.blocks) == RENDERED.messages[0].blocks
    assert post.headers["Authorization"] == "Bearer xoxb-test"


@pytest.mark.parametrize("post", [by_webhook, by_bot])
def test_several_messages_arrive_in_order(slack: SlackStandIn, post: object) -> None:
    outcome = post(slack, THREE)  # type: ignore[operator]

    assert outcome == Outcome("sent", parts_sent=3)
    assert [received.text for received in slack.posts] == ["part 1", "part 2", "part 3"]


def test_each_part_is_noted_as_soon_as_it_has_arrived(slack: SlackStandIn) -> None:
    noted: list[tuple[int, int]] = []
    delivery = make_delivery(notifier="slack", parts_sent=1)

    SlackNotifier(webhook_settings(slack), timeout_seconds=0.3).hand_over(
        THREE, CHANNEL, delivery, lambda parts: noted.append((parts, len(slack.posts)))
    )

    assert noted == [(2, 1), (3, 2)]


@pytest.mark.parametrize("post", [by_webhook, by_bot])
def test_an_attempt_goes_on_where_the_last_one_ended(slack: SlackStandIn, post: object) -> None:
    slack.script([SlackAnswer(body='{"ok": true}'), SlackAnswer(500, "oops")])

    first = post(slack, THREE)  # type: ignore[operator]
    second = post(slack, THREE, first.parts_sent)  # type: ignore[operator]

    assert (first.state, first.parts_sent) == ("retry", 1)
    assert first.reason.startswith("message 2 of 3: ")
    assert second == Outcome("sent", parts_sent=3)
    assert [received.text for received in slack.posts] == ["part 1", "part 2", "part 3"]


@pytest.mark.parametrize(("answer", "expected"), [
    (SlackAnswer(429, "", {"Retry-After": "17"}), ("retry", 17)),
    (SlackAnswer(429, "", {}), ("retry", 60)),
    (SlackAnswer(404, "no_service"), ("failed", None)),
    (SlackAnswer(410, "channel_is_archived"), ("failed", None)),
    (SlackAnswer(403, "invalid_token"), ("failed", None)),
    (SlackAnswer(400, "invalid_blocks"), ("failed", None)),
    (SlackAnswer(500, "server_error"), ("retry", None)),
    (SlackAnswer(503, ""), ("retry", None)),
    (SlackAnswer(silence="hang"), ("uncertain", None)),
    (SlackAnswer(silence="drop"), ("uncertain", None)),
])
def test_what_the_webhook_may_answer(
    slack: SlackStandIn, answer: SlackAnswer, expected: tuple[str, int | None]
) -> None:
    slack.script([answer])

    outcome = by_webhook(slack)

    assert (outcome.state, outcome.retry_after_seconds) == expected
    assert outcome.reason and "secret" not in outcome.reason
    assert (slack.requests, slack.posts) == (1, [])


@pytest.mark.parametrize(("answer", "expected"), [
    (SlackAnswer(429, '{"ok": false, "error": "ratelimited"}', {"Retry-After": "9"}), ("retry", 9)),
    (refuse("ratelimited"), ("retry", 60)),
    (refuse("invalid_auth"), ("failed", None)),
    (refuse("channel_not_found"), ("failed", None)),
    (refuse("not_in_channel"), ("failed", None)),
    (refuse("internal_error"), ("retry", None)),
    (SlackAnswer(500, "<html>"), ("retry", None)),
    (SlackAnswer(404, "nothing here"), ("failed", None)),
    (SlackAnswer(silence="hang"), ("uncertain", None)),
    (SlackAnswer(silence="drop"), ("uncertain", None)),
])
def test_what_the_web_api_may_answer(
    slack: SlackStandIn, answer: SlackAnswer, expected: tuple[str, int | None]
) -> None:
    slack.script([answer])

    outcome = by_bot(slack)

    assert (outcome.state, outcome.retry_after_seconds) == expected
    assert outcome.reason and "xoxb" not in outcome.reason
    assert (slack.requests, slack.posts) == (1, [])


@pytest.mark.parametrize("kind", ["webhook", "bot"])
def test_a_slack_that_is_not_there_means_retry(kind: str) -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        address = f"http://{HOST}:{taken.getsockname()[1]}/"
    settings = {"webhook": {"webhook_url": address}, "bot": {"bot_token": "x", "api_url": address}}[kind]

    outcome = SlackNotifier(SlackSettings.model_validate(settings)).hand_over(RENDERED, CHANNEL, make_delivery())

    assert outcome.state == "retry" and "cannot be reached" in outcome.reason


@pytest.mark.parametrize("webhook_url", ["", "not an address", "ftp://example.org/x", "file:///etc/passwd"])
def test_missing_or_wrong_settings_lose_no_digest(webhook_url: str) -> None:
    settings = SlackSettings.model_validate({"webhook_url": webhook_url})

    outcome = SlackNotifier(settings).hand_over(RENDERED, CHANNEL, make_delivery())

    assert outcome.state == "retry" and "slack settings" in outcome.reason


@pytest.mark.parametrize("post", [by_webhook, by_bot])
def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    slack: SlackStandIn, post: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        proxy = f"http://{HOST}:{taken.getsockname()[1]}"
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert post(slack).state == "sent"  # type: ignore[operator]


def test_the_stand_in_refuses_what_slack_refuses(slack: SlackStandIn) -> None:
    assert by_webhook(slack, RenderedSlack((make_part("x" * 3001),))).state == "failed"
    assert by_webhook(slack, RenderedSlack((make_part("x" * 3000),))).state == "sent"
    slack.posts.clear()
    assert by_bot(slack, RenderedSlack((SlackMessage("t", ({"type": "divider"},) * 51),))).state == "failed"
    assert slack.posts == []


def test_a_subscriptions_notifier_is_found_by_its_name() -> None:
    assert isinstance(make_notifier("email", Settings()), EmailNotifier)
    assert isinstance(make_notifier("slack", Settings()), SlackNotifier)
    with pytest.raises(KeyError):
        make_notifier("pigeon", Settings())
