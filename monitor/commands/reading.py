"""Commands that show what the store holds. Their signatures stand here; the work, heavy to import, in `listings`."""

from typing import Annotated

import typer

from monitor.commands import recipients
from monitor.tables import Format, FormatOption, LimitOption

VERDICT_HELP = "`yes`, `unsure` (the judge is not sure) or `no` (a reader said so)."
CANDIDATES_HELP = "Hosts outside the catalogue that search services found stories on, with how many were true."
RETRY_HELP = "Hand the delivery with this id over again, now."
RELEASE_HELP = "Let a store tell again whose digests are held, as it was restored and its journal is not here."


def register(app: typer.Typer) -> None:
    """Adds the commands of this file, and the listing to the group `outlets`."""
    app.command(epilog="Example: `twinwatch events --key VN-46 --format jsonl`")(events)
    app.command(epilog="Example: `twinwatch ties --format csv > ties.csv`")(ties)
    app.command(epilog="Example: `twinwatch runs --limit 20`")(runs)
    app.command(epilog="Example: `twinwatch deliveries --limit 20`; `twinwatch deliveries --retry 17`")(deliveries)
    recipients.register(app)
    group = next(group.typer_instance for group in app.registered_groups if group.name == "outlets")
    assert group is not None  # it was added with its name
    group.callback()(outlets)


def events(
    form: FormatOption = Format.table,
    limit: LimitOption = None,
    act: Annotated[str | None, typer.Option(help="Only this act, such as `agreement`.")] = None,
    key: Annotated[str | None, typer.Option(help="Only this locality's key, such as `VN-46`.")] = None,
    verdict: Annotated[str, typer.Option(help=VERDICT_HELP)] = "yes",
    unsure: Annotated[bool, typer.Option("--unsure", help="The same as `--verdict unsure`.")] = False,
) -> None:
    """Lists events, the last found first, with all their articles."""
    from monitor.commands.listings import list_events

    list_events(form, limit, act, key, "unsure" if unsure else verdict)


def ties(form: FormatOption = Format.table, limit: LimitOption = None) -> None:
    """Lists the register: which places are tied to which, since when, with how many events."""
    from monitor.commands.listings import list_ties

    list_ties(form, limit)


def runs(
    form: FormatOption = Format.table,
    limit: LimitOption = None,
    outlet: Annotated[str | None, typer.Option(help="Only this outlet.")] = None,
) -> None:
    """Lists runs, newest first: one outlet's part of one wave."""
    from monitor.commands.listings import list_runs

    list_runs(form, limit, outlet)


def deliveries(
    form: FormatOption = Format.table,
    limit: LimitOption = None,
    retry: Annotated[int | None, typer.Option("--retry", metavar="ID", help=RETRY_HELP)] = None,
    reader: Annotated[str | None, typer.Option(help="Who asks for --retry.", show_default="your login name")] = None,
    release: Annotated[bool, typer.Option("--release", help=RELEASE_HELP)] = False,
) -> None:
    """Lists deliveries, newest first: each digest's handing over to each recipient. With --retry: hands one over again.

    A delivery that was refused (`failed`) or may have arrived (`uncertain`) is handed over with the settings of today;
    one that may have arrived says that it may be a repeat. With --release: a restored store whose journal of deliveries
    is not here tells again; readers may get what was told since the backup once more.
    """
    if release:
        from monitor.application import Application
        from monitor.recalling import release as release_digests

        is_released = release_digests(Application())
        return typer.echo("Digests are released: the next hour composes them." if is_released else
                          "No digest is held, so there is nothing to release.")
    if retry is None:
        from monitor.commands.listings import list_deliveries

        return list_deliveries(form, limit)
    from monitor.application import Application
    from monitor.commands.digests import report
    from monitor.commands.judgements import find_reader
    from monitor.deliver import hand_over_again

    if not report([hand_over_again(Application(), retry, find_reader(reader))]):
        raise typer.Exit(1)


def outlets(
    context: typer.Context,
    form: FormatOption = Format.table,
    limit: LimitOption = None,
    state: Annotated[str | None, typer.Option(help="Only those in this state, such as `broken`.")] = None,
    candidates: Annotated[bool, typer.Option("--candidates", help=CANDIDATES_HELP)] = False,
) -> None:
    """Lists the outlets that are watched, with their state and its reason."""
    if context.invoked_subcommand is not None:
        return
    if candidates:
        from monitor.coverage_rows import list_candidates

        return list_candidates(form, limit)
    from monitor.commands.listings import list_outlets

    list_outlets(form, limit, state)
