"""Cuts the sentence around a quote out of a piece of text; pure."""

import re
from typing import NamedTuple

# Also the ends of Korean and of Chinese sentences; a line that ends is a sentence that ends.
END = re.compile(r"(?:[.!?…。]['\"”’)]*(?=\s)|\n)")
MOST_AROUND = 160


class Sentence(NamedTuple):
    """What stands before the quote in its sentence, the quote, and what stands after it."""

    before: str
    quote: str
    after: str


def cut_sentence(context: str, start: int, end: int) -> Sentence:
    """The sentence of `context` that holds the quote from `start` to `end`; a long one is cut at a word's edge."""
    start, end = max(0, start), min(len(context), max(start, end))
    before, after = context[:start], context[end:]
    begins = [found.end() for found in END.finditer(before)]
    before = before[begins[-1]:] if begins else before
    # A quote that holds its full stop is a whole sentence.
    is_whole = bool(END.search(context[end - 1:end] + " ")) if end else False
    stop = END.search(after)
    after = "" if is_whole else after[: stop.end()] if stop else after
    return Sentence(_cut_front(before.lstrip()), context[start:end], _cut_back(after.rstrip()))


def _cut_front(text: str) -> str:
    return text if len(text) <= MOST_AROUND else "…" + text[-MOST_AROUND:].partition(" ")[2]


def _cut_back(text: str) -> str:
    return text if len(text) <= MOST_AROUND else text[:MOST_AROUND].rpartition(" ")[0] + "…"
