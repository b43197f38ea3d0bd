"""Chooses the renderer that a notifier needs; it does not render anything itself."""

from collections.abc import Callable

from monitor.digests.content import DigestContent
from monitor.digests.render_email import render_email
from monitor.digests.render_slack import render_slack
from monitor.digests.rendered import Rendered

RENDERERS: dict[str, Callable[..., Rendered]] = {"email": render_email, "slack": render_slack}


def render(content: DigestContent, notifier: str, *, may_repeat: bool = False) -> Rendered:
    """`content` as `notifier` (`email` or `slack`) hands it over; equal content gives equal messages.

    `may_repeat` adds the line that this digest may have arrived before.
    """
    return RENDERERS[notifier](content, may_repeat=may_repeat)
