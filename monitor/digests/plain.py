"""Makes foreign text and addresses harmless before they enter a digest; it does not escape for any output format."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit

# Cc: controls, Cf: bidi controls and invisible signs, Co, Cs, Cn: private, half and unassigned characters.
INERT_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
# Letters and marks that show nothing, or change how the sign before them is drawn: fillers, joiners, selectors.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
# What of these counts as printable all the same.
UNSEEN = re.compile("[" + "".join((*sorted(BLANKS), *(f"{chr(first)}-{chr(last)}" for first, last in SELECTORS))) + "]")
# Blocks without a mark: Latin, its additions and punctuation, Chinese signs, Hangul, wide forms. The letters of what we
# read are nearly always of these, and to look each of them up takes most of the time that it takes to make text plain.
UNMARKED = re.compile(
    "[ -\u02ff\u1e00-\u1fff\u2010-\u2027\u3001-\u3029\u3041-\u3096\u30a0-\u9fff\uac00-\ud7a3\uff01-\uffdc]*")
# No script that we read puts more marks on one letter; a pile of them covers the lines around it.
MAX_MARKS = 2
MAX_TITLE = 300
MAX_QUOTE = 200  # quoting, not copying
MAX_URL = 1500
# What may stay as it is in an address; `<`, `>`, `"`, `|`, blanks and the like are percent-encoded.
URL_SAFE = "%/:=&?~#+!$,;'@()*[]-._"


# A digest's words are the same in as many subscriptions as there are.
@lru_cache(maxsize=4096)
def make_plain(text: str, limit: int = MAX_TITLE) -> str:
    """`text` as one line of visible NFC characters, at most `limit` of them (an ellipsis marks the cut)."""
    visible = " ".join(text.split())
    if not visible.isprintable() or UNSEEN.search(visible):  # all that is inert is among what is not printable
        visible = "".join(sign for sign in visible if _is_visible(sign))
    line = _thin_marks(unicodedata.normalize("NFC", " ".join(visible.split())))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=4096)
def make_safe_url(url: str) -> str:
    """`url` percent-encoded where it is a plain http(s) address without user name; else the empty string."""
    try:
        parts = urlsplit(url.strip())
        # No host has a sign of percent, but the zone of an IPv6 address has: it means nothing on another machine.
        if parts.scheme not in ("http", "https") or not parts.hostname or {"@", "%"} & set(parts.netloc):
            return ""
    except ValueError:
        return ""
    if any(sign.isspace() or unicodedata.category(sign) in INERT_CATEGORIES or sign == "\\" for sign in url.strip()):
        return ""
    encoded = quote(url.strip(), safe=URL_SAFE)
    return encoded if len(encoded) <= MAX_URL else ""


def find_host(url: str) -> str:
    """The host of a safe address, without `www.`: what a link is shown as."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _is_visible(sign: str) -> bool:
    if unicodedata.category(sign) in INERT_CATEGORIES or sign in BLANKS:
        return False
    return not any(first <= ord(sign) <= last for first, last in SELECTORS)


def _thin_marks(line: str) -> str:
    """`line` with at most MAX_MARKS marks on each letter."""
    if UNMARKED.fullmatch(line):
        return line
    kept, marks = [], 0
    for sign in line:
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(sign)
    return "".join(kept)
