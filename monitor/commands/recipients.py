"""The command that shows who gets each subscription, removes a recipient and takes one back; it sends nothing."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.tables import Format, FormatOption, print_rows, take, take_minute
from seeds.errors import InputError

if TYPE_CHECKING:
    from monitor.application import Application

REMOVE_HELP = "Hand this recipient nothing more of this subscription, as its own link to unsubscribe does."
RESUME_HELP = "Take back a recipient who unsubscribed."


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command(epilog="Example: `twinwatch recipients --resume desk reader@city.example`")(recipients)


def recipients(
    form: FormatOption = Format.table,
    remove: Annotated[tuple[str, str] | None, typer.Option(metavar="SUBSCRIPTION RECIPIENT", help=REMOVE_HELP)] = None,
    resume: Annotated[tuple[str, str] | None, typer.Option(metavar="SUBSCRIPTION RECIPIENT", help=RESUME_HELP)] = None,
) -> None:
    """Lists the recipients of every subscription and who of them unsubscribed."""
    from monitor import application as root
    from monitor import unsubscribing

    application = root.Application()
    if remove and resume:
        raise InputError("choose one of --remove and --resume")
    if remove:
        _check(application, *remove)
        unsubscribing.leave(application, *remove)
        return typer.echo(f"{remove[1]} gets no more of {remove[0]}.")
    if resume:
        if not unsubscribing.resume(application, *resume):
            _check(application, *resume)
            raise InputError("it has not unsubscribed", where=f"{resume[1]} of {resume[0]}")
        return typer.echo(f"{resume[1]} gets the next digest of {resume[0]}.")
    _list(application, form)


def _check(application: "Application", subscription: str, recipient: str) -> None:
    from monitor.unsubscribing import find_bare

    known = [find_bare(one) for one in application.find_subscription(subscription).recipients]
    if find_bare(recipient) not in known:
        raise InputError(f"no recipient {recipient!r}", where=f"subscription {subscription}")


def _list(application: "Application", form: Format) -> None:
    from monitor.times import format_instant
    from monitor.unsubscribing import find_bare

    left = {(row.subscription, row.recipient): row.left_at for row in application.store.unsubscribed.all()}
    rows: list[dict[str, Any]] = []
    for subscription in application.subscriptions:
        for recipient in subscription.recipients:
            at = left.get((subscription.name, find_bare(recipient)))
            rows.append({
                "subscription": subscription.name, "recipient": recipient,
                "state": "unsubscribed" if at else "subscribed",
                "left_at": format_instant(at, subscription.timezone) if at else None,
            })
    shown = {
        "subscription": take("subscription"), "recipient": take("recipient"), "state": take("state"),
        "since": take_minute("left_at"),
    }
    print_rows(rows, form, ("subscription", "recipient", "state", "left_at"), shown=shown, empty="No subscriptions.")
