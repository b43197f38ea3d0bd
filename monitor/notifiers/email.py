"""Hands a rendered digest over by SMTP, one recipient per message; it does not decide when to try again."""

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from functools import cached_property

from monitor.digests.plain import make_plain
from monitor.digests.rendered import RenderedEmail
from monitor.notifiers.message import is_ascii, make_message, parse_address
from monitor.notifiers.outcome import NoteParts, Outcome, State, note_nothing
from seeds.sections import EmailSettings
from storage.values import DeliveryRow

READY_FOR_DATA = 354
ACCEPTED = 250
NO_LOGIN = ". Many take one over TLS only; a server that wants none is used with email.username = ''"
NO_TLS = ". It offers none. Try another port; only for a server of your own network set email.security = 'none'"


class EmailNotifier:
    """Sends through the server of the settings, over a connection of its own each time."""

    def __init__(self, settings: EmailSettings) -> None:
        self.settings = settings

    def hand_over(
        self, rendered: RenderedEmail, recipient: str, delivery: DeliveryRow, note_parts: NoteParts = note_nothing
    ) -> Outcome:
        """Sends `rendered` to `recipient`. What a person can mend in the settings is `retry`: nothing is lost by it."""
        missing = next((key for key in ("host", "sender") if not getattr(self.settings, key)), "")
        if missing:
            return Outcome("retry", f"email.{missing} is not set")
        try:
            parse_address(self.settings.sender)
        except ValueError as error:
            return Outcome("retry", f"email.sender: {error}")
        try:
            message = make_message(rendered, self.settings.sender, recipient, delivery)
        except ValueError as error:
            return Outcome("failed", str(error))
        return self._send(message)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        # Loading the certificates takes longer than a message.
        return ssl.create_default_context()

    def _send(self, message: EmailMessage) -> Outcome:
        try:
            server = self.connect()
        except (OSError, smtplib.SMTPException) as error:
            return Outcome("retry", self.describe(error))
        try:
            return _converse(server, message)
        finally:
            server.close()

    def connect(self) -> smtplib.SMTP:
        """A connection that is ready for a message: secured and logged in as the settings ask. Raises as smtplib."""
        wanted = self.settings
        context = self._context if wanted.security != "none" else None
        place = (wanted.host, wanted.port, _own_name())
        server = (
            smtplib.SMTP_SSL(*place, timeout=wanted.timeout_seconds, context=context)
            if wanted.security == "tls"
            else smtplib.SMTP(*place, timeout=wanted.timeout_seconds)
        )
        try:
            if wanted.security == "starttls":
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if wanted.username:
                server.login(wanted.username, wanted.password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server

    def announce(self) -> None:
        """Says who would send, and leaves. Raises as `connect`, and SMTPSenderRefused for a sender that may not."""
        sender = parse_address(self.settings.sender)
        server = self.connect()
        try:
            # One in other letters needs more than this to be asked about.
            code, answer = server.mail(sender.addr_spec) if is_ascii(sender) else (ACCEPTED, b"")
            _say_goodbye(server)
        finally:
            server.close()
        if code != ACCEPTED:
            raise smtplib.SMTPSenderRefused(code, answer, sender.addr_spec)

    def describe(self, error: Exception) -> str:
        """What went wrong with `connect`, in one line for people."""
        where = f"{self.settings.host}:{self.settings.port}"
        if isinstance(error, smtplib.SMTPAuthenticationError):
            return f"{where} refuses the login: {_answer(error.smtp_code, error.smtp_error)}"
        if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError):
            told = make_plain(str(error)).rstrip(".")
            if "SMTP AUTH" in told:
                return f"{where} takes no login (email.security = {self.settings.security!r}): {told}" + NO_LOGIN
            said = f"{where} refuses TLS (email.security = {self.settings.security!r}): {told}"
            return said + (NO_TLS if "STARTTLS" in said else "")
        if isinstance(error, smtplib.SMTPSenderRefused):
            return f"{where} refuses the sender {error.sender}: {_answer(error.smtp_code, error.smtp_error)}"
        if isinstance(error, smtplib.SMTPResponseException):
            return f"{where} refuses: {_answer(error.smtp_code, error.smtp_error)}"
        said = getattr(error, "strerror", None) or str(error)
        return f"{where} cannot be reached: {make_plain(said) or type(error).__name__}"


def _converse(server: smtplib.SMTP, message: EmailMessage) -> Outcome:
    """Sender, recipient, data: everything before the last byte of data is certain, everything after it is not."""
    try:
        refusal = _announce(server, message)
        if refusal:
            return refusal
        server.send(quote_dots(message.as_bytes()))
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("retry", f"broken off before the message was sent: {_name(error)}")
    try:
        code, answer = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Outcome("uncertain", f"no answer after the message was sent: {_name(error)}")
    _say_goodbye(server)
    if code == ACCEPTED:
        return Outcome("sent", parts_sent=1)
    return Outcome(_judge(code), f"message refused: {_answer(code, answer)}")


def _announce(server: smtplib.SMTP, message: EmailMessage) -> Outcome | None:
    """The envelope; an Outcome where the server refuses it, None where it waits for the message."""
    sender, recipient = (message[header].addresses[0] for header in ("From", "To"))
    options: list[str] = []
    if not is_ascii(sender, recipient):
        if not server.has_extn("smtputf8"):
            return Outcome("failed", "the mail server takes no addresses in other letters (SMTPUTF8)")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    code, answer = server.mail(sender.addr_spec, options)
    if code != ACCEPTED:
        # The sender is ours: a person mends it, and no recipient may lose the digest by it.
        return Outcome("retry", f"sender refused: {_answer(code, answer)}")
    code, answer = server.rcpt(recipient.addr_spec)
    if code not in (ACCEPTED, 251):
        return Outcome(_judge(code), f"recipient refused: {_answer(code, answer)}")
    code, answer = server.docmd("DATA")
    if code != READY_FOR_DATA:
        return Outcome(_judge(code), f"message refused: {_answer(code, answer)}")
    return None


def _judge(code: int) -> State:
    return "failed" if 500 <= code < 600 else "retry"


def quote_dots(message: bytes) -> bytes:
    """The message as DATA wants it: lines that begin with a dot doubled, ended by a lone dot (RFC 5321, 4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", message).rstrip(b"\r\n") + b"\r\n.\r\n"


def _say_goodbye(server: smtplib.SMTP) -> None:
    # The server has answered for the message already.
    with suppress(OSError, smtplib.SMTPException):
        server.quit()


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return make_plain(f"{code} {text}", 200)


def _name(error: Exception) -> str:
    return make_plain(str(error), 200) or type(error).__name__


def _own_name() -> str:
    """The name for EHLO, without asking a name server as smtplib would."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
