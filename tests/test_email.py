"""An email reaches a real local mail server as it should, and every way to fail has its outcome."""

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email.headerregistry import Address

import pytest

from monitor.digests.render_email import render_email
from monitor.digests.rendered import RenderedEmail
from monitor.notifiers.email import EmailNotifier, quote_dots
from monitor.notifiers.message import make_message
from monitor.notifiers.outcome import Outcome
from tests.digest_samples import NOW, make_content, make_delivery, make_event
from tests.stand_ins import HOST, MailStandIn, mail_settings

DESK = "desk@example.org"
RENDERED = render_email(make_content(make_event(), language="ko"))


@pytest.fixture
def mail() -> Iterator[MailStandIn]:
    with MailStandIn() as server:
        yield server


def hand_over(
    mail: MailStandIn, recipient: str = DESK, rendered: RenderedEmail = RENDERED, **settings: object
) -> Outcome:
    return EmailNotifier(mail_settings(mail.port, **settings)).hand_over(rendered, recipient, make_delivery())


def test_a_digest_arrives_with_text_html_and_its_headers(mail: MailStandIn) -> None:
    outcome = hand_over(mail)

    assert outcome == Outcome("sent", parts_sent=1)
    [received] = mail.messages
    assert (received.sender, received.recipients) == ("tw@example.org", (DESK,))
    assert received.part("plain").replace("\r\n", "\n") == RENDERED.text
    assert received.part("html").replace("\r\n", "\n").strip() == RENDERED.html.strip()
    told = received.message
    assert told["Subject"] == RENDERED.subject and "새 소식 1건" in RENDERED.subject
    assert told["From"].addresses == (Address("Twinwatch", "tw", "example.org"),)
    assert told["Date"].datetime == NOW
    assert told["List-Id"] == "<desk.twinwatch.example.org>"
    assert told["Auto-Submitted"] == "auto-generated"
    assert told["Content-Language"] == "ko"


def test_the_message_id_is_the_same_at_every_attempt_and_differs_between_deliveries() -> None:
    def message_id(**changes: object) -> str:
        return str(make_message(RENDERED, "tw@example.org", DESK, make_delivery(**changes))["Message-ID"])

    assert message_id() == message_id(attempts=5, may_repeat=True)
    assert message_id().endswith("@example.org>")
    assert message_id() == message_id(id=8)  # as a store that was restored numbers it
    others = message_id(recipient="other@example.org"), message_id(created_at=NOW + timedelta(days=1))
    assert len({message_id(), *others}) == 3


def test_recipients_never_see_each_other(mail: MailStandIn) -> None:
    for recipient in ("a@example.org", "b@example.org"):
        hand_over(mail, recipient)

    assert [received.recipients for received in mail.messages] == [("a@example.org",), ("b@example.org",)]
    assert [str(received.message["To"]) for received in mail.messages] == ["a@example.org", "b@example.org"]
    assert b"b@example.org" not in mail.messages[0].raw


@pytest.mark.parametrize(("name", "address"), [
    ("외교 담당, 후에", DESK), ("Phòng “Đối ngoại”", DESK), ("", DESK),
])
def test_names_in_other_letters_arrive_whole(mail: MailStandIn, name: str, address: str) -> None:
    outcome = hand_over(mail, f'"{name}" <{address}>' if name else address)

    assert outcome.state == "sent"
    [received] = mail.messages
    [to] = received.message["To"].addresses
    assert (to.display_name, to.addr_spec, received.recipients) == (name, address, (address,))
    assert received.raw.isascii()


@pytest.mark.parametrize("address", ["desk@후에.example", "담당@example.org"])
def test_addresses_in_other_letters_arrive_where_the_server_takes_them(mail: MailStandIn, address: str) -> None:
    assert hand_over(mail, address).state == "sent"
    assert mail.messages[0].recipients == (address,)
    assert f"To: {address}\r\n".encode() in mail.messages[0].raw


def test_addresses_in_other_letters_fail_where_the_server_does_not_take_them() -> None:
    with MailStandIn(other_letters=False) as old:
        outcome = hand_over(old, "담당@example.org")

    assert outcome.state == "failed" and "SMTPUTF8" in outcome.reason


@pytest.mark.parametrize("recipient", [
    "", "desk", "desk@", "a@x.org\r\nRCPT TO:<b@x.org>", "a@x.org, b@x.org", "a b@x.org",
])
def test_what_is_no_address_fails_without_a_word_to_the_server(mail: MailStandIn, recipient: str) -> None:
    outcome = hand_over(mail, recipient)

    assert outcome.state == "failed" and "not an email address" in outcome.reason
    assert mail.connections == 0


