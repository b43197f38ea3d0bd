"""Hands a rendered digest over to Slack, through a webhook or a bot; it does not decide when to try again."""

import logging
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import OpenerDirector, ProxyHandler, Request, build_opener

from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookResponse

from monitor.digests.plain import make_plain
from monitor.digests.rendered import RenderedSlack, SlackMessage
from monitor.notifiers.outcome import NoteParts, Outcome, note_nothing
from seeds.sections import SlackSettings
from storage.values import DeliveryRow

TIMEOUT_SECONDS = 30
DEFAULT_WAIT_SECONDS = 60
# What the SDK would log is in the outcome; its debug lines hold the webhook's address, which is a secret.
SILENT = logging.getLogger("twinwatch.slack_sdk")
SILENT.setLevel(logging.CRITICAL)
# Errors after which the same message may well be taken later; from the error list of chat.postMessage.
PASSING = frozenset({
    "ratelimited", "rate_limited", "service_unavailable", "internal_error", "fatal_error", "request_timeout",
    "message_limit_exceeded", "accesslimited", "team_added_to_org",
})


@dataclass(frozen=True)
class Answer:
    """Slack's answer to one message: HTTP status, its own error word (empty where it took the message), its wait."""

    status: int
    error: str
    retry_after: str = ""


class SlackNotifier:
    """Posts as a bot to the channel that the recipient names, or to the webhook's own channel where no bot is set."""

    def __init__(self, settings: SlackSettings, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.settings = settings
        self.timeout_seconds = timeout_seconds

    def hand_over(
        self, rendered: RenderedSlack, recipient: str, delivery: DeliveryRow, note_parts: NoteParts = note_nothing
    ) -> Outcome:
        """Posts the messages that have not arrived yet (`delivery.parts_sent`), in order, until one is refused."""
        total = len(rendered.messages)
        arrived = min(delivery.parts_sent, total)
        for message in rendered.messages[arrived:]:
            outcome = self._post(message, recipient)
            if outcome.state != "sent":
                place = f"message {arrived + 1} of {total}: " if total > 1 else ""
                return Outcome(outcome.state, place + outcome.reason, outcome.retry_after_seconds, arrived)
            arrived += 1
            note_parts(arrived)
        return Outcome("sent", parts_sent=arrived)

    def test_login(self) -> str:
        """The workspace that the bot's token opens. Raises SlackClientError or OSError where it opens none."""
        _check_address("slack.api_url", self.settings.api_url)
        token = self.settings.bot_token.get_secret_value()
        return str(make_bot(token, self.settings.api_url, self.timeout_seconds).auth_test().get("team", ""))

    def _post(self, message: SlackMessage, recipient: str) -> Outcome:
        try:
            return judge_answer(self._ask(message, recipient))
        except URLError as error:
            return Outcome("retry", f"Slack cannot be reached: {make_plain(str(error.reason), 200)}")
        except SlackClientError as error:
            return Outcome("retry", f"slack settings: {make_plain(str(error), 200)}")
        except (OSError, HTTPException, ValueError) as error:
            # The request left us: whether the message stands in the channel, nobody can say.
            return Outcome("uncertain", f"no answer from Slack: {make_plain(str(error), 200) or type(error).__name__}")

    def _ask(self, message: SlackMessage, recipient: str) -> Answer:
        body: dict[str, Any] = {
            "text": message.text, "blocks": list(message.blocks), "unfurl_links": False, "unfurl_media": False,
        }
        token = self.settings.bot_token.get_secret_value()
        if token:
            _check_address("slack.api_url", self.settings.api_url)
            bot = make_bot(token, self.settings.api_url, self.timeout_seconds)
            return _ask_bot(bot, recipient, body)
        url = self.settings.webhook_url.get_secret_value()
        if not url:
            raise SlackClientError("neither slack.bot_token nor slack.webhook_url is set")
        _check_address("slack.webhook_url", url)
        webhook = _Webhook(url, timeout=self.timeout_seconds, retry_handlers=[], logger=SILENT)  # type: ignore[arg-type]
        answer = webhook.send(**body)
        return Answer(answer.status_code, "" if answer.status_code == 200 else answer.body, _wait(answer.headers))


def judge_answer(answer: Answer) -> Outcome:
    """What an answer means for the message: a wait is honoured, a refusal of content, channel or login ends it."""
    if answer.status == 429 or answer.error in ("ratelimited", "rate_limited"):
        wait = int(answer.retry_after[:9]) if answer.retry_after.isdecimal() else DEFAULT_WAIT_SECONDS
        return Outcome("retry", "Slack asks to wait", retry_after_seconds=wait)
    reason = f"Slack answers {answer.status}: {make_plain(answer.error, 200)}"
    if answer.status >= 500 or answer.status == 408 or answer.error in PASSING:
        return Outcome("retry", reason)
    return Outcome("failed", reason) if answer.error else Outcome("sent")


def make_bot(token: str, api_url: str, timeout_seconds: float) -> WebClient:
    """A client of Slack's Web API that tries once, and asks a server on this machine without any proxy."""
    timeout: Any = timeout_seconds
    return _Bot(token, base_url=api_url, timeout=timeout, retry_handlers=[], logger=SILENT)


def _check_address(setting: str, url: str) -> None:
    """Raises SlackClientError before anything is sent; the address stays untold, as it is a secret."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname or " " in url:
        raise SlackClientError(f"{setting} is not an http(s) address")


def _ask_bot(bot: WebClient, channel: str, body: dict[str, Any]) -> Answer:
    try:
        bot.chat_postMessage(channel=channel, **body)
    except SlackApiError as error:
        response: Any = error.response
        return Answer(response.status_code, str(response.get("error", "unknown_error")), _wait(response.headers))
    return Answer(200, "")


def _wait(headers: Any) -> str:
    return next((str(value) for key, value in headers.items() if key.lower() == "retry-after"), "")


class _Webhook(WebhookClient):
    """The SDK's client, which would ask even a server on this machine through the environment's proxy."""

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        if not is_loopback(url):
            passed_on: WebhookResponse = super()._perform_http_request_internal(url, req)
            return passed_on
        with _direct().open(req, timeout=self.timeout) as answer:
            body = answer.read().decode("utf-8", "replace")
            return WebhookResponse(url=url, status_code=answer.status, body=body, headers=dict(answer.headers))


class _Bot(WebClient):
    """The same for the Web API."""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        if not is_loopback(url):
            return super()._perform_urllib_http_request_internal(url, req)
        with _direct().open(req, timeout=self.timeout) as answer:
            body = answer.read().decode("utf-8", "replace")
            return {"status": answer.status, "headers": answer.headers, "body": body}


def _direct() -> OpenerDirector:
    return build_opener(ProxyHandler({}))


def is_loopback(url: str) -> bool:
    """Whether the address names this machine, which is asked without any proxy."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
