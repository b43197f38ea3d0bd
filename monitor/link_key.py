"""Keeps the key that signs links: from the settings, or from a file of its own in `data_dir`; it signs nothing."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from seeds.errors import SettingsError
from seeds.settings import Settings
from storage.files import make_private_folder

KEY_FILE = "link.key"
KEY_BYTES = 32
# The file's own length in characters is 64; a shorter key of the settings could be guessed.
MIN_LENGTH = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO
ADVICE = "set web.link_key, or let data_dir be writable"


def load_link_key(settings: Settings) -> str:
    """`web.link_key`, else the key of `data_dir`, which is made (mode 0600) where there is none, and closed to others.

    Several services that share one database need one key: the setting. Raises SettingsError for a short key, and for
    a file that cannot be read or made.
    """
    key = settings.web.link_key.get_secret_value() or _load_file(settings.data_dir.absolute() / KEY_FILE)
    if len(key) < MIN_LENGTH:
        raise SettingsError(f"a key of fewer than {MIN_LENGTH} characters", where="web.link_key", advice=ADVICE)
    return key


def _load_file(path: Path) -> str:
    try:
        if not path.exists():
            _make_file(path)
        _close_file(path)
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise SettingsError(f"no key to sign links: {reason}", where=str(path), advice=ADVICE) from error


def _close_file(path: Path) -> None:
    """Of a key that others could read, at least no more readers; `doctor` has named it."""
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & OTHERS and found.st_uid == os.geteuid():
        path.chmod(0o600)


def _make_file(path: Path) -> None:
    """Made beside its place and linked there whole: of two services that start at once the first one's key stays."""
    make_private_folder(path.parent)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
