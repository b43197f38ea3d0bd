"""A mail server and a Slack on loopback that can be told to fail; they judge no digest and reach nobody."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@dataclass(frozen=True)
class ReceivedMail:
    """One email as it arrived: the envelope, the parsed message and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes

    def part(self, kind: str) -> str:
        """The content of the part `kind` (`plain` or `html`); empty where there is none."""
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body else ""


class MailStandIn:
    """A mail server without TLS. Use as a context manager; `port` is chosen when it starts.

    `other_letters` says whether it takes addresses beyond ASCII (SMTPUTF8).

    `recipient_answers` holds answers to RCPT by address, used up in order (`451 ...`, `550 ...`); `data_answers` holds
    answers to a message: an SMTP answer, or `hang` (takes it, never answers) or `drop` (takes it, hangs up).
    """

    def __init__(self, *, other_letters: bool = True) -> None:
        self.messages: list[ReceivedMail] = []
        self.other_letters = other_letters
        self.recipient_answers: dict[str, deque[str]] = {}
        self.data_answers: deque[str] = deque()
        self.connections = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def refuse(self, recipient: str, *answers: str) -> None:
        """Answers the next mentions of `recipient` with `answers`, in order; later ones are accepted."""
        self.recipient_answers.setdefault(recipient, deque()).extend(answers)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._converse, HOST, 0)

    async def _stop(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _converse(self) -> SMTP:
        self.connections += 1
        return SMTP(self, enable_SMTPUTF8=self.other_letters, hostname="mail.stand-in", loop=self._loop)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook for one recipient: the scripted answer, else acceptance."""
        scripted = self.recipient_answers.get(address)
        if scripted:
            return scripted.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook for one message: kept unless the scripted answer refuses it."""
        answer = self.data_answers.popleft() if self.data_answers else "250 OK"
        if answer[0] not in "45":
            self.messages.append(_parse_mail(envelope))
        if answer == "hang":
            await asyncio.Event().wait()
        if answer == "drop":
            cast(asyncio.Transport, server.transport).abort()
        return answer


def _parse_mail(envelope: Envelope) -> ReceivedMail:
    content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
    message = message_from_bytes(content, _class=EmailMessage, policy=default)
    return ReceivedMail(str(envelope.mail_from), tuple(map(str, envelope.rcpt_tos)), message, content)


@dataclass(frozen=True)
class ReceivedPost:
    """One message as it was posted to Slack; `channel` is empty for the webhook."""

    path: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SlackAnswer:
    """A scripted answer: a status with body and headers, or `silence`: `hang` (never answers) or `drop` (hangs up)."""

    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    silence: str = ""


class SlackStandIn:
    """A Slack: `webhook_url` takes posts, `api_url` is the base of its Web API. Use as a context manager.

    `answers` are used up in order, one per post; then every post is accepted, unless it breaks one of Slack's limits.
    """

    def __init__(self) -> None:
        self.posts: list[ReceivedPost] = []
        self.answers: deque[SlackAnswer] = deque()
        self.requests = 0
        self.stopping = threading.Event()
        stand_in = self

        class Handler(_SlackHandler):
            slack = stand_in

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    @property
    def webhook_url(self) -> str:
        return f"{self.address}/services/T1/B1/secret"

    @property
    def api_url(self) -> str:
        return f"{self.address}/api/"

    def script(self, answers: Iterable[SlackAnswer]) -> None:
        """Answers the next posts with `answers`, in order."""
        self.answers.extend(answers)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _SlackHandler(BaseHTTPRequestHandler):
    slack: SlackStandIn

    def do_POST(self) -> None:
        self.slack.requests += 1
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        scripted = self.slack.answers.popleft() if self.slack.answers else None
        if scripted and scripted.silence:
            self._stay_silent(scripted.silence)
            return
        answer = scripted or self._judge(body)
        if answer.status == 200 and not _is_refusal(answer.body):
            self._keep(body)
        self._answer(answer)

    def _stay_silent(self, silence: str) -> None:
        if silence == "hang":
            self.slack.stopping.wait()
        self.close_connection = True

    def _judge(self, body: dict[str, Any]) -> SlackAnswer:
        fault = find_fault(body.get("blocks", []))
        if self.path.startswith("/api/"):
            told = {"ok": False, "error": fault} if fault else {"ok": True, "ts": str(len(self.slack.posts) + 1)}
            return SlackAnswer(200, json.dumps(told), {"Content-Type": "application/json"})
        return SlackAnswer(400, fault) if fault else SlackAnswer()

    def _keep(self, body: dict[str, Any]) -> None:
        post = ReceivedPost(
            self.path, body.get("channel", ""), body.get("text", ""), body.get("blocks", []), dict(self.headers)
        )
        self.slack.posts.append(post)

    def _answer(self, answer: SlackAnswer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        for key, value in {"Content-Length": str(len(body)), **answer.headers}.items():
            self.send_header(key, value)
        with suppress(ConnectionError):  # who asked may be gone
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Prints nothing: the demonstration says itself which lines are its own."""


def find_fault(blocks: list[dict[str, Any]]) -> str:
    """Slack's error word for blocks that break its limits (50 blocks, 3,000 characters a section, 150 a header)."""
    for block in blocks:
        text = block.get("text", {}).get("text", "")
        if block["type"] not in ("header", "section", "context", "divider"):
            return "invalid_blocks"
        if len(text) > {"header": 150, "section": 3000}.get(block["type"], 3000):
            return "invalid_blocks"
        if block["type"] in ("header", "section") and not text:
            return "invalid_blocks"
    total = len(json.dumps(blocks, ensure_ascii=False))
    return "invalid_blocks" if len(blocks) > 50 else "msg_blocks_too_long" if total > 13_000 else ""


def _is_refusal(body: str) -> bool:
    return body.startswith("{") and json.loads(body).get("ok") is False
