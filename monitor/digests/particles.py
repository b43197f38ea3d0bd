"""Chooses the Korean particle that fits the sound at a name's end; it knows no other grammar."""

import re
import unicodedata
from typing import Literal

Ending = Literal["vowel", "rieul", "consonant"]

# As digits are read at the end of a number: 영, 일, 이, 삼, 사, 오, 육, 칠, 팔, 구 (and 십, 백, 천 after a zero).
DIGITS: dict[str, Ending] = {
    "0": "consonant", "1": "rieul", "2": "vowel", "3": "consonant", "4": "vowel", "5": "vowel", "6": "consonant",
    "7": "rieul", "8": "rieul", "9": "vowel",
}
# As the names of letters end, where a word is spelt out (MOU, KBS): 엘, 알; 엠, 엔.
SPELT: dict[str, Ending] = {"L": "rieul", "R": "rieul", "M": "consonant", "N": "consonant"}
# As Koreans write Vietnamese and English names that end so: 하노이, 달랏, 박닌, 서울; 타워, 서비스.
READ: tuple[tuple[str, Ending], ...] = (
    ("ng", "consonant"), ("nh", "consonant"), ("ch", "consonant"), ("l", "rieul"), ("m", "consonant"),
    ("n", "consonant"), ("p", "consonant"), ("t", "consonant"), ("c", "consonant"), ("k", "consonant"),
)
FINALS = 28
RIEUL = 8
# What is written behind a name and not read with the particle: brackets with their content, quotation marks.
BEHIND = re.compile(r"(?:\s*\([^()]*\)|[\s\"'”’」』〉》.,!?…]+)+$")


def add_particle(name: str, pair: str) -> str:
    """`name` with that of `pair` (`을/를`, `이/가`, `은/는`, `과/와`, `으로/로`) which fits, written with no space.

    The first of the pair follows a consonant, the second a vowel; `로` also follows ㄹ.
    """
    after_consonant, after_vowel = pair.split("/")
    ending = find_ending(name)
    is_open = ending == "vowel" or (ending == "rieul" and after_vowel == "로")
    return name + (after_vowel if is_open else after_consonant)


def find_ending(name: str) -> Ending:
    """How `name` ends when a Korean reads it aloud; `vowel` where nobody can say."""
    read = BEHIND.sub("", unicodedata.normalize("NFC", name)) or name
    last = read[-1:]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % FINALS
        return "vowel" if final == 0 else "rieul" if final == RIEUL else "consonant"
    if last in DIGITS:
        return DIGITS[last]
    word = re.split(r"[^\w]", read)[-1]
    if word.isascii() and word.isupper():
        return SPELT.get(last, "vowel")
    bare = "".join(unicodedata.normalize("NFD", sign)[0] for sign in word).lower()
    return next((ending for letters, ending in READ if bare.endswith(letters)), "vowel")
