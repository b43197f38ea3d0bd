"""The journal of deliveries: a file outside the database that outlives a restored backup; it knows no store.

One JSON object per line, each on the disk before the next step is taken: `begin` (the journal's own name), `digest`
(whole, before it is handed over for the first time), `sending` (before each attempt) and how that ended: `sent`,
`failed`, `retry` or `uncertain`; `again` where a person wants it sent once more. Every line has a number, counted up.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Annotated, Any, Required
from uuid import uuid4

from pydantic import AfterValidator, NonNegativeInt, TypeAdapter, ValidationError
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from storage.files import make_private_folder
from storage.values import Telling

# A digest takes 5 to 50 kB; at this size the file is written anew, without the contents of what has long arrived.
MAX_BYTES = 64 * 1024 * 1024
# How much of the file's size is left by that, so that it is not done at every line.
KEPT_SHARE = 0.5
# Of older digests nobody waits any more: some readers never say whether theirs arrived.
RECENT = 1000
MOST_LINES = 1 << 53
# `again`: a person wishes it to be sent once more, so that whatever was noted before is over.
AGAIN = "again"
ENDS = frozenset({"sent", "failed", "retry", "uncertain", AGAIN})
FINAL = frozenset({"sent", "failed"})

Line = dict[str, Any]
Key = tuple[str, str]
NO_KEY: Key = ("", "")
TELLING: TypeAdapter[Telling] = TypeAdapter(Telling)


def _check_instant(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("no zone")
    return text


class _Ending(TypedDict, total=False):
    subscription: Required[str]
    period: Required[str]
    recipient: Required[str]
    at: Required[Annotated[str, AfterValidator(_check_instant)]]
    parts_sent: NonNegativeInt
    reason: str


ENDING: TypeAdapter[_Ending] = TypeAdapter(_Ending)


class Journal:
    """The file at `path`. Several processes may write to it; each line is written whole, under a lock.

    OSError is raised where it cannot be read or written.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path, self._max_bytes = path, max_bytes
        self._lines: tuple[tuple[int, int], int, set[Key], str] | None = None

    @property
    def id(self) -> str:
        """The journal's own name; empty where it was never begun, or lost its first line."""
        with self._locked():
            return self._look()[3]

    @property
    def position(self) -> int:
        """The number of the last line; 0 where there is none."""
        with self._locked():
            return self._look()[1]

    def begin(self) -> str:
        """Begins the journal unless it was; its name."""
        with self._locked():
            known = self._look()[3]
            name = known or uuid4().hex
            if not known:
                self._write([{"what": "begin", "journal": name}])
            return name

    def note_sending(self, telling: Telling, recipient: str, at: datetime) -> int:
        """Writes that a digest is about to be handed to a recipient, and the digest itself before the first of them;
        the number of the line."""
        key = telling.subscription, telling.period
        lines = [_line("sending", key, recipient, at)]
        with self._locked():
            if key not in self._look()[2]:
                lines.insert(0, {"what": "digest", **TELLING.dump_python(telling, mode="json")})
            return self._write(lines)

    def note_end(self, key: Key, recipient: str, at: datetime, state: str, parts_sent: int, reason: str) -> int:
        """Writes how it went; the number of the line."""
        with self._locked():
            self._look()
            return self._write([{**_line(state, key, recipient, at), "parts_sent": parts_sent, "reason": reason}])

    def read(self, after: int = 0) -> list[Line]:
        """The lines with a number above `after`. A line that was torn by a crash or is damaged is left out."""
        with self._locked():
            return [line for line in _parse(self._bytes()) if line["n"] > after]

    def _look(self) -> tuple[tuple[int, int], int, set[Key], str]:
        """The file's identity and size, its last number, the digests that it holds and its name."""
        stamp = self._stamp()
        if self._lines is None or self._lines[0] != stamp:
            lines = list(_parse(self._bytes()))
            digests = {(line["subscription"], line["period"]) for line in lines if line["what"] == "digest"}
            name = next((str(line["journal"]) for line in lines if line["what"] == "begin"), "")
            self._lines = stamp, lines[-1]["n"] if lines else 0, digests, name
        return self._lines

    def _write(self, lines: Sequence[Line]) -> int:
        _, number, digests, name = self._look()
        numbered = [{"n": number + place, **line} for place, line in enumerate(lines, 1)]
        if self.path.exists() and self.path.stat().st_size > self._max_bytes:
            self._shorten()
        self.path.touch(mode=0o600)  # it holds recipients' addresses
        with self.path.open("ab+") as file:
            file.seek(0, os.SEEK_END)
            torn = b"\n" if file.tell() and not _ends_line(file) else b""
            file.write(torn + b"".join(_dump(line) for line in numbered))
            _force(file)
        made = {(line["subscription"], line["period"]) for line in lines if line["what"] == "digest"}
        begun = next((str(line["journal"]) for line in lines if line["what"] == "begin"), name)
        self._lines = self._stamp(), number + len(lines), digests | made, begun
        return number + len(lines)

    def _shorten(self) -> None:
        shorter = self.path.with_name(f"{self.path.name}.new")
        shorter.touch(mode=0o600)
        with shorter.open("wb") as file:
            file.writelines(map(_dump, shorten(list(_parse(self._bytes())), int(self._max_bytes * KEPT_SHARE))))
            _force(file)
        shorter.replace(self.path)
        self._force_folder()

    def _bytes(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""

    def _stamp(self) -> tuple[int, int]:
        if not self.path.exists():
            return 0, 0
        found = self.path.stat()
        return found.st_ino, found.st_size

    def _force_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        make_private_folder(self.path.parent)
        is_new = not self.path.exists()
        held = self.path.with_name(f"{self.path.name}.lock")
        held.touch(mode=0o600)
        with held.open("a") as lock:
            flock(lock, LOCK_EX)
            yield
        if is_new and self.path.exists():
            self._force_folder()


def find_name(path: Path) -> str:
    """The name of the journal at `path`, read up to where it stands; empty where there is none. It locks nothing.

    OSError is raised where the file cannot be read.
    """
    if not path.exists():
        return ""
    with path.open("rb") as file:
        names = (str(line["journal"]) for row in file for line in _parse(row) if line["what"] == "begin")
        return next(names, "")


def shorten(lines: Sequence[Line], size: int) -> list[Line]:
    """The lines in about `size` bytes: the oldest digests lose their contents, then go altogether with their lines.

    What was told stays known longest. A digest that somebody still waits for is kept whole.
    """
    open_keys = _find_open(lines)
    excess = sum(len(_dump(line)) for line in lines) - size
    kept = list(lines)
    for place, line in enumerate(kept):
        if excess > 0 and line["what"] == "digest" and _key(line) not in open_keys:
            kept[place] = {**line, "content": _strip(line["content"])}
            excess -= len(_dump(line)) - len(_dump(kept[place]))
    sizes: Counter[Key] = Counter()
    for line in kept:
        sizes[_key(line)] += len(_dump(line))
    oldest = iter([key for key in sizes if key not in open_keys and key != NO_KEY])
    dropped: set[Key] = set()
    while excess > 0 and (key := next(oldest, None)) is not None:
        dropped.add(key)
        excess -= sizes[key]
    return [line for line in kept if _key(line) not in dropped]


def _strip(content: dict[str, Any]) -> dict[str, Any]:
    empty = {"sections": [], "coverage": {"outlets": [], "down": []}}
    return {name: empty.get(name, [] if isinstance(value, list) else value) for name, value in content.items()}


def _find_open(lines: Sequence[Line]) -> set[Key]:
    """The digests with a recipient for whom it is not over."""
    waiting: dict[Key, set[str]] = {}
    for line in lines:
        if line["what"] == "digest":
            waiting[_key(line)] = set(line["recipients"])
        elif line["what"] in FINAL:
            waiting.get(_key(line), set()).discard(line["recipient"])
        elif line["what"] == AGAIN and _key(line) in waiting:
            waiting[_key(line)].add(line["recipient"])
    return {key for key in list(waiting)[-RECENT:] if waiting[key]}


def _key(line: Line) -> Key:
    return line.get("subscription", ""), line.get("period", "")


def _line(what: str, key: Key, recipient: str, at: datetime) -> Line:
    return {
        "what": what, "subscription": key[0], "period": key[1], "recipient": recipient, "at": at.isoformat(),
    }


def _dump(line: Line) -> bytes:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _parse(content: bytes) -> Iterator[Line]:
    for row in content.split(b"\n"):
        try:
            line = json.loads(row)
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict) and _is_whole(line):
            yield line


def _is_whole(line: Line) -> bool:
    """Whether a line has what its kind needs. One that a disk or an editor damaged is as good as torn."""
    if not isinstance(line.get("n"), int) or not 0 < line["n"] < MOST_LINES or not isinstance(line.get("what"), str):
        return False
    if line["what"] == "begin":
        return isinstance(line.get("journal"), str)
    try:
        _ = TELLING.validate_python(line) if line["what"] == "digest" else ENDING.validate_python(line)
    except ValidationError:
        return False
    return True


def _ends_line(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")


def _force(file: Any) -> None:
    """To the disk itself: a power cut must not take back a line that says that a message left."""
    file.flush()
    os.fsync(file.fileno())
