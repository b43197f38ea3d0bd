"""The commands `judge` and `reassess`. Their work is heavy to import, so it is imported when they run."""

from enum import StrEnum
from typing import Annotated

import typer

JUDGE_HELP = "Example: `twinwatch judge e0123456789ab no`"
REASSESS_HELP = "Example: `twinwatch reassess`, then `twinwatch reassess --apply`"


class Answer(StrEnum):
    yes = "yes"
    no = "no"


EventArgument = Annotated[str, typer.Argument(metavar="EVENT", help="The event's id, as `twinwatch events` shows it.")]
AnswerArgument = Annotated[Answer, typer.Argument(help="Whether it is local cooperation of the two countries.")]
ReaderOption = Annotated[str | None, typer.Option(help="Who says so.", show_default="your login name")]
ApplyOption = Annotated[bool, typer.Option("--apply", help="Save the new verdicts and group the events anew.")]
LimitOption = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="At most so many articles.")]
RefetchOption = Annotated[
    bool, typer.Option("--refetch", help="Let the next crawl fetch again the listed pages that were screened out.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command(epilog=JUDGE_HELP)(judge)
    app.command(epilog=REASSESS_HELP)(reassess)


def judge(event: EventArgument, answer: AnswerArgument, reader: ReaderOption = None) -> None:
    """Says of an event whether it is what Twinwatch looks for. Kept with who and when, it outranks the judge at once.

    `no` takes the event out of lists, digests and ties (`twinwatch events --verdict no` lists it); `yes` settles a
    doubt. The latest answer counts. `twinwatch train` learns from all of them.
    """
    from monitor.commands.judgements import judge_event

    judge_event(event, answer.value, reader)


def reassess(apply: ApplyOption = False, limit: LimitOption = None, refetch: RefetchOption = False) -> None:
    """Judges the kept articles again by today's rules and shows what would change; nothing is written without --apply.

    Also lists pages that were screened out when fetched and whose title now names a locality of the other country,
    as after a name was added.
    """
    from monitor.commands.reassessing import reassess_all

    reassess_all(apply=apply, limit=limit, refetch=refetch)
