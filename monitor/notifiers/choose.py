"""Chooses the notifier that a subscription names; it does not hand anything over."""

from monitor.notifiers.apprise import AppriseNotifier
from monitor.notifiers.email import EmailNotifier
from monitor.notifiers.outcome import Notifier
from monitor.notifiers.slack import SlackNotifier
from monitor.notifiers.webhook import WebhookNotifier
from seeds.settings import Settings


def make_notifier(name: str, settings: Settings) -> Notifier:
    """The notifier `name` (`email`, `slack`, `webhook` or `apprise`) with its settings. KeyError for any other name."""
    notifiers: dict[str, Notifier] = {
        "email": EmailNotifier(settings.email), "slack": SlackNotifier(settings.slack),
        "webhook": WebhookNotifier(settings.webhook), "apprise": AppriseNotifier(settings.apprise),
    }
    return notifiers[name]
