"""The commands about the database itself: `twinwatch db upgrade`. Imports only when it runs."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    db = typer.Typer(no_args_is_help=True, help="Looks after the database.", epilog="Example: `twinwatch db upgrade`")
    db.callback()(_group)
    db.command("upgrade", epilog="Example: `twinwatch db upgrade`")(upgrade_database)
    app.add_typer(db, name="db")


def upgrade_database() -> None:
    """Makes or upgrades the tables. On SQLite every command does so by itself; on PostgreSQL only this one does.

    Run it after each update of Twinwatch. It may be repeated, and several may run at once.
    """
    from seeds.settings import load_settings
    from storage.engine import Database
    from storage.upgrade import newest_revision, upgrade

    database = Database(load_settings().database_address)
    try:
        before, after = upgrade(database), newest_revision()
    finally:
        database.close()
    typer.echo(f"Up to date: revision {after}." if before == after else f"Upgraded: {before or 'empty'} -> {after}.")


def _group() -> None:
    """Looks after the database."""
