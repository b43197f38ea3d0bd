"""Normalises text for matching without moving a single character; it finds nothing itself."""

import re
import sys
import unicodedata
from functools import lru_cache

# Letters that only Vietnamese has; French and Polish share the circumflex and the acute, so those prove nothing.
VIETNAMESE = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")
# The two placements of the tone mark (hoà and hòa) are one name.
TONE_PAIRS = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe",
    "oẹ": "ọe", "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}
TONES = re.compile("|".join(TONE_PAIRS))
CYRILLIC_OR_LATIN = re.compile("[0-9A-Za-z\u00c0-\u024f\u0400-\u04ff\u1e00-\u1eff]")
NO_DECOMPOSITION = {"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O"}
DASHES_AND_SPACES = "-‐‑‒–—−\u00a0\u2002\u2003\u2009\u202f\u3000\t\n"
SAME = dict.fromkeys(DASHES_AND_SPACES, " ") | {"’": "'", "‘": "'", "ʼ": "'", "`": "'"}


def nfc(text: str) -> str:
    """`text` in NFC, the form in which every offset of this package counts."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=16)
def is_vietnamese(text: str) -> bool:
    """Whether `text` is written with Vietnamese letters, so that a name without its marks is another word."""
    return VIETNAMESE.search(text) is not None


def plain(text: str) -> str:
    """Lower case, dashes as spaces, one tone placement; as long as `text`."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return one_placement(lowered.translate(_same_table()))


def fold(text: str) -> str:
    """`plain` without any marks: ASCII letters for Latin ones; as long as `text`."""
    return unmark(plain(text))


def unmark(text: str) -> str:
    """`text` with ASCII letters for Latin ones; as long as `text`."""
    return text if text.isascii() else text.translate(_fold_table())


def one_placement(text: str) -> str:
    """Lower-case `text` with the tone marks of Vietnamese in their old places (hòa); as long as `text`."""
    return text if text.isascii() else TONES.sub(_old_placement, text)


def _old_placement(match: re.Match[str]) -> str:
    return TONE_PAIRS[match.group()]


@lru_cache(1)
def _same_table() -> dict[int, str]:
    return {ord(char): same for char, same in SAME.items()}


@lru_cache(1)
def _fold_table() -> dict[int, str]:
    table = {ord(char): bare for char, bare in NO_DECOMPOSITION.items()}
    for code in range(0xC0, min(0x1F00, sys.maxunicode)):
        bare = unicodedata.normalize("NFD", chr(code))[0]
        if code not in table and bare.isascii():
            table[code] = bare
    return table
