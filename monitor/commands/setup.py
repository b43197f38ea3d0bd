"""Commands for the first day: the guided settings, and the demo. Their work is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer


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
    security: Annotated[str | None, typer.Option(help="How it is spoken to: starttls, tls or none.")] = None,
    username: Annotated[str | None, typer.Option(help="Login name there; its password is never asked for.")] = None,
    sender: Annotated[str | None, typer.Option(help="Sender's address.")] = None,
    test: Annotated[bool | None, typer.Option("--test/--no-test", help="Send a test message at the end.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Asks for contact, language, hour and recipients, and writes twinwatch.toml. Options answer in advance.

    It sets up a daily email; Slack, webhooks and filters are added in the file, as twinwatch.example.toml shows.
    """
    from monitor.commands.guide import Answers, write_settings

    given = Answers(contact, language, hour, zone, recipients, smtp, sender, security, username)
    write_settings(given, test=test, force=force)


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Stay until Ctrl-C when all is done.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("demo-data"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo found.")] = False,
) -> None:
    """Runs the whole job offline, on a newsroom of eleven outlets: crawl, judge, digest by email and Slack."""
    from monitor.demo.show import show_demo  # brings servers that no other command needs

    show_demo(folder, serve=serve, fresh=fresh)
