"""Files of the store on the disk: for their owner only, forced to the disk, worked on in folders that do not stay.

It knows nothing of what is in them.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

LOCK = "lock"


def make_private_folder(folder: Path) -> None:
    """Makes a folder with mode 0700, and those above it that are missing; one that is there keeps its mode. OSError."""
    if not folder.is_dir():
        make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def make_private_file(file: Path) -> None:
    """Makes an empty file with mode 0600 where there is none. OSError where that cannot be."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def open_work_folder(beside: Path | None, prefix: str) -> Iterator[Path]:
    """A new folder in `beside` (or where temporary files lie), gone at the end.

    Where its process was killed, `remove_left` removes it: the lock in it ends with its process.
    """
    while (made := _make_locked(beside, prefix)) is None:
        pass
    folder, lock = made
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def measure_left(beside: Path, prefix: str) -> int:
    """Bytes in the work folders of processes that were killed."""
    return sum(_measure(folder) for folder in _find_left(beside, prefix))


def remove_left(beside: Path, prefix: str) -> int:
    """Removes the work folders of processes that were killed, never one that is in use; the bytes that were in them."""
    removed = 0
    for folder in _find_left(beside, prefix, os.O_CREAT):
        size = _measure(folder)
        shutil.rmtree(folder, ignore_errors=True)
        removed += 0 if folder.exists() else size
    return removed


def _make_locked(beside: Path | None, prefix: str) -> tuple[Path, int] | None:
    """A new folder and its lock; None where `remove_left` took it for one that was left, as it had no lock yet."""
    folder = Path(tempfile.mkdtemp(dir=beside, prefix=prefix))
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except (FileNotFoundError, FileExistsError):
        return None
    flock(lock, LOCK_EX)
    if folder.is_dir():
        return folder, lock
    os.close(lock)
    return None


def _find_left(beside: Path, prefix: str, flags: int = 0) -> Iterator[Path]:
    """Folders whose lock nobody else holds; each is locked by us until the next one is asked for.

    One without a lock is an older version's, or is just being made: `O_CREAT` in `flags` keeps its maker out.
    """
    for folder in sorted(beside.glob(f"{prefix}*")):
        if folder.is_symlink() or not folder.is_dir():
            continue
        if not flags and not (folder / LOCK).exists():
            yield folder
            continue
        with suppress(OSError):  # gone meanwhile, in use, or somebody else's
            lock = os.open(folder / LOCK, os.O_RDWR | flags, 0o600)
            try:
                flock(lock, LOCK_EX | LOCK_NB)
                yield folder
            finally:
                os.close(lock)


def _measure(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
