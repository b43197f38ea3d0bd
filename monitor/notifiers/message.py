"""Addresses a rendered email to one recipient; it does not send it."""

import re
from collections.abc import Iterator
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy, Policy
from email.utils import format_datetime, getaddresses
from hashlib import sha256
from urllib.parse import quote

from monitor.digests.plain import make_plain
from monitor.digests.rendered import RenderedEmail
from storage.values import DeliveryRow

# One address without display name; what a server accepts beyond that is the server's business.
ADDRESS = re.compile(r"[^\s@<>,;:\"()\\\x00-\x1f\x7f]+@[^\s@<>,;:\"()\\\x00-\x1f\x7f]+")


class WholeHeader(UnstructuredHeader, BaseHeader):
    """A header that stays one line: folding would turn a long address into an encoded word, which nobody decodes."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def make_message(rendered: RenderedEmail, sender: str, recipient: str, delivery: DeliveryRow) -> EmailMessage:
    """The email for one recipient, who sees no other. Equal arguments give the same Message-ID and Date.

    `sender` and `recipient` may carry a display name. Raises ValueError for what is not an address.
    """
    writer, reader = parse_address(sender), parse_address(recipient)
    message = EmailMessage(policy=_make_policy(SMTP if is_ascii(writer, reader) else SMTPUTF8))
    message["Subject"] = make_plain(rendered.subject)
    message["From"], message["To"] = writer, reader
    message["Date"] = format_datetime(delivery.created_at)
    message["Message-ID"] = make_message_id(delivery, writer.domain)
    message["List-Id"] = f"<{delivery.subscription}.twinwatch.{_ascii_domain(writer.domain)}>"
    for name, value in _leaving(rendered, writer, delivery):
        message[name] = value
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(rendered.text, cte="base64")
    message.add_alternative(rendered.html, subtype="html", cte="base64")
    _add_picture(message, rendered)
    message["Content-Language"] = rendered.language  # last: setting content takes earlier Content-* headers away
    return message


def _add_picture(message: EmailMessage, rendered: RenderedEmail) -> None:
    """The picture beside the HTML that shows it (RFC 2387, RFC 2392): nothing is fetched when it is opened."""
    *_, html = message.iter_parts()
    if rendered.picture is not None and isinstance(html, EmailMessage):
        html.add_related(
            rendered.picture.png, "image", "png", cid=f"<{rendered.picture.id}>", filename="register.png",
            disposition="inline",
        )
    # Chosen by chance otherwise: what is sent again shall be the same byte for byte. Base64 has no such sign.
    seed = sha256(str(message["Message-ID"]).encode()).hexdigest()[:24]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{seed}_{number}")


def _make_policy(policy: "EmailPolicy[EmailMessage]") -> "EmailPolicy[EmailMessage]":
    registry = HeaderRegistry()
    for name in ("message-id", "list-id", "list-unsubscribe"):
        registry.map_to_type(name, WholeHeader)
    return policy.clone(header_factory=registry)


def _leaving(rendered: RenderedEmail, writer: Address, delivery: DeliveryRow) -> Iterator[tuple[str, str]]:
    """How to leave: with one click where we have a page (RFC 8058), else by a letter to the sender (RFC 2369)."""
    if rendered.unsubscribe_url:
        yield "List-Unsubscribe", f"<{rendered.unsubscribe_url}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    elif is_ascii(writer):
        letter = f"mailto:{quote(writer.addr_spec, safe='@')}?subject=unsubscribe%20{delivery.subscription}"
        yield "List-Unsubscribe", f"<{letter}>"


def make_message_id(delivery: DeliveryRow, domain: str) -> str:
    """The Message-ID of a delivery: the same at every attempt, and in a store that was restored, whose rows have other
    numbers."""
    reader = sha256(delivery.recipient.encode()).hexdigest()[:16]
    return f"<{delivery.subscription}.{delivery.created_at:%Y%m%dT%H%M%S%f}.{reader}@{_ascii_domain(domain)}>"


def parse_address(text: str) -> Address:
    """The one address in `text`, with or without display name. Raises ValueError for anything else."""
    found = getaddresses([text])
    name, address = found[0] if len(found) == 1 else ("", "")
    if not ADDRESS.fullmatch(address) or any(sign in text for sign in "\r\n"):
        raise ValueError(f"not an email address: {make_plain(text, 100)!r}")
    user, _, domain = address.rpartition("@")
    return Address(display_name=make_plain(name), username=user, domain=domain)


def check_domain(address: str) -> None:
    """ValueError for a host without a dot: half an address far more often than one of a network of one's own."""
    domain = address.rpartition("@")[2]
    if "." not in domain.strip(".") and domain != "localhost":
        raise ValueError(f"not a whole email address: {address!r} has no dot behind @")


def is_ascii(*addresses: Address) -> bool:
    """Whether every server can take these addresses; a name or subject in other letters needs nothing special."""
    return all(address.addr_spec.isascii() for address in addresses)


def _ascii_domain(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")
