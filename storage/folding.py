"""Folds text for search: case, marks and widths aside, Korean as single letters; it knows no table.

Any three signs of a folded text in a row are a gram: what the indexes of both databases hold.
"""

import unicodedata

# Where one-sign words carry a meaning of their own (CJK ideographs, kana), so that two of them make a gram.
WIDE = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
GRAM = 3
# Nobody asks for more by hand, and each is a question of its own.
MOST_WORDS = 12
# Marks, invisible signs, halves of surrogate pairs.
UNSEEN = frozenset({"Mn", "Cf", "Cs"})
OTHER_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i"})


def fold_text(text: str) -> str:
    """`text` as search compares it: NFKD, casefolded, without marks; `Huế` is `hue`, `Đà Nẵng` `da nang`.

    A Hangul syllable becomes its two or three letters: a stem is found whatever particle follows it, also one that
    melts into its last syllable (`후에` in `후엔`). Ideographs and kana stand twice. Blanks and controls are one blank.
    """
    if text.isascii():
        return " ".join(text.replace("\0", "").casefold().split())
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(sign) not in UNSEEN
    )
    doubled = "".join(sign * 2 if _is_wide(sign) else sign for sign in bare.casefold().translate(OTHER_LETTERS))
    return " ".join(doubled.replace("\0", "").split())


def find_grams(folded: str) -> list[str]:
    """The grams of a folded word, each once, in order; none where it is too short."""
    return list(dict.fromkeys(folded[start : start + GRAM] for start in range(len(folded) - GRAM + 1)))


def split_words(text: str) -> tuple[str, ...]:
    """The folded words of a query, longest first, at most MOST_WORDS; a word inside another one asks for no more."""
    kept: list[str] = []
    for word in sorted(set(fold_text(text).split()), key=lambda word: (-len(word), word)):
        if not any(word in longer for longer in kept):
            kept.append(word)
    return tuple(kept[:MOST_WORDS])


def _is_wide(sign: str) -> bool:
    return sign > "\u3000" and any(first <= ord(sign) <= last for first, last in WIDE)
