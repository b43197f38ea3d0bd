"""The commands about the database itself: upgrade, copy, backup, restore, tidy, compact. Imports only when they run."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from storage.copying import Progress
    from storage.engine import Database

GONE = ("Judgements, corrections and events since the backup are gone from here, though readers may have been told of "
        "them.")


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    db = typer.Typer(no_args_is_help=True, help="Looks after the database.", epilog="Example: `twinwatch db upgrade`")
    db.callback()(_group)
    db.command("upgrade", epilog="Example: `twinwatch db upgrade`")(upgrade_database)
    db.command("copy", epilog="Example: `PGPASSWORD=... twinwatch db copy postgresql://USER@HOST/NAME`")(copy_database)
    db.command("backup", epilog="Example: `twinwatch db backup backups/monday.gz`")(backup_database)
    db.command("restore", epilog="Example: `twinwatch db restore backups/monday.gz --replace`")(restore_database)
    db.command("tidy", epilog="Example: `twinwatch db tidy`, then `twinwatch db tidy --apply`")(tidy_database)
    db.command("compact", epilog="Example: `twinwatch db compact`")(compact_database)
    app.add_typer(db, name="db")


def upgrade_database() -> None:
    """Makes or upgrades the tables. On SQLite every command does so by itself; on PostgreSQL only this one does.

    Run it after each update of Twinwatch. It may be repeated, and several may run at once.
    """
    from storage.upgrade import newest_revision, upgrade

    with _own_database() as database:
        before, after = upgrade(database), newest_revision()
    typer.echo(f"Up to date: revision {after}." if before == after else f"Upgraded: {before or 'empty'} -> {after}.")
    if before is not None:
        _tell_outdated()


def copy_database(
    target: Annotated[str, typer.Argument(help="The address of an empty database; its tables are made if missing.")],
) -> None:
    """Copies the whole store into another, empty database, and checks that every row arrived.

    To move from SQLite to PostgreSQL: stop the service, copy, set `database_url` to the new address, start the service.
    What a running service stores meanwhile would stay behind.
    """
    from storage.copying import copy_store
    from storage.engine import Database
    from storage.upgrade import upgrade

    with _own_database() as source, _progress() as note:
        other = Database(target)
        try:
            upgrade(source)
            upgrade(other)
            rows = copy_store(source, other, note)
        finally:
            other.close()
    typer.echo(f"Copied {sum(rows.values()):,} rows of {len(rows)} tables; the counts agree.")


def backup_database(
    file: Annotated[Path | None, typer.Argument(help="The new file; by default data_dir/backups/DATE.gz.")] = None,
) -> None:
    """Writes the whole store to one file, while the service goes on. `twinwatch db restore` takes it on any machine."""
    from monitor.keeping import BACKUPS
    from seeds.settings import load_settings
    from storage.backup import make_backup
    from storage.clock import utc_now

    name = f"twinwatch-{utc_now():%Y-%m-%dT%H%M%SZ}.gz"
    path = file or load_settings().data_dir.absolute() / BACKUPS / name
    with _own_database() as database, _progress() as note:
        make_backup(database, path, note)
    typer.echo(f"Written: {path} ({path.stat().st_size / 1e6:,.1f} MB). Keep a copy on another machine.")


def restore_database(
    file: Annotated[Path, typer.Argument(help="A file of `twinwatch db backup`.")],
    replace: Annotated[bool, typer.Option("--replace", help="Move the SQLite store that is there aside.")] = False,
) -> None:
    """Puts the store of a backup in place. Stop the service first; PostgreSQL wants an empty database."""
    from storage.backup import restore_backup

    with _own_database() as database, _progress() as note:
        aside = restore_backup(file, database, note, replace=replace)
    typer.echo("Restored." + (f" What was there is now {aside}. {GONE}" if aside else ""))
    _tell_held()


def tidy_database(
    apply: Annotated[bool, typer.Option("--apply", help="Remove it; without this, only say what it would be.")] = False,
) -> None:
    """Removes raw pages, ended entries and what was noted of waves, so far as older than `[keep]` says.

    The service does so once a day, and removes what killed backups left. Articles, verdicts, events and what was told
    are never removed. What is free in a SQLite file beyond a tenth goes back to the disk.
    """
    from monitor.application import Application
    from monitor.keeping import describe_removed, describe_room, tidy

    application = Application()
    database = application.store.database
    try:
        tidied = tidy(application, apply=apply)
    finally:
        database.close()  # only then does SQLite give the disk what is free
    removed = describe_removed(tidied)
    said = f"Removed {removed}." if apply else f"Would remove {removed}; --apply does so."
    typer.echo(said if removed else "Nothing is over its limit.")
    name = Path(database.engine.url.database or "").name if database.is_sqlite else ""
    typer.echo(describe_room(tidied, name, apply=apply))


def compact_database() -> None:
    """Writes a SQLite store anew, as small as what it holds. Stop the service first.

    Only stores of older versions need this, once: `db tidy` makes others smaller by itself.
    """
    from storage.compacting import compact

    with _own_database() as database:
        before, after = compact(database)
    typer.echo(f"Compacted: {before.size / 1e6:,.1f} MB -> {after.size / 1e6:,.1f} MB.")


def _tell_outdated() -> None:
    """Whether verdicts of rules of before are left: an upgrade brings new rules, and judges nothing again by itself."""
    from monitor.application import Application
    from monitor.reassess import HOW_TO_REASSESS, describe_outdated
    from seeds.errors import TwinwatchError

    application = Application()
    # What is wrong with seeds is no fault of the upgrade, and told by every other command.
    with suppress(TwinwatchError), closing(application.store):
        if said := describe_outdated(application):
            typer.echo(f"{said}: {HOW_TO_REASSESS}.")


def _tell_held() -> None:
    """Whether the restored store will tell again by itself, and what keeps it from telling anything twice."""
    from monitor.application import Application
    from monitor.recalling import find_hold, journal_path

    application = Application()
    with closing(application.store) as store:
        hold, known = find_hold(application), store.recalls.positions()
    if hold is not None:
        typer.echo(f"{hold.what[0].upper()}{hold.what[1:]} ({hold.where}), and only it knows what was told since the "
                   f"backup. Put it there, or {hold.advice}.")
    elif known:
        typer.echo(f"Digests are not held: {journal_path(application)} knows what was told since the backup, and "
                   "nothing is told twice.")


@contextmanager
def _own_database() -> "Iterator[Database]":
    from seeds.settings import load_settings
    from storage.engine import Database

    database = Database(load_settings().database_address)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _progress() -> "Iterator[Progress]":
    """A bar on standard error for each table or file in turn; whoever breaks it off hears what is left behind."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    # What the driver could not clean up when it was broken off: whoever broke it off hears what it means.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:

        def note(what: str, done: int, rows: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=rows or None)
            bars.update(tasks[what], completed=done, total=rows or None)

        try:
            yield note
        except KeyboardInterrupt:
            bars.stop()
            typer.echo("twinwatch: stopped; it is done whole or not at all, so nothing was written", err=True)
            raise


def _group() -> None:
    """Looks after the database."""
