"""Commands for the first day: the guided settings, and the demo."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError

from monitor.application import Application
from monitor.commands.digests import report
from monitor.deliver import draft_digest, hand_over_test
from monitor.notifiers.message import parse_address
from seeds.errors import InputError, TwinwatchError
from seeds.settings import CONFIG_FILE, Subscription, config_path, load_settings

# The zone that each language's readers most likely live in; asked for, and easily changed.
ZONES: dict[str, str] = {"en": "UTC", "ko": "Asia/Seoul", "vi": "Asia/Ho_Chi_Minh"}
NAME = "desk"
# Of the checks of one answer alone, for which the others must be there.
SAMPLE = {"name": NAME, "notifier": "email", "recipients": ["desk@city.example"]}

Answer = TypeVar("Answer")
Values = Mapping[str, object]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command(epilog="Example: `twinwatch init --contact desk@city.example --language ko`")(init)
    app.command(epilog="Example: `twinwatch demo --serve`")(demo)


def init(
    contact: Annotated[str | None, typer.Option(help="Who stands behind our requests: an address or a page.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the digest: en, ko or vi.")] = None,
    hour: Annotated[str | None, typer.Option(help="Hour of the daily digest, 0 to 23.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone of that hour, such as Asia/Seoul.")] = None,
    recipients: Annotated[str | None, typer.Option(help="Recipients' addresses, with commas between them.")] = None,
    smtp: Annotated[str | None, typer.Option(help="Mail server: HOST or HOST:PORT.")] = None,
    sender: Annotated[str | None, typer.Option(help="Sender's address.")] = None,
    test: Annotated[bool | None, typer.Option("--test/--no-test", help="Send a test message at the end.")] = None,
    force: Annotated[bool, typer.Option("--force", help=f"Replace an existing {CONFIG_FILE}.")] = False,
) -> None:
    """Asks for contact, language, hour and recipients, and writes twinwatch.toml. Options answer in advance."""
    path = config_path()
    if path.exists() and not force:
        raise InputError("there is one already", where=str(path), advice="--force replaces it")
    contact = ask(contact, "Contact for the outlets we read (an address or a page)", check_contact)
    language = ask(language, "Language of the digest (en, ko, vi)", _checked("language"), "en")
    zone = ask(zone, "Time zone of the reader", _checked("zone"), ZONES[language])
    hour = ask(hour, "Hour of the daily digest (0 to 23)", _checked("hour"), "7")
    readers = ask(recipients, "Recipients' addresses, with commas between them", check_addresses)
    server = ask(smtp, "Mail server (HOST or HOST:PORT)", check_server)
    writer = ask(sender, "Sender's address", check_addresses, readers[0])
    answers = {"name": NAME, "recipients": readers, "language": language, "hour": int(hour), "zone": zone}
    save_settings(path, make_toml(contact, answers, server, writer[0]))
    typer.echo(f"Wrote {path}. If the mail server wants a login: email.username there, the password in")
    typer.echo("TWINWATCH_EMAIL__PASSWORD.")
    if test if test is not None else typer.confirm("Send a test message now?", default=False):
        send_test(path)
    typer.echo("Next: `twinwatch refresh` crawls once, `twinwatch run` starts the service.")


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Stay until Ctrl-C when all is done.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("demo-data"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo found.")] = False,
) -> None:
    """Runs the whole job offline, on a newsroom of ten outlets: crawl, judge, digest by email and Slack."""
    from monitor.demo.show import show_demo  # brings servers that no other command needs

    show_demo(folder, serve=serve, fresh=fresh)


def ask(given: str | None, question: str, check: Callable[[str], Answer], default: str | None = None) -> Answer:
    """The answer as `check` reads it. A wrong option is an InputError; a wrong answer is asked for again."""
    if given is not None:
        return check(given.strip())
    while True:
        try:
            return check(typer.prompt(question, default=default).strip())
        except TwinwatchError as error:
            typer.echo(str(error), err=True)


def check_contact(text: str) -> str:
    """`text` where it is an email address or a page. Raises InputError otherwise."""
    is_page = text.startswith(("http://", "https://")) and "." in text and not any(map(str.isspace, text))
    if is_page:
        return text
    if not text.isprintable():
        raise InputError("unprintable signs", where="contact")
    return check_addresses(text)[0]


def check_addresses(text: str) -> list[str]:
    """The email addresses in `text`, with commas between them. Raises InputError for none, and for what is none."""
    addresses = [part.strip() for part in text.split(",") if part.strip()]
    try:
        for address in addresses or [text]:
            parse_address(address)
    except ValueError as error:
        raise InputError(str(error), advice="such as desk@city.example") from error
    return addresses


def check_server(text: str) -> tuple[str, int]:
    """Host and port of `HOST` or `HOST:PORT`. Raises InputError for anything else."""
    host, _, port = text.partition(":")
    if not host or any(map(str.isspace, host)) or "/" in host or not (port or "587").isdecimal():
        raise InputError(f"not a mail server: {text!r}", advice="write HOST or HOST:PORT")
    if not 1 <= int(port or 587) <= 65535:
        raise InputError(f"no port {port}", where="mail server", advice="1 to 65535, mostly 587 or 465")
    return host, int(port or 587)


def make_toml(contact: str, subscription: Values, server: tuple[str, int], sender: str) -> str:
    """The text of a file of settings with one subscription by email."""
    host, port = server
    security = {465: "tls", 25: "none"}.get(port, "starttls")
    sections: dict[str, Values] = {
        "[crawl]": {"contact": contact},
        "[email]": {"host": host, "port": port, "security": security, "sender": sender},
        "[[subscription]]": {"notifier": "email", **subscription},
    }
    lines = ["# Twinwatch settings. twinwatch.example.toml explains every one of them."]
    for head, values in sections.items():
        # A JSON string, number or list is a TOML one, but for the sign DEL, which checks refuse.
        lines += ["", head, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def save_settings(path: Path, text: str) -> None:
    """Writes `text` to `path`, readable for its owner alone: passwords may be added to it. Raises InputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(path)) from error
    load_settings(path)


def send_test(path: Path) -> None:
    """Sends what the new subscription would be told now; nothing counts as told."""
    application = Application(load_settings(path))
    if not report(hand_over_test(application, draft_digest(application, application.find_subscription(NAME)))):
        raise InputError("the test message did not arrive", where="[email]", advice=f"correct {path}, then `twinwatch "
                         f"digest {NAME} --test`")


def _checked(key: str) -> Callable[[str], str]:
    """What checks one answer as the settings would."""

    def check(text: str) -> str:
        try:
            Subscription.model_validate({**SAMPLE, key: text})
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise InputError(f"{fault}: {text!r}", where=key) from error
        return text

    return check
