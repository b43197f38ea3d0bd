"""`twinwatch doctor`: says what is wrong and how to mend it. What it needs is imported when it runs."""

from dataclasses import asdict
from typing import Annotated

import typer

SIGNS = {"fine": "ok", "untried": "?", "warning": "look", "wrong": "WRONG"}


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(epilog="Example: `twinwatch doctor`")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per finding, for programs.")] = False,
) -> None:
    """Looks whether settings, database, mail login, Slack, disk, clock and outlets are in order, and how to mend them.

    It sends nothing and changes nothing. It ends with 1 where something is wrong.
    """
    import json

    from monitor.application import Application
    from monitor.doctor import examine

    wrong = False
    for finding in examine(Application()):
        wrong = wrong or finding.state == "wrong"
        if as_json:
            typer.echo(json.dumps(asdict(finding), ensure_ascii=False))
            continue
        typer.echo(f"{SIGNS[finding.state]:5}  {finding.check}: {finding.said}")
        if finding.advice:
            typer.echo(f"       -> {finding.advice}")
    if wrong:
        raise typer.Exit(1)
