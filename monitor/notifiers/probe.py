"""Asks whether a notifier could hand something over now; nothing is handed over."""

import smtplib
from dataclasses import dataclass

from slack_sdk.errors import SlackClientError

from monitor.digests.plain import make_plain
from monitor.notifiers.email import EmailNotifier
from monitor.notifiers.message import parse_address
from monitor.notifiers.slack import SlackNotifier
from seeds.settings import Settings


@dataclass(frozen=True)
class Probe:
    """`trouble` is empty where the other side is ready; `said` is what was found then."""

    said: str = ""
    trouble: str = ""
    advice: str = ""


def probe(name: str, settings: Settings) -> Probe:
    """What the notifier `name` finds; for one that cannot be asked without sending, its address alone is checked."""
    if name == "email":
        return _probe_email(settings)
    if name == "slack":
        return _probe_slack(settings)
    return Probe(said="cannot be asked without sending; `twinwatch digest NAME --test` does")


def _probe_email(settings: Settings) -> Probe:
    email = settings.email
    missing = next((key for key in ("host", "sender") if not getattr(email, key)), "")
    if missing:
        return Probe(trouble=f"email.{missing} is not set", advice="set it; `twinwatch init` asks for it")
    try:
        parse_address(email.sender)
    except ValueError as error:
        return Probe(trouble=f"email.sender: {error}", advice="write one such as 'Twinwatch <desk@city.example>'")
    notifier = EmailNotifier(email)
    try:
        notifier.connect().close()
    except (OSError, smtplib.SMTPException) as error:
        return Probe(trouble=notifier.describe(error), advice="check host, port, security and login of [email]")
    return Probe(said=f"{email.host}:{email.port} {'takes our login' if email.username else 'answers'}")


def _probe_slack(settings: Settings) -> Probe:
    slack = settings.slack
    if not slack.bot_token.get_secret_value():
        if not slack.webhook_url.get_secret_value():
            return Probe(trouble="neither slack.bot_token nor slack.webhook_url is set", advice="set one of them")
        return Probe(said="a webhook cannot be asked without posting; `twinwatch digest NAME --test` posts")
    try:
        team = SlackNotifier(slack).test_login()
    except (OSError, SlackClientError, ValueError) as error:
        return Probe(trouble=make_plain(str(error), 200), advice="check slack.bot_token")
    return Probe(said=f"logged in to {make_plain(team, 80)}")
