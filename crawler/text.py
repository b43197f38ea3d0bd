"""Cleans strings: NFC, no invisible or control characters, single blanks; knows nothing of markup."""

import re
import unicodedata
from difflib import SequenceMatcher
from html import unescape

# Zero-width, soft hyphen, BOM, bidirectional controls; NUL and the other controls.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NOT_LETTER = re.compile(r"[\W_]+")
_BLANKS = re.compile(r"\s+")
NEAR_TITLE = 0.5  # likeness from which two titles are taken for one, a section or a subtitle more or less


def clean_line(text: str) -> str:
    """`text` on one line: NFC, invisible and control characters gone, runs of white space made one blank."""
    return _BLANKS.sub(" ", strip_invisible(text)).strip()


def strip_invisible(text: str) -> str:
    """`text` in NFC without zero-width, bidirectional and control characters; line breaks stay."""
    return unicodedata.normalize("NFC", _CONTROL.sub("", _INVISIBLE.sub("", text)))


def unescape_again(text: str) -> str:
    """`text` with entities that an XML or HTML parser left over resolved (CDATA titles, doubled escapes)."""
    for _ in range(2):
        if not _ENTITY.search(text):
            break
        text = unescape(text)
    return text


def squeeze(text: str) -> str:
    """`text` reduced to its letters and digits, case-folded: for comparing two copies of one sentence."""
    return _NOT_LETTER.sub("", strip_invisible(text).casefold())


def find_likeness(one: str, other: str) -> float:
    """How much two titles are alike, from 0 to 1; at least a half where one holds the other."""
    first, second = squeeze(one)[:200], squeeze(other)[:200]
    if not first or not second:
        return 0.0
    if first in second or second in first:
        return 0.5 + 0.5 * min(len(first), len(second)) / max(len(first), len(second))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()
