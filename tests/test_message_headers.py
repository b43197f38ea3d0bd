"""An email says how to leave it, whose it is and what it is about, whatever stands in names, subjects and addresses."""

import email
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote

import pytest

from monitor.digests.render_email import render_email
from monitor.notifiers.message import make_message
from tests.digest_samples import make_content, make_delivery, make_event

URL = "https://watch.example/links/unsubscribe/" + "x" * 160
SENDER = "Twinwatch <tw@example.org>"


def send(
    *, url: str | None = None, sender: str = SENDER, recipient: str = "desk@example.org", **content: str
) -> EmailMessage:
    """The message as it arrives."""
    rendered = render_email(make_content(make_event(), **content), unsubscribe_url=url)
    sent = make_message(rendered, sender, recipient, make_delivery()).as_bytes()
    assert max(len(line) for line in sent.split(b"\r\n")) <= 998
    arrived = email.message_from_bytes(sent, policy=SMTP)
    assert isinstance(arrived, EmailMessage)
    return arrived


def test_one_click_unsubscribes_where_there_is_a_page() -> None:
    arrived = send(url=URL)

    assert arrived["List-Unsubscribe"] == f"<{URL}>"
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(("sender", "address"), [
    (SENDER, "tw@example.org"), ("a+b?c&d@example.org", "a+b?c&d@example.org"),
])
def test_a_letter_to_the_sender_unsubscribes_where_there_is_none(sender: str, address: str) -> None:
    arrived = send(sender=sender)

    letter, _, subject = str(arrived["List-Unsubscribe"]).removeprefix("<mailto:").removesuffix(">").partition("?")
    assert (unquote(letter), unquote(subject)) == (address, "subject=unsubscribe desk")
    assert arrived["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("recipient", ["desk@example.org", "담당@example.org"])
def test_what_holds_an_address_is_not_folded_or_encoded_however_long(recipient: str) -> None:
    rendered = render_email(make_content(make_event(), language="vi"), unsubscribe_url=URL)
    delivery = make_delivery(subscription="d" * 63)

    lines = make_message(rendered, f"tw@{'long.' * 12}example", recipient, delivery).as_bytes().split(b"\r\n")

    assert f"List-Unsubscribe: <{URL}>".encode() in lines
    assert f"List-Id: <{'d' * 63}.twinwatch.{'long.' * 12}example>".encode() in lines
    assert [line for line in lines if line.startswith(b"Message-ID: <" + b"d" * 63) and line.endswith(b"example>")]


def test_every_message_says_that_a_machine_wrote_it_and_for_whom() -> None:
    arrived = send(recipient='"담당, 후에" <desk@example.org>', language="ko")

    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["To"].addresses[0].display_name == "담당, 후에"
    assert arrived["Subject"].startswith("Twinwatch 2025년")
    assert [len(arrived.get_all(name, [])) for name in ("Cc", "Bcc", "To")] == [0, 0, 1]
    assert {"Date", "Message-ID", "List-Id", "Content-Language", "MIME-Version"} <= set(arrived.keys())


@pytest.mark.parametrize("recipient", [
    "desk@example.org\r\nBcc: all@example.org", "desk@example.org\nX: y", "a@x.example, b@x.example",
    '"x\r\nBcc: y@z.example" <a@x.example>', "",
])
def test_a_recipient_that_would_break_the_header_is_refused(recipient: str) -> None:
    with pytest.raises(ValueError, match="not an email address"):
        send(recipient=recipient)


@pytest.mark.parametrize("name", ["\u202eDesk\u200b", "Desk\x00"])
def test_a_senders_name_carries_nothing_invisible(name: str) -> None:
    assert send(sender=f'"{name}" <tw@example.org>')["From"].addresses[0].display_name == "Desk"
