"""Finds files with secrets that others on this machine can read; it changes no mode."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from seeds.settings import Settings, holds_secret

OTHERS = stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True)
class OpenFile:
    """A file that others can read; `mode` as `ls` writes it."""

    path: Path
    mode: str

    def say(self) -> str:
        """One line for people."""
        return f"{self.path} holds secrets and others can read it ({self.mode}): `chmod 600 {self.path}`"


def find_open_files(settings: Settings, config: Path) -> list[OpenFile]:
    """The file of settings, if a secret stands in it, and every file that a setting names for one."""
    files = [*([config] if config.is_file() and holds_secret(config) else []), *_secret_files(settings)]
    return [OpenFile(path, mode) for path in dict.fromkeys(files) if (mode := _find_mode(path))]


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
