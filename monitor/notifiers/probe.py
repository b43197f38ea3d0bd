"""Asks whether a notifier could hand something over now; nothing is handed over."""

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env

from monitor.digests.plain import make_plain
from monitor.notifiers.apprise import MISSING
from monitor.notifiers.email import EmailNotifier
from monitor.notifiers.message import parse_address
from monitor.notifiers.reach import OpenSocket, find_place, open_any, reach
from monitor.notifiers.slack import SlackNotifier, is_loopback
from monitor.notifiers.webhook import find_refusal, open_guarded, read_key
from seeds.settings import Settings

# A server that listens answers at once; doctor is waited for by a person.
WAIT_SECONDS = 10.0
TEST = "`twinwatch digest NAME --test` sends one"
MAIL_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "check email.username and the password (email.password or email.password_file, "
     "or TWINWATCH_EMAIL__PASSWORD)"),
    (smtplib.SMTPSenderRefused, "does the server want a login (email.username and the password), or another "
     "email.sender? who runs it knows"),
    (smtplib.SMTPNotSupportedError, "check email.port and email.security: 587 mostly goes with 'starttls', 465 with "
     "'tls'"),
    (ssl.SSLError, "check email.port and email.security: 587 mostly goes with 'starttls', 465 with 'tls'; email.host "
     "must be the name that its certificate is for"),
    (smtplib.SMTPResponseException, "who runs the server knows why"),
    (Exception, "check email.host and email.port, and this machine's way to the network"),
)
# Of Slack's own words for a token that is none, or is one no longer.
TOKEN = "check slack.bot_token: it begins with xoxb- and is found under OAuth & Permissions of your Slack app"


@dataclass(frozen=True)
class Probe:
    """`trouble` is empty where nothing speaks against the other side; `said` is what was found, or why it was not
    `tried`."""

    said: str = ""
    trouble: str = ""
    advice: str = ""
    tried: bool = True


def probe(name: str, settings: Settings, recipients: Sequence[str] = ()) -> Probe:
    """What the notifier `name` finds without handing anything over; `recipients` are those of its subscriptions."""
    if name == "email":
        return _probe_email(settings)
    if name == "slack":
        return _probe_slack(settings)
    if name == "webhook":
        return _probe_webhook(settings, recipients)
    return _probe_apprise(settings)


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
        notifier.announce()
    except (OSError, smtplib.SMTPException) as error:
        advice = next(advice for kind, advice in MAIL_ADVICE if isinstance(error, kind))
        return Probe(trouble=notifier.describe(error), advice=advice)
    return Probe(said=f"{email.host}:{email.port} takes {'our login and ' if email.username else ''}{email.sender}")


def _probe_slack(settings: Settings) -> Probe:
    slack = settings.slack
    if not slack.bot_token.get_secret_value():
        if not slack.webhook_url.get_secret_value():
            return Probe(trouble="neither slack.bot_token nor slack.webhook_url is set", advice="set one of them")
        return _probe_slack_webhook(slack.webhook_url.get_secret_value())
    try:
        team = SlackNotifier(slack).test_login()
    except SlackApiError as error:
        said = make_plain(str(error.response.get("error", "")), 200)
        return Probe(trouble=f"Slack refuses the token: {said}", advice=TOKEN)
    except URLError as error:
        said = make_plain(str(getattr(error.reason, "strerror", None) or error.reason), 200)
        return Probe(trouble=f"Slack cannot be reached: {said}", advice="check this machine's way to the network")
    except (OSError, SlackClientError, ValueError) as error:
        return Probe(trouble=make_plain(str(error), 200), advice="check slack.api_url and slack.bot_token")
    return Probe(said=f"logged in to {make_plain(team, 80)}")


def _probe_slack_webhook(url: str) -> Probe:
    """Its host alone: whether the address itself, which is a secret, is any good, only a post would show."""
    if load_http_proxy_from_env() and not is_loopback(url):
        return Probe(said="not tried: posts go through a proxy", advice=TEST, tried=False)
    trouble = _find_trouble([url], open_any)
    if trouble:
        return Probe(trouble=trouble, advice="check slack.webhook_url, and this machine's way to the network")
    host, port = find_place(url)
    return Probe(said=f"{host}:{port} answers; whether it takes what is posted is not tried", advice=TEST)


def _probe_webhook(settings: Settings, recipients: Sequence[str]) -> Probe:
    webhook = settings.webhook
    try:
        read_key(webhook.secret.get_secret_value())
    except ValueError as error:
        return Probe(trouble=f"webhook.secret: {error}", advice="set it")
    for url in recipients:
        if refusal := find_refusal(url, allow_http=webhook.allow_http):
            return Probe(trouble=refusal, advice="correct the recipients of the subscription")
    trouble = _find_trouble(recipients, lambda found: open_guarded(found, webhook.allow_networks))
    if trouble:
        return Probe(trouble=trouble, advice="check the recipients, and this machine's way to the network")
    places = dict.fromkeys(f"{host}:{port}" for host, port in map(find_place, recipients))
    return Probe(said=f"{', '.join(places)} answers; whether it takes what is posted is not tried", advice=TEST)


def _probe_apprise(settings: Settings) -> Probe:
    if find_spec("apprise") is None:
        return Probe(trouble=MISSING)
    if settings.apprise.config_file is None or not settings.apprise.config_file.is_file():
        return Probe(trouble="apprise.config_file is not set, or not there", advice="name Apprise's own file")
    return Probe(said="not tried: its services cannot be asked without sending", advice=TEST, tried=False)


def _find_trouble(urls: Sequence[str], open_socket: OpenSocket) -> str:
    """Why the first of `urls` that cannot be connected to cannot be; empty where all can. Of an address, only its host
    is said."""
    seen: set[tuple[str, int]] = set()
    for url in urls:
        try:
            place = find_place(url)
        except ValueError as error:
            return str(error)
        if place in seen:
            continue
        seen.add(place)
        try:
            reach(url, WAIT_SECONDS, open_socket)
        except (OSError, ValueError) as error:
            reason = make_plain(getattr(error, "strerror", None) or str(error), 200)
            return f"{place[0]}:{place[1]} cannot be reached: {reason}"
    return ""
