"""The work of `judge`: keeps a reader's answer and groups its block again, so that verdict and ties follow at once."""

import getpass
from typing import Literal, cast

import typer

from monitor.application import Application
from monitor.assess import group_block
from monitor.commands.listings import name_event
from seeds.errors import InputError
from storage.values import Judgement

# Who a reader is, is shown in one line.
LONGEST_NAME = 100


def judge_event(event_id: str, answer: str, reader: str | None) -> None:
    """Keeps the answer and prints what became of the event. Raises InputError where there is no such event."""
    who = _check_reader(reader)
    application = Application()
    store = application.store
    judgement = Judgement(event_id, cast(Literal["yes", "no"], answer), who, application.clock())
    block = store.judgements.save(judgement)
    if block is None:
        raise InputError(f"no event {event_id!r}", advice="`twinwatch events` lists them with their ids")
    # Without the assessor's lease: a reader does not wait, and two groupings of a block at once do no harm.
    group_block(application, block)
    event = store.events.get(event_id)
    assert event is not None  # it was judged a moment ago
    merged = f" (it goes on as {event.id})" if event.id != event_id else ""
    typer.echo(f"{event_id}{merged}: {event.verdict}, says {who}. {name_event(event, application.gazetteer)}")


def _check_reader(reader: str | None) -> str:
    who = " ".join((_find_login() if reader is None else reader).split())
    if not 0 < len(who) <= LONGEST_NAME:
        raise InputError("no name", where="--reader", advice=f"who says so, in 1 to {LONGEST_NAME} characters")
    return who


def _find_login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have a number and no name
        return ""
