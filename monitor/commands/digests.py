"""The command that previews, sends and tests one subscription's digest. What it needs is imported when it runs."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seeds.errors import InputError

if TYPE_CHECKING:
    from monitor.application import Application
    from monitor.composing import Draft
    from monitor.deliver import HandedOver
    from seeds.subscription import Subscription

LATER = ("retry", "uncertain")


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(epilog="Example: `twinwatch digest desk --preview`")(digest)


def digest(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the subscription.")],
    preview: Annotated[bool, typer.Option("--preview", help="Print it, and write it as HTML for a browser.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Send it now to all recipients; it counts as told.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send it now as a test; nothing counts as told.")] = False,
) -> None:
    """Shows what a subscription would be told now, or tells it. Without an option it prints it; nothing is sent."""
    from rich.console import Console

    from monitor.application import Application
    from monitor.composing import draft_digest
    from monitor.deliver import hand_over_test
    from monitor.digests.render_email import render_email
    from monitor.illustrating import illustrate

    if preview + send + test > 1:
        raise InputError("choose one of --preview, --send and --test")
    application = Application()
    draft = draft_digest(application, application.find_subscription(name))
    if not send and not test:
        rendered = render_email(draft.content, picture=illustrate(draft.content) if preview else None)
        typer.echo(f"Subject: {rendered.subject}\n\n{rendered.text}")
        typer.echo(describe_next(draft.subscription, draft.composed_at), err=True)
        if preview:
            typer.echo(f"For a browser: {write_preview(application, name, rendered.html_for_browser)}")
        return
    with Console(stderr=True).status(f"Handing over to {len(draft.subscription.recipients)} recipients"):
        handed = send_draft(application, draft) if send else hand_over_test(application, draft)
    if send and draft.is_silent:
        typer.echo("Nothing is new; nothing was sent.")
    if not report(handed):
        raise typer.Exit(1)


def describe_next(subscription: "Subscription", now: datetime) -> str:
    """When the next digest is due, in its own zone."""
    from monitor.digests.periods import find_next

    due_at = find_next(subscription, now)
    if due_at is None:
        return "Told at once, when there is anything new."
    local = due_at.astimezone(subscription.timezone)
    return f"Next digest: {local:%A %Y-%m-%d %H:%M} ({subscription.zone})"


def write_preview(application: "Application", name: str, html: str) -> Path:
    """The file with the preview, which replaces the one before; its folder holds nothing else."""
    folder = application.make_data_dir() / "previews"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.html"
    path.touch(mode=0o600)  # headlines that no reader has been told yet
    path.write_text(html, encoding="utf-8")
    return path


def send_draft(application: "Application", draft: "Draft") -> "list[HandedOver]":
    """Saves a draft and hands its deliveries over; what became of each. InputError where another one was first."""
    from monitor.composing import save_draft
    from monitor.deliver import hand_over_pending
    from monitor.recalling import check_held

    check_held(application)
    digest_id = save_draft(application, draft, f"by hand {draft.composed_at.isoformat()}")
    if digest_id is None:
        raise InputError("another digest has just told the same", where=draft.subscription.name)
    return [one for one in hand_over_pending(application) if one.delivery.digest_id == digest_id]


def report(handed: "Sequence[HandedOver]") -> bool:
    """Says how each hand-over went; whether all arrived."""
    for one in handed:
        later = "; tried again by `twinwatch run`" if one.outcome.state in LATER and one.delivery.id else ""
        reason = f": {one.outcome.reason}" if one.outcome.reason else ""
        state = "not sent" if one.outcome.state == "retry" else one.outcome.state
        typer.echo(f"{one.delivery.recipient}  {state}{reason}{later}")
    return all(one.outcome.state == "sent" for one in handed)
