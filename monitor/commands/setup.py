"""Commands for the first day: the guided settings, and the demo."""

import json
from pathlib import Path
from typing import Annotated

import typer

from monitor.application import Application
from monitor.deliver import draft_digest, hand_over_test
from monitor.demo.show import show_demo
from seeds.errors import InputError
from seeds.settings import CONFIG_FILE, Subscription, config_path, load_settings

# The zone that each language's readers most likely live in; asked for, and easily changed.
ZONES: dict[str, str] = {"en": "UTC", "ko": "Asia/Seoul", "vi": "Asia/Ho_Chi_Minh"}


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command(epilog="Example: `twinwatch init --contact desk@city.example --language ko`")(init)
    app.command(epilog="Example: `twinwatch demo --serve`")(demo)


def init(
    contact: Annotated[str | None, typer.Option(help="Who stands behind our requests: an address or a page.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the digest: en, ko or vi.")] = None,
    hour: Annotated[int | None, typer.Option(help="Hour of the daily digest, 0 to 23.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone of that hour, such as Asia/Seoul.")] = None,
    recipients: Annotated[str | None, typer.Option(help="Recipients' addresses, with commas between them.")] = None,
    smtp: Annotated[str | None, typer.Option(help="Host of the mail server, or HOST:PORT.")] = None,
    sender: Annotated[str | None, typer.Option(help="Sender's address.")] = None,
    test: Annotated[bool | None, typer.Option("--test/--no-test", help="Send a test message at the end.")] = None,
    force: Annotated[bool, typer.Option("--force", help=f"Replace an existing {CONFIG_FILE}.")] = False,
) -> None:
    """Asks for contact, language, hour and recipients, and writes twinwatch.toml. Options answer in advance."""
    path = config_path()
    if path.exists() and not force:
        raise InputError("there is one already", where=str(path), advice="--force replaces it")
    contact = contact or typer.prompt("Contact for the outlets we read (an address or a page)")
    language = language or typer.prompt("Language of the digest (en, ko, vi)", default="en")
    subscription = _check_subscription(
        language=language,
        hour=hour if hour is not None else typer.prompt("Hour of the daily digest (0 to 23)", default=7, type=int),
        zone=zone or typer.prompt("Time zone", default=ZONES.get(language, "UTC")),
        recipients=_split(recipients or typer.prompt("Recipients' addresses, with commas between them")),
    )
    smtp = smtp or typer.prompt("Mail server (HOST or HOST:PORT)")
    sender = sender or typer.prompt("Sender's address", default=subscription.recipients[0])
    path.write_text(make_toml(contact, subscription, smtp, sender), encoding="utf-8")
    load_settings(path)
    typer.echo(f"Wrote {path}. A password of the mail server goes into TWINWATCH_EMAIL__PASSWORD.")
    if test if test is not None else typer.confirm("Send a test message now?", default=False):
        _send_test(subscription.name, path)
    typer.echo("Next: `twinwatch refresh` crawls once, `twinwatch run` starts the service.")


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Stay until Ctrl-C when all is done.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("demo-data"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo found.")] = False,
) -> None:
    """Runs the whole job offline, on a newsroom of ten outlets: crawl, judge, digest by email and Slack."""
    show_demo(folder, serve=serve, fresh=fresh)


def make_toml(contact: str, subscription: Subscription, smtp: str, sender: str) -> str:
    """The text of a file of settings with one subscription by email."""
    host, _, port = smtp.partition(":")
    if port and not port.isdigit():
        raise InputError(f"not a port: {port!r}", where="mail server", advice="write HOST or HOST:PORT")
    lines = [
        "# Twinwatch settings. twinwatch.example.toml explains every one of them.", "",
        "[crawl]", f"contact = {_quote(contact)}", "",
        "[email]", f"host = {_quote(host)}", f"port = {port or 587}", f"sender = {_quote(sender)}", "",
        "[[subscription]]", f"name = {_quote(subscription.name)}", 'notifier = "email"',
        f"recipients = [{', '.join(map(_quote, subscription.recipients))}]",
        f"language = {_quote(subscription.language)}", f"hour = {subscription.hour}",
        f"zone = {_quote(subscription.zone)}",
    ]
    return "\n".join(lines) + "\n"


def _check_subscription(*, language: str, hour: int, zone: str, recipients: list[str]) -> Subscription:
    """The subscription as the settings would read it. Raises SettingsError for a wrong answer."""
    answers = {"name": "desk", "notifier": "email", "language": language, "hour": hour, "zone": zone}
    return load_settings(subscription=[{**answers, "recipients": recipients}]).subscription[0]


def _send_test(name: str, path: Path) -> None:
    application = Application(load_settings(path))
    draft = draft_digest(application, application.find_subscription(name))
    for one in hand_over_test(application, draft):
        typer.echo(f"{one.delivery.recipient}: {one.outcome.state} {one.outcome.reason}".rstrip())


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _quote(text: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(text, ensure_ascii=False)

