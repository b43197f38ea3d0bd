"""Finds fonts of this machine that hold every sign of a text; it paints nothing and brings no font along."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from seeds.errors import TwinwatchError

# Where systems keep fonts, and people their own.
FOLDERS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts",
    "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts",
)
ENDINGS = (".ttf", ".otf", ".ttc")
# Upright, plain ones that read well when they are small: for Latin letters with every Vietnamese mark, then for Hangul.
LIKED = (
    "NotoSans-Regular", "DejaVuSans", "NotoSansKR-Regular", "NotoSansCJKkr-Regular", "NotoSansCJK-Regular",
    "NanumGothic", "AppleSDGothicNeo", "malgun", "UnDotum",
)
ODD = ("bold", "italic", "oblique", "light", "thin", "black", "condensed", "narrow", "mono", "serif", "emoji", "symbol")
# Reading the signs of one takes 0.2 s at most; a machine may have thousands.
MOST_READ = 40
# A collection of one font for several countries: the shapes and marks of Korea.
KOREAN = "KR"
POSTSCRIPT_NAME = 6


class PictureError(TwinwatchError):
    """A picture cannot be painted on this machine."""


@dataclass(frozen=True)
class Font:
    """A font's file and family; `signs` is a set of code points, as the bits of a number."""

    path: str
    family: str
    signs: int


def find_fonts(text: str, folders: Sequence[Path] | None = None) -> tuple[Font, ...]:
    """The fonts that hold every sign of `text` together, as few as can be, the first for most of it.

    They are looked for in `folders`, else in those of the system. Raises PictureError where a sign is in none: it would
    be painted as a box.
    """
    need, left, chosen = _gather(text), _gather(text), list[Font]()
    for font in _find_all([Path(name).expanduser() for name in FOLDERS] if folders is None else folders):
        if not need & ~font.signs:
            return (font,)
        if left & font.signs:
            chosen.append(font)
            left &= ~font.signs
        if not left:
            break
    if left:
        raise PictureError(f"no font here has {_show(left, text)}", advice="install one, such as fonts-nanum (Debian)")
    return tuple(sorted(chosen, key=lambda font: -(need & font.signs).bit_count()))


def _find_all(folders: Sequence[Path]) -> Iterator[Font]:
    files = [path for folder in folders for path in _walk(folder)]
    home = Path.home()
    # Behind those we like come a person's own: on a machine with hundreds of fonts they would not be read at all.
    files.sort(key=lambda path: (_rank(path.stem), not path.is_relative_to(home), _is_odd(path.stem), path.name))
    for path in files[:MOST_READ]:
        font = _read(str(path))
        if font is not None:
            yield font


def _walk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS] if folder.is_dir() else []


def _rank(stem: str) -> int:
    return LIKED.index(stem) if stem in LIKED else len(LIKED)


def _is_odd(stem: str) -> bool:
    return any(word in stem.lower() for word in ODD)


@lru_cache(maxsize=MOST_READ)
def _read(path: str) -> Font | None:
    """The font, of a collection that for Korea; None for what is no font, or one that cannot be used."""
    # Loaded when the first picture is painted, which is once a week: it takes 0.1 s.
    from fontTools.ttLib import TTFont

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        with ExitStack() as opened:
            first = opened.enter_context(TTFont(path, fontNumber=0, lazy=True))
            count = getattr(first.reader, "numFonts", 1)
            others = [opened.enter_context(TTFont(path, fontNumber=n, lazy=True)) for n in range(1, count)]
            font = next((one for one in (first, *others) if _name(one).endswith(KOREAN)), first)
            # The painter takes no font without a PostScript name.
            is_named = font["name"].getDebugName(POSTSCRIPT_NAME) is not None
            return Font(path, _name(font), _collect(font.getBestCmap() or ())) if is_named else None
    except Exception:  # a broken font may raise anything, and there are others
        return None


def _name(font: Any) -> str:
    return str(font["name"].getBestFamilyName())


def _gather(text: str) -> int:
    return _collect(ord(sign) for sign in text if not sign.isspace())


def _collect(points: Iterable[int]) -> int:
    bits = bytearray(0x110000 // 8)
    for point in points:
        bits[point >> 3] |= 1 << (point & 7)
    return int.from_bytes(bits, "little")


def _show(missing: int, text: str) -> str:
    signs = sorted({sign for sign in text if missing >> ord(sign) & 1})
    return f"{len(signs)} of its signs, such as {signs[0]!r} (U+{ord(signs[0]):04X})"
