"""The work of `judge`: says who the reader is, and prints what became of the event."""

import getpass
from typing import Literal, cast

import typer

from monitor import judgements
from monitor.application import Application
from monitor.commands.listings import name_event
from monitor.judgements import check_reader


def judge_event(event_id: str, answer: str, reader: str | None) -> None:
    """Keeps the answer and prints what became of the event. Raises InputError where there is no such event."""
    who = find_reader(reader)
    application = Application()
    event = judgements.judge_event(application, event_id, cast(Literal["yes", "no"], answer), who)
    merged = f" (it goes on as {event.id})" if event.id != event_id else ""
    typer.echo(f"{event_id}{merged}: {event.verdict}, says {who}. {name_event(event, application.gazetteer)}")


def find_reader(name: str | None) -> str:
    """Who says so: the name that was given, else the login name. Raises InputError for what is no name."""
    return check_reader(_find_login() if name is None else name)


def _find_login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have a number and no name
        return ""
