"""The `twinwatch` command: loads its parts by entry point, and turns every fault into one line on standard error."""

import logging
import os
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from typer.exceptions import TyperException

from seeds.errors import TwinwatchError
from seeds.faults import list_faults
from storage.errors import StoreError

GROUP = "twinwatch.commands"
# The order of the help: what people begin with, then what they do every day; parts of other packages follow.
PARTS = ("setup", "running", "digests", "reading", "asking", "judging", "crawler", "database")
DONE, FAILED, INTERRUPTED = 0, 1, 130
EXAMPLES = "Try it: `twinwatch demo`. Every command explains itself with `--help`."
OUTLETS_EXAMPLE = "Example: `twinwatch outlets --state broken`"


# These say themselves what they do, or wait for people.
TALKING = frozenset({"run", "refresh", "demo", "init", "worker"})
PATIENCE_SECONDS = 2.0
# Options of `twinwatch` itself, which people look for at its commands.
EARLY = {"--config": "--config FILE", "--debug": "--debug"}


def main() -> None:
    """Runs the command line and ends the process with `run_command`'s exit code."""
    command = find_command(sys.argv[1:])
    # Where people look on, the commands that take long show their progress.
    patience = threading.Timer(PATIENCE_SECONDS, _tell_patience, [command])
    patience.daemon = True
    if command not in TALKING and not sys.stderr.isatty():
        patience.start()
    try:
        sys.exit(run_command(sys.argv[1:]))
    finally:
        patience.cancel()


def find_command(arguments: Sequence[str]) -> str:
    """The command's own word, such as `events`; `--config` has a value before it."""
    values = {at + 1 for at, word in enumerate(arguments) if word == "--config"}
    return next((word for at, word in enumerate(arguments) if not word.startswith("-") and at not in values), "")


def run_command(arguments: Sequence[str]) -> int:
    """Runs one command: 0 done, 1 failed, 2 wrong usage, 130 interrupted. What went wrong is said in one line."""
    debug = "--debug" in arguments
    try:
        code = make_app()(args=list(arguments) or ["--help"], prog_name="twinwatch", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except BrokenPipeError:
        from monitor.logging_lines import drop_output

        drop_output()
        return FAILED
    except TyperException as error:
        message = f"{_find_words(error)} (`{_find_usage(error)} --help` explains)"
        return _tell(error, message, debug, error.exit_code)
    except (TwinwatchError, StoreError) as error:
        return _tell(error, str(error), debug)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except OSError as error:
        return _tell(error, f"{error.filename or 'system'}: {error.strerror or error}", debug)
    except Exception as error:
        message = f"a fault of its own: {type(error).__name__}: {error} (`twinwatch --debug` shows where)"
        return _tell(error, message, debug)


def make_app() -> typer.Typer:
    """The whole command, with what every package contributes to the entry-point group.

    `outlets` is a group to which several packages add: they find it among `app.registered_groups` by its name.
    """
    app = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown", epilog=EXAMPLES,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(options)
    app.add_typer(typer.Typer(epilog=OUTLETS_EXAMPLE), name="outlets", invoke_without_command=True)
    for part in sorted(entry_points(group=GROUP), key=lambda part: (_rank(part.name), part.name)):
        part.load()(app)
    return app


def _rank(part: str) -> int:
    return PARTS.index(part) if part in PARTS else len(PARTS)


def options(
    config: Annotated[Path | None, typer.Option(help="File of settings.", show_default="twinwatch.toml")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=lambda on: _print_version(on))
    ] = False,
) -> None:
    """Watches Vietnamese and Korean news for local cooperation between the two countries."""
    if config is not None:
        # For crawls in child processes too, which read the settings anew.
        os.environ["TWINWATCH_CONFIG"] = str(config.absolute())
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("twinwatch: %(message)s") if not debug else logging.Formatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class _OneLine(logging.Formatter):
    """Log records without tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        return self.formatMessage(record)


def _tell_patience(command: str) -> None:
    print(f"twinwatch: working on `{command}` ...", file=sys.stderr, flush=True)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"twinwatch {version('twinwatch')}")
        raise typer.Exit


def _tell(error: Exception, message: str, debug: bool, code: int = FAILED) -> int:
    from monitor.logging_lines import make_hider, print_traceback

    hide = make_hider()
    if debug:
        print_traceback(error, hide)
    print(hide(f"twinwatch: {' '.join(message.split())}"), file=sys.stderr)
    return code


def _find_words(error: TyperException) -> str:
    """What is wrong with the usage; of a value as it is said of settings."""
    if isinstance(error.__cause__, ValidationError):
        error.message = str(list_faults(error.__cause__)[0]["said"]).rstrip(".")
    form = EARLY.get(getattr(error, "option_name", ""))
    inner = _find_usage(error).partition(" ")[2]
    if form and inner:
        return f"{form.partition(' ')[0]} stands before the command: `twinwatch {form} {inner}`"
    return str(error.format_message())


def _find_usage(error: TyperException) -> str:
    """The command whose usage was wrong, such as `twinwatch events`."""
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context else "twinwatch"


if __name__ == "__main__":
    main()
