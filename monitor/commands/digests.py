"""The command that previews, sends and tests one subscription's digest."""

from typing import Annotated

import typer

from monitor.application import Application
from monitor.deliver import Draft, HandedOver, draft_digest, hand_over_pending, hand_over_test, save_draft
from monitor.digests.render_email import render_email
from seeds.errors import InputError


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(epilog="Example: `twinwatch digest desk --preview`")(digest)


def digest(
    name: Annotated[str, typer.Argument(help="Name of the subscription.")],
    preview: Annotated[bool, typer.Option("--preview", help="Print it; send and save nothing (the default).")] = False,
    send: Annotated[bool, typer.Option("--send", help="Send it now to all recipients; it counts as told.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send it now; nothing counts as told.")] = False,
) -> None:
    """Shows what a subscription would be told now, or tells it."""
    if preview + send + test > 1:
        raise InputError("choose one of --preview, --send and --test")
    application = Application()
    subscription = application.find_subscription(name)
    application.store.deliveries.begin_subscription(name, application.clock())
    draft = draft_digest(application, subscription)
    if send and draft.is_silent:
        save_draft(application, draft, f"by hand {draft.composed_at.isoformat()}")
        typer.echo("Nothing is new; nothing was sent.")
    elif send:
        _report(send_draft(application, draft))
    elif test:
        _report(hand_over_test(application, draft))
    else:
        typer.echo(render_email(draft.content).text)


def send_draft(application: Application, draft: Draft) -> list[HandedOver]:
    """Saves a draft and hands its deliveries over; what became of each."""
    digest_id = save_draft(application, draft, f"by hand {draft.composed_at.isoformat()}")
    return [one for one in hand_over_pending(application) if one.delivery.digest_id == digest_id]


def _report(handed: list[HandedOver]) -> None:
    """Says how each delivery went; the command fails where one did not arrive."""
    for one in handed:
        typer.echo(f"{one.delivery.recipient}: {one.outcome.state} {one.outcome.reason}".rstrip())
    if any(one.outcome.state != "sent" for one in handed):
        raise typer.Exit(1)
