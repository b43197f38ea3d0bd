"""Writes the lines of service and crawls: for people, or with structlog as JSON; never with a secret in them."""

import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import unquote

import structlog
from pydantic import BaseModel, SecretStr

from seeds.errors import SettingsError
from seeds.lines import Line, parse_json
from seeds.settings import Settings, load_settings
from storage.clock import Clock

Say = Callable[[str], None]
HIDDEN = "***"
# A shorter secret would blot out words; nothing of ours accepts one from elsewhere.
LEAST_SIGNS = 4
# In an address of a database; once more for a password in its query.
CREDENTIALS = tuple(map(re.compile, (r"://[^:/@]*:([^@]*)@", r"://[^:/@]*:(.*)@", r"[?&]password=([^&#]*)")))
# Lines without a name of their own: what a library or a child without Twinwatch's settings says.
SAID, RECORD = "said", "log_record"


class Hider:
    """Blots every secret of the settings out of text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        words = sorted({word for word in secrets if len(word) >= LEAST_SIGNS}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, words))) if words else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text) if self._pattern else text

    def of(self, value: Any) -> Any:
        """The same for every text inside a value of JSON."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(str(key)): self.of(inner) for key, inner in value.items()}
        return [self.of(inner) for inner in value] if isinstance(value, list | tuple) else value


def find_secrets(settings: BaseModel) -> set[str]:
    """Every secret that the settings hold, those of files included, and the password of the database's address."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            found.add(value.get_secret_value())
        elif isinstance(value, BaseModel):
            found |= find_secrets(value)
        elif name == "database_url" and value:
            found |= find_passwords(value)
    return found


def find_passwords(address: str) -> set[str]:
    """The password of a database's address, as it is written and as it is meant.

    SQLAlchemy lets it hold `/`, `?` and `#` and end at the first `@`; whoever wrote another `@` meant the last one.
    """
    written = {found[1] for pattern in CREDENTIALS if (found := pattern.search(address))}
    return {form for word in written for form in (word, unquote(word)) if form}


def make_hider() -> Hider:
    """Hides the secrets of the settings as they can be read now; of broken ones nothing is known."""
    try:
        return Hider(find_secrets(load_settings()))
    except SettingsError:
        return Hider(())


def make_say(clock: Clock, settings: Settings) -> Say:
    """Prints each line at once: after this machine's time of day, or as one JSON object with its instant.

    Whoever says one goes on where it cannot be printed: nobody listens any more, or the disk of a log is full.
    """
    hide = Hider(find_secrets(settings))
    if settings.log.format == "text":
        return _print_or_go_on(lambda line: print(f"{clock().astimezone():%H:%M:%S}  {hide(line)}", flush=True))

    def add_instant(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {"at": clock().isoformat(), **hide.of(dict(event))}

    log = structlog.wrap_logger(
        structlog.PrintLogger(sys.stdout),
        processors=[add_instant, structlog.processors.JSONRenderer(ensure_ascii=False, default=str)])

    def say(line: str) -> None:
        known = line if isinstance(line, Line) else parse_json(line) or Line(line, SAID, message=line)
        log.info(known.event, **{name if name != "event" else "event_": value for name, value in known.fields.items()})

    return _print_or_go_on(say)


def _print_or_go_on(say: Say) -> Say:
    def careful(line: str) -> None:
        try:
            say(line)
        except BrokenPipeError:
            drop_output()
        except OSError:
            return  # what is kept is written with a later line

    return careful


def drop_output() -> None:
    """From now on standard output goes nowhere: whoever read it has gone (`| head`), and nobody is left to tell."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class SayHandler(logging.Handler):
    """Log records as lines of the service, without tracebacks."""

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        text = " ".join(record.getMessage().split())
        self._say(Line(text, RECORD, logger=record.name, level=record.levelname.lower(), message=text))


def print_traceback(error: BaseException, hide: Hider) -> None:
    """The traceback on standard error, as Python prints it."""
    print(hide("".join(traceback.format_exception(error))), end="", file=sys.stderr)
