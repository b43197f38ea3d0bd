"""The `twinwatch` command: loads its parts by entry point, and turns every error of ours into one line."""

import os
import sys
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated

import typer

from seeds.errors import TwinwatchError
from storage.errors import StoreError

GROUP = "twinwatch.commands"
FAILED, INTERRUPTED = 1, 130


def main() -> None:
    """Runs the command line and ends the process: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        make_app()()
    except (TwinwatchError, StoreError) as error:
        if "--debug" in sys.argv:
            raise
        print(f"twinwatch: {error}", file=sys.stderr)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is wrong, and nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)


def make_app() -> typer.Typer:
    """The whole command, with what every package contributes to the entry-point group."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown",
        help="Watches Vietnamese and Korean news for local cooperation between the two countries.",
        epilog="Try it: `twinwatch demo`. Every command explains itself with `--help`.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    for part in sorted(entry_points(group=GROUP), key=lambda part: part.name):
        part.load()(app)
    return app


def options(
    config: Annotated[Path | None, typer.Option(help="File of settings.", show_default="twinwatch.toml")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    show_version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Watches Vietnamese and Korean news for local cooperation between the two countries."""
    if show_version:
        typer.echo(f"twinwatch {version('twinwatch')}")
        raise typer.Exit
    if config is not None:
        # For crawls in child processes too, which read the settings anew.
        os.environ["TWINWATCH_CONFIG"] = str(config.absolute())


if __name__ == "__main__":
    main()