def test_a_subject_cannot_break_the_header(mail: MailStandIn) -> None:
    hostile = RenderedEmail("Huế\r\nBcc: all@example.org\u202e", "text", "<p>html</p>", "en")

    assert hand_over(mail, rendered=hostile).state == "sent"
    assert mail.messages[0].message["Bcc"] is None
    assert mail.messages[0].message["Subject"] == "Huế Bcc: all@example.org"


def test_lines_that_begin_with_a_dot_arrive_whole(mail: MailStandIn) -> None:
    # Base64 holds no dots, but a folded header may: the quoting itself is asked.
    assert quote_dots(b"a\r\n.b\r\n..c\r\n") == b"a\r\n..b\r\n...c\r\n.\r\n"
    assert hand_over(mail, rendered=RenderedEmail("s", ".\n..\n", "<p>.</p>", "en")).state == "sent"
    assert mail.messages[0].part("plain").split() == [".", ".."]


@pytest.mark.parametrize(("answer", "state"), [
    ("451 try later", "retry"), ("450 mailbox busy", "retry"), ("550 no such user", "failed"), ("552 full", "failed"),
])
def test_a_refused_recipient(mail: MailStandIn, answer: str, state: str) -> None:
    mail.refuse(DESK, answer)

    outcome = hand_over(mail)

    assert outcome == Outcome(state, f"recipient refused: {answer}")  # type: ignore[arg-type]
    assert mail.messages == []


def test_a_recipient_that_was_refused_for_now_gets_it_at_the_next_attempt(mail: MailStandIn) -> None:
    mail.refuse(DESK, "451 greylisted")

    assert [hand_over(mail).state, hand_over(mail).state] == ["retry", "sent"]
    assert len(mail.messages) == 1


def test_one_refused_recipient_of_several_harms_no_other(mail: MailStandIn) -> None:
    mail.refuse("gone@example.org", "550 no such user")

    states = [hand_over(mail, recipient).state for recipient in ("a@example.org", "gone@example.org", "b@example.org")]

    assert states == ["sent", "failed", "sent"]
    assert [received.recipients for received in mail.messages] == [("a@example.org",), ("b@example.org",)]


@pytest.mark.parametrize(("answer", "state", "arrived"), [
    ("451 later", "retry", 0), ("554 spam", "failed", 0), ("drop", "uncertain", 1), ("hang", "uncertain", 1),
])
def test_what_the_server_does_after_the_message_was_sent(
    mail: MailStandIn, answer: str, state: str, arrived: int
) -> None:
    mail.data_answers.append(answer)

    outcome = hand_over(mail)

    assert (outcome.state, len(mail.messages)) == (state, arrived)
    assert outcome.reason


def test_a_server_that_is_not_there_means_retry() -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        port = taken.getsockname()[1]

    outcome = EmailNotifier(mail_settings(port)).hand_over(RENDERED, DESK, make_delivery())

    assert outcome.state == "retry"
    assert f"{HOST}:{port} cannot be reached" in outcome.reason


def test_a_server_that_never_greets_means_retry() -> None:
    with closing(socket.create_server((HOST, 0))) as silent:
        settings = mail_settings(silent.getsockname()[1], timeout_seconds=0.2)
        outcome = EmailNotifier(settings).hand_over(RENDERED, DESK, make_delivery())

    assert outcome.state == "retry"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_tls_gets_nothing_and_the_reason_is_clear(mail: MailStandIn, security: str) -> None:
    outcome = hand_over(mail, security=security)

    assert outcome.state == "retry"
    assert "refuses TLS" in outcome.reason and security in outcome.reason
    assert ("email.security = 'none'" in outcome.reason) == (security == "starttls")
    assert mail.messages == []


def test_a_server_that_takes_no_login_means_retry_and_the_password_is_not_told(mail: MailStandIn) -> None:
    outcome = hand_over(mail, username="desk", password="s3cret")

    assert outcome.state == "retry" and "s3cret" not in outcome.reason
    assert "takes no login" in outcome.reason and "refuses TLS" not in outcome.reason
    assert mail.messages == []


@pytest.mark.parametrize("missing", ["host", "sender"])
def test_missing_settings_lose_no_digest(missing: str) -> None:
    outcome = EmailNotifier(mail_settings(25, **{missing: ""})).hand_over(RENDERED, DESK, make_delivery())

    assert outcome == Outcome("retry", f"email.{missing} is not set")


def test_a_wrong_sender_is_the_settings_fault_and_not_the_recipients() -> None:
    outcome = EmailNotifier(mail_settings(25, sender="nobody")).hand_over(RENDERED, DESK, make_delivery())

    assert outcome.state == "retry" and outcome.reason.startswith("email.sender: ")
