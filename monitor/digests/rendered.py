"""What the renderers make and the notifiers hand over: finished messages, without recipients."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RenderedEmail:
    """One email: `subject` is a single line; `text` and `html` say the same.

    `unsubscribe_url` is the reader's own link to leave; empty where there is none.
    """

    subject: str
    text: str
    html: str
    language: str
    unsubscribe_url: str = ""


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
