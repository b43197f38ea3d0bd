"""Splits a story into title, paragraphs, sentences and what never carries facts (menus, lists of links, counters)."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from monitor.judging.cues import CueFinder, fold_case
from monitor.judging.values import Field

Kind = Literal["title", "lead", "body", "tail"]

MENU_BARS = 5
# A line this short and without a full stop is a heading, a caption, a menu item or a related headline.
SHORT_LINE = 110
# So many short lines in a row are a menu or a list of links (a story has one or two captions or cross-heads).
LIST_RUN = 4
# A heading such as "Related news" counts only when it is about that long a line.
HEADING_LINE = 40
# What goes on so long without a stop is no sentence: names at its two ends have nothing to do with each other.
LONGEST_SENTENCE = 2_000
# Behind such a heading only so long a line may be the story again.
PROSE_LINE = 160

_END = re.compile(r"[.!?。！？…][\"'”’」)\]]*$")
# A stop behind a whole word, not behind an abbreviation.
_FULL_STOP = re.compile(r"(?:[a-zà-ỹа-я]{3}|[가-힣]다|[ぁ-ん])[.!?。]\s")
_ENDS = re.compile(r"[.!?。！？…]")
_STOP = re.compile(r"(?:(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])|\n+)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(,])(?:[A-ZĐ]|TP|TX|TT|Tp|tp|St|Mr|Mrs|Ms|Dr|Prof|No|Gov|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|"
    r"GS|TS|PGS|ThS|BS|S|vs|im|ul|dr|prof|am)\.$"
)
_STAMP = re.compile(
    r"^\W*(?:[\w\s:]{0,20})?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?:\W+\d{1,2}:\d{2}(?::\d{2})?)?[\w\s+:)]{0,12}$"
)
_COUNTER = re.compile(r"^\W*[\w\s]{0,24}?[+\d][\d.,]*\W*$")
# Between the items of a menu that is printed on one line.
_BAR = re.compile(r"\s[|/·•>›»-]\s")
_WORD = re.compile(r"\w+")
_ITEM = re.compile(r"^\s*(?:[■▲◆◇●○▶▷☞•※*#-]|\d{1,2}[.)]|[①-⑳])\s*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A paragraph or line of `field`; `item` counts the items of a round-up column (0 where there are none)."""

    field: Field
    kind: Kind
    start: int
    end: int
    item: int = 0


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a segment, with offsets in the segment's field.

    `order` counts through the story, title first; `rank` through the item of a column (or the whole story), without
    headlines.
    """

    segment: Segment
    start: int
    end: int
    order: int
    rank: int = 0


def split_segments(title: str, text: str, finder: CueFinder) -> list[Segment]:
    """The title, then every line of the text that is not blank, each with its kind."""
    lines = _lines(text)
    tails = _tail_lines(text, lines, finder)
    segments = [Segment("title", "title", 0, len(title))] if title.strip() else []
    item, led = 0, False
    for number, (start, end) in enumerate(lines):
        if number in tails:
            segments.append(Segment("text", "tail", start, end))
            continue
        item += bool(_ITEM.match(text[start:end])) and end - start >= HEADING_LINE
        same = text[start:end].strip() == title.strip()
        kind: Kind = "title" if same else "body" if led else "lead"
        led = led or (not same and end - start >= HEADING_LINE and bool(_ENDS.search(text, start, end)))
        segments.append(Segment("text", kind, start, end, item))
    return segments


def split_sentences(title: str, text: str, segments: list[Segment], finder: CueFinder) -> list[Sentence]:
    """The sentences of all segments but the tails, in order of reading."""
    sentences: list[Sentence] = []
    ranks: Counter[int] = Counter()
    for segment in segments:
        if segment.kind == "tail":
            continue
        whole = title if segment.field == "title" else text
        for start, end in _cut(whole, segment.start, segment.end, finder):
            sentences.append(Sentence(segment, start, end, len(sentences), ranks[segment.item]))
            # Bylines, captions and cross-heads are no part of the count.
            ranks[segment.item] += segment.kind != "title" and end - start >= HEADING_LINE
    return sentences


def _lines(text: str) -> list[tuple[int, int]]:
    return [(m.start(), m.end()) for m in re.finditer(r"[^\n\r]+", text) if m.group().strip()]


def _tail_lines(text: str, lines: list[tuple[int, int]], finder: CueFinder) -> set[int]:
    kinds = [_line_kind(text[start:end].strip(), finder) for start, end in lines]
    tails = {number for number, kind in enumerate(kinds) if kind == "noise"} | _runs(kinds)
    seen_prose = False
    behind = False
    for number, kind in enumerate(kinds):
        if kind == "heading" and seen_prose:
            behind = True
        long = lines[number][1] - lines[number][0] >= PROSE_LINE
        if behind and not (kind == "prose" and long):
            tails.add(number)
        seen_prose = seen_prose or (kind == "prose" and number not in tails)
    return tails


def _line_kind(line: str, finder: CueFinder) -> str:
    if len(line) <= HEADING_LINE and _is_heading(line, finder):
        return "heading"
    if len(line) <= SHORT_LINE and (len(line) <= 2 or _STAMP.match(line) or _COUNTER.match(line)):
        return "noise"
    told = _END.search(line) or _FULL_STOP.search(line)
    if not told and len(_BAR.findall(line)) >= MENU_BARS:
        return "noise"
    return "short" if len(line) < SHORT_LINE and not told else "prose"


def _is_heading(line: str, finder: CueFinder) -> bool:
    bare = fold_case(line).strip(" \t:·|[]【】<>#*-=+")
    bare = re.sub(r"[\s(]*\d+\)?$", "", bare)
    return bare in finder.words.groups.get("tail.heading", ())


def _runs(kinds: list[str]) -> set[int]:
    """Numbers of short lines that stand in a run, noise between them not counting; one line alone is a caption."""
    found: set[int] = set()
    run: list[int] = []
    for number, kind in enumerate([*kinds, "prose"]):
        if kind == "short":
            run.append(number)
        elif kind != "noise" and kind != "heading":
            found |= set(run) if len(run) >= LIST_RUN else set()
            run = []
    return found


def _cut(whole: str, start: int, end: int, finder: CueFinder) -> list[tuple[int, int]]:
    cuts, begin = [], start
    for match in _STOP.finditer(whole, start, end):
        if match.start() <= begin or _is_open(whole, begin, match, finder):
            continue
        cuts.append((begin, match.start()))
        begin = match.end()
    if whole[begin:end].strip():
        cuts.append((begin, end))
    return [part for cut in cuts for part in _part(whole, *cut)]


def _part(whole: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, in parts at word ends where it is too long to be one."""
    while end - start > LONGEST_SENTENCE:
        space = whole.rfind(" ", start + LONGEST_SENTENCE // 2, start + LONGEST_SENTENCE)
        stop = space if space > 0 else start + LONGEST_SENTENCE
        yield start, stop
        start = stop
    yield start, end


def _is_open(whole: str, begin: int, stop: re.Match[str], finder: CueFinder) -> bool:
    """Whether the stop belongs to an abbreviation or to a day before its month ("17. April")."""
    if "\n" in stop.group():
        return False
    if _ABBREVIATION.search(whole, max(begin, stop.start() - 8), stop.start()):
        return True
    numbered = whole[max(begin, stop.start() - 2)].isdigit() and stop.start() - begin >= 2
    word = _WORD.match(whole, stop.end()) if numbered else None
    return bool(word and word.group().lower() in finder.words.months)
