"""Lays a digest out as the JSON that a webhook gets; it neither signs nor posts it."""

import json

from monitor.digests.content import DigestContent
from monitor.digests.render_email import render_email
from monitor.digests.rendered import RenderedWebhook

# Counts up when a field changes its meaning or goes; new fields may come at any time.
VERSION = 1


def render_webhook(content: DigestContent, *, may_repeat: bool = False, is_test: bool = False) -> RenderedWebhook:
    """`{"type": "digest" or "test", "version", "may_repeat", "subject", "text", "digest"}`: the email's text beside the
    facts."""
    email = render_email(content, may_repeat=may_repeat, is_test=is_test)
    told = {
        "type": "test" if is_test else "digest", "version": VERSION, "may_repeat": may_repeat,
        "subject": email.subject, "text": email.text,
        "digest": content.to_json(),
    }
    return RenderedWebhook(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
