"""Chooses the notifier that a subscription names; it does not hand anything over."""

from monitor.notifiers.email import EmailNotifier
from monitor.notifiers.outcome import Notifier
from monitor.notifiers.slack import SlackNotifier
from seeds.settings import Settings


def make_notifier(name: str, settings: Settings) -> Notifier:
    """The notifier `name` (`email` or `slack`) with its settings. Raises KeyError for any other name."""
    notifiers: dict[str, Notifier] = {"email": EmailNotifier(settings.email), "slack": SlackNotifier(settings.slack)}
    return notifiers[name]
