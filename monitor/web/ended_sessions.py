"""Remembers which sessions were ended by their browsers, in a file of `data_dir`; it makes and reads no cookie."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from storage.files import make_private_file, make_private_folder

FILE = "sessions.ended"
log = logging.getLogger(__name__)


class EndedSessions:
    """Ids of sessions that count no more, although their cookies are signed and not too old: a copy of one would else
    be good for its whole time. Each service knows those that ended with it.
    """

    def __init__(self, path: Path, lasts: timedelta, now: datetime) -> None:
        self._path, self._lock = path, Lock()
        found = _read(path)
        self._began = {id: began for id, began in found.items() if now.timestamp() - began < lasts.total_seconds()}
        if len(self._began) < len(found):
            with suppress(OSError):  # those that are too old by themselves may as well stay
                self._write_anew()

    def add(self, id: str, began_at: datetime) -> None:
        """From now on `id` counts no more, also after a restart if the disk takes it."""
        with self._lock:
            self._began[id] = int(began_at.timestamp())
            try:
                make_private_folder(self._path.parent)
                make_private_file(self._path)
                with self._path.open("a", encoding="ascii") as file:
                    file.write("\n" + _make_line(id, self._began[id]))  # a line of before may have been cut off
            except OSError as error:
                log.warning("who logged out is in again after a restart: %s", error)

    def __contains__(self, id: object) -> bool:
        return id in self._began

    def _write_anew(self) -> None:
        draft = self._path.with_name(f"{self._path.name}.new")
        make_private_file(draft)
        draft.write_text("".join(_make_line(*one) for one in self._began.items()), encoding="ascii")
        draft.replace(self._path)


def _make_line(id: str, began: int) -> str:
    return f"{id} {began}\n"


def _read(path: Path) -> dict[str, int]:
    """When the sessions of its lines began; a line that was cut off is none."""
    try:
        lines = path.read_text("ascii", "replace").splitlines()
    except OSError:
        return {}
    parts = [line.split(" ") for line in lines]
    return {one[0]: int(one[1]) for one in parts if len(one) == 2 and one[1].isdecimal()}
