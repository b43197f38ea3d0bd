"""What the renderers make and the notifiers hand over: finished messages, without recipients."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A painted picture that a message carries inside itself: PNG, and the size at which it is shown, in pixels."""

    png: bytes
    width: int
    height: int

    @property
    def id(self) -> str:
        """Its Content-ID without brackets, the same for the same picture."""
        return f"register.{sha256(self.png).hexdigest()[:16]}@twinwatch"


@dataclass(frozen=True)
class RenderedEmail:
    """One email: `subject` is a single line; `text` and `html` say the same.

    `unsubscribe_url` is the reader's own link to leave; empty where there is none. `picture` is shown by the HTML.
    """

    subject: str
    text: str
    html: str
    language: str
    unsubscribe_url: str = ""
    picture: Picture | None = None

    @property
    def html_for_browser(self) -> str:
        """The HTML with its picture in it: a browser knows no parts of a message."""
        if self.picture is None:
            return self.html
        data = f"data:image/png;base64,{b64encode(self.picture.png).decode()}"
        return self.html.replace(f"cid:{self.picture.id}", data)


@dataclass(frozen=True)
class SlackMessage:
    """One Slack message within Slack's limits; `text` is what notifications show."""

    text: str
    blocks: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class RenderedSlack:
    """A digest as Slack messages, to be posted in this order."""

    messages: tuple[SlackMessage, ...]


@dataclass(frozen=True)
class RenderedWebhook:
    """A digest as a webhook gets it: `body` is JSON in UTF-8, the same for every recipient."""

    body: bytes


Rendered = RenderedEmail | RenderedSlack | RenderedWebhook
