"""What the commands that read stories share: knowledge, files of lines, progress; it judges nothing."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from monitor.judging.judge import Knowledge, load_knowledge
from seeds.catalogue import Catalogue, load_catalogue
from seeds.errors import InputError
from seeds.settings import load_settings


@dataclass(frozen=True)
class Desk:
    """What stories are read with."""

    knowledge: Knowledge
    catalogue: Catalogue


def open_desk() -> Desk:
    """Bundled knowledge with that of `seeds_dir`."""
    seeds_dir = load_settings().seeds_dir
    return Desk(load_knowledge(seeds_dir), load_catalogue(seeds_dir))


class Input:
    """The lines of a file or of standard input, as bytes."""

    def __init__(self, stream: BinaryIO, close: bool) -> None:
        self._stream, self._close = stream, close

    def __enter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def __exit__(self, *_: object) -> None:
        if self._close:
            self._stream.close()


def open_input(file: str) -> Input:
    """The lines of `file` (`-` is standard input). Raises InputError where it cannot be read."""
    if file == "-":
        return Input(sys.stdin.buffer, False)
    try:
        return Input(Path(file).open("rb"), True)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=file) from error


def show_progress(name: str) -> Progress:
    """A line on standard error that lives while the work does; nothing where nobody looks on."""
    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn(name), TextColumn("{task.description}")
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
