"""Finds what others on this machine can read and should not: secrets, the store, its folder; it changes no mode."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from glob import escape
from pathlib import Path

from pydantic import BaseModel

from monitor.link_key import KEY_FILE
from monitor.recalling import FILE as JOURNAL_FILE
from seeds.settings import Settings, holds_secret
from storage.engine import find_file

OTHERS = stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True)
class OpenFile:
    """A file or folder that others can read, what it holds, and its mode as `ls` writes it."""

    path: Path
    mode: str
    holds: str = "secrets"

    @property
    def advice(self) -> str:
        """The command that closes it."""
        return f"chmod {700 if self.mode.startswith('d') else 600} {self.path}"

    def say(self) -> str:
        """One line for people."""
        return f"{self.path} holds {self.holds} and others can read it ({self.mode}): `{self.advice}`"


def find_open_files(settings: Settings, config: Path) -> list[OpenFile]:
    """The file of settings, if a secret stands in it; every file that a setting names for one, and the key of links.

    Then `data_dir` itself, the journal of deliveries, and the store with its own journals and what restoring moved
    aside, as recipients stand in them.
    """
    folder = settings.data_dir.absolute()
    secret = [*([config] if config.is_file() and holds_secret(config) else []), *_secret_files(settings)]
    found = [OpenFile(path, _find_mode(path)) for path in dict.fromkeys([*secret, folder / KEY_FILE])]
    found.append(OpenFile(folder, _find_mode(folder), "all that Twinwatch keeps"))
    stored = [settings.journal or folder / JOURNAL_FILE]
    if store := find_file(settings.database_address):
        stored += sorted(store.parent.glob(f"{escape(store.name)}*"))
    found += [OpenFile(path, _find_mode(path), "recipients' addresses") for path in stored]
    return [one for one in found if one.mode]


def _secret_files(section: BaseModel) -> Iterator[Path]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _secret_files(value)
        elif isinstance(value, Path) and name.endswith("_file"):
            yield value


def _find_mode(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    return stat.filemode(mode) if mode & OTHERS else ""
