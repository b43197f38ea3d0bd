"""What to do about a file that is no valid TOML, in words for people who know TOML little; it reads no setting."""

import re
import tomllib

# As word processors and chats write them in the place of straight ones.
CURLY = re.compile("[“”„‟‘’‚‛«»]")
# Texts in straight quotes, in which curly ones may stand, and remarks.
QUOTED = re.compile(r"""\"(?:\\.|[^"\\])*\"|'[^']*'|#.*""")
LINE = re.compile(r"\(at line (\d+)")


def advise_toml(error: tomllib.TOMLDecodeError, text: str) -> str:
    """How to mend the `text` that `error` was raised for."""
    if lines := _find_curly(error, text):
        where = f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(map(str, lines))}"
        return f'curly quotation marks (“ ”) in {where}: put straight ones (") there'
    if str(error).startswith(("Cannot overwrite", "Cannot declare")):
        return "the same name stands there twice: keep one; a further subscription begins [[subscription]]"
    return """a text is written "a", a list ["a", "b"]"""


def _find_curly(error: tomllib.TOMLDecodeError, text: str) -> list[int]:
    """The lines with curly marks where straight ones belong; empty where the fault is in none of them."""
    found = [number for number, line in enumerate(text.splitlines(), 1) if CURLY.search(QUOTED.sub("", line))]
    place = LINE.search(str(error))
    return found if place and int(place[1]) in found else []
