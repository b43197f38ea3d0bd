"""Chooses the renderer that a notifier needs; it does not render anything itself."""

from monitor.digests.content import DigestContent
from monitor.digests.render_email import render_email
from monitor.digests.render_slack import render_slack
from monitor.digests.render_webhook import render_webhook
from monitor.digests.rendered import Picture, Rendered


def render(
    content: DigestContent, notifier: str, *, may_repeat: bool = False, is_test: bool = False,
    unsubscribe_url: str | None = None, picture: Picture | None = None,
) -> Rendered:
    """`content` as `notifier` hands it over; equal arguments give equal messages. KeyError for one that is not known.

    `may_repeat` adds the line that it may have arrived before, `is_test` that it is a test. `unsubscribe_url` is the
    one recipient's own link to leave; a Slack channel has none, as anybody in it could silence all others. `picture` is
    for an email: Slack shows none but from a public address.
    """
    if notifier == "email":
        return render_email(
            content, may_repeat=may_repeat, is_test=is_test, unsubscribe_url=unsubscribe_url, picture=picture
        )
    if notifier == "slack":
        return render_slack(content, may_repeat=may_repeat, is_test=is_test)
    if notifier == "webhook":
        return render_webhook(content, may_repeat=may_repeat, is_test=is_test)
    if notifier == "apprise":
        return render_email(content, may_repeat=may_repeat, is_test=is_test)
    raise KeyError(notifier)
