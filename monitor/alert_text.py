"""Lays an alert of the service out for each notifier, in a reader's language; it sends nothing."""

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.digests.days import format_moment
from monitor.digests.rendered import Rendered, RenderedEmail, RenderedSlack, RenderedWebhook, SlackMessage
from monitor.illness import Illness
from seeds.alerts import say_alert
from seeds.subscription import Subscription

VERSION = 1
# What is told before anything is late.
AHEAD: frozenset[Illness] = frozenset({"filling"})


@dataclass(frozen=True)
class Notice:
    """What is to be told at `at`: illnesses that began (since when), that are over, and that were told and go on."""

    begun: Mapping[Illness, datetime]
    over: tuple[Illness, ...]
    still: tuple[Illness, ...]
    at: datetime

    def describe(self) -> str:
        """The notice in codes, for the service's own lines: `ill: disk; over: database`."""
        parts = (("ill", tuple(self.begun)), ("over", self.over), ("still ill", self.still))
        return "; ".join(f"{what}: {', '.join(codes)}" for what, codes in parts if codes)


def render_alert(notice: Notice, subscription: Subscription) -> Rendered:
    """The message as the subscription's notifier hands it over."""
    subject, lines = make_subject(notice, subscription.language), make_lines(notice, subscription)
    text = "\n".join(lines)
    if subscription.notifier == "slack":
        block = {"type": "section", "text": {"type": "plain_text", "text": f"{subject}\n{text}", "emoji": False}}
        return RenderedSlack((SlackMessage(subject, (block,)),))
    if subscription.notifier == "webhook":
        told = {
            "type": "alert", "version": VERSION, "subject": subject, "text": text,
            "begun": {code: since.isoformat() for code, since in notice.begun.items()},
            "over": notice.over, "still": notice.still,
        }
        return RenderedWebhook(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    page = f'<!doctype html><html lang="{subscription.language}"><body>{body}</body></html>'
    return RenderedEmail(subject, text + "\n", page, subscription.language)


def make_subject(notice: Notice, language: str) -> str:
    """One line: what began, or that all is over, or what still goes on."""
    ill = [*notice.begun, *notice.still]
    if not ill:
        return say_alert("subject_over", language)
    what = say_alert(ill[0], language)
    if len(ill) > 1:
        return say_alert("subject_more", language, n=len(ill), what=what)
    return say_alert("subject", language, what=what)


def make_lines(notice: Notice, subscription: Subscription) -> list[str]:
    """What began, what is over and what goes on, then what it means for the reader."""
    language = subscription.language
    lines = [
        say_alert("since", language, since=format_moment(since, language, subscription.zone),
                  what=say_alert(code, language))
        for code, since in notice.begun.items()
    ]
    lines += [say_alert("over", language, what=say_alert(code, language)) for code in notice.over]
    lines += [say_alert("still", language, what=say_alert(code, language)) for code in notice.still]
    if notice.begun or notice.still:
        meaning = "meaning_ahead" if AHEAD.issuperset((*notice.begun, *notice.still)) else "meaning_ill"
        return [*lines, say_alert(meaning, language), say_alert("advice", language)]
    return [*lines, say_alert("meaning_over", language)]
