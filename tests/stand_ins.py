"""The servers that the tests of notifiers and of the flow talk to: the demonstration's own and a webhook's receiver."""

import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from monitor.demo.stand_ins import HOST, MailStandIn, ReceivedMail, ReceivedPost, SlackAnswer, SlackStandIn
from seeds.sections import EmailSettings, SlackSettings, WebhookSettings

__all__ = [
    "HOST", "HookStandIn", "MailStandIn", "ReceivedMail", "ReceivedPost", "SlackAnswer", "SlackStandIn",
    "bot_settings", "hook_settings", "mail_settings", "webhook_settings",
]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True)
class HookAnswer:
    """A scripted answer; `silence` as in a Slack's, or `drip`: one byte every tenth of a second, without end."""

    status: int = 204
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    silence: str = ""


class HookStandIn:
    """A webhook's receiver on loopback: keeps path, headers and raw body of what it accepts. A context manager."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: deque[HookAnswer] = deque()
        self.requests = 0
        self.stopping = threading.Event()
        stand_in = self

        class Handler(_HookHandler):
            hook = stand_in

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _HookHandler(BaseHTTPRequestHandler):
    hook: HookStandIn

    def do_POST(self) -> None:
        self.hook.requests += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.hook.answers.popleft() if self.hook.answers else HookAnswer()
        if answer.silence in ("hang", "drop"):
            if answer.silence == "hang":
                self.hook.stopping.wait()
            self.close_connection = True
            return
        if answer.status < 300:
            self.hook.posts.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
        self.send_response(answer.status)
        for key, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self._drip() if answer.silence == "drip" else self.wfile.write(answer.body.encode())

    do_GET = do_POST

    def _drip(self) -> None:
        try:
            while not self.hook.stopping.wait(0.1):
                self.wfile.write(b"x")
        except ConnectionError:
            return

    def log_message(self, format: str, *args: Any) -> None:
        """Prints nothing."""


def hook_settings(**changes: object) -> WebhookSettings:
    """Settings that may post to this machine."""
    values = {"secret": SECRET, "allow_networks": ["127.0.0.0/8"], "allow_http": True, "timeout_seconds": 0.5}
    return WebhookSettings.model_validate({**values, **changes})


def mail_settings(port: int, **changes: object) -> EmailSettings:
    """Settings for a mail stand-in on `port`."""
    values = {"host": HOST, "port": port, "security": "none", "sender": "Twinwatch <tw@example.org>"}
    return EmailSettings.model_validate({**values, "timeout_seconds": 0.5, **changes})


def webhook_settings(slack: SlackStandIn) -> SlackSettings:
    """Settings that post through the stand-in's webhook."""
    return SlackSettings.model_validate({"webhook_url": slack.webhook_url})


def bot_settings(slack: SlackStandIn) -> SlackSettings:
    """Settings that post as a bot through the stand-in's Web API."""
    return SlackSettings.model_validate({"bot_token": "xoxb-test", "api_url": slack.api_url})
