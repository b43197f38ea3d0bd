"""Mends how a story is set (odd and doubled spaces, broken lines) and leads offsets back; words stay as they are."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from monitor.judging.boundaries import is_wordless
from monitor.judging.matcher import make_matcher
from monitor.judging.values import Detail, Evidence, Fact, Field, Mention, Story, Verdict
from monitor.judging.verdict import QUOTE_LENGTH
from seeds.gazetteer import Gazetteer

# Spaces of every kind, and what takes no room at all: soft hyphens, joiners, marks of byte order and direction.
ODD_SPACES = dict.fromkeys([*b"\t\x0b\x0c", 0xa0, 0x1680, *range(0x2000, 0x200b), 0x202f, 0x205f, 0x3000], " ")
NOTHING = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]+|(?<=[ \n]) +| +(?=\n)|\r(?=\n)")
ODD = re.compile("[\t\x0b\x0c\u00a0\u00ad\u1680\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]")
SENTENCE_END = re.compile(r"[.!?。！？…:;][\"'”’」)\]]*$")
# Text set to a width (mail, old portals): no line is longer than the widest, and each is as full as it can be.
NARROWEST, WIDEST = 30, 120
FULL_SHARE = 0.8
# In so few broken lines chance may play: the next must go on in small letters, or the paragraph end in a stop.
FEW_BREAKS = 3
NAME_REACH = 30
MOST_BREAKS = 300
JOINT = "\n\n"

Quoted = TypeVar("Quoted", Evidence, Fact, Detail)


@dataclass(frozen=True)
class _Text:
    """A mended text; `cuts` are the offsets in it where something was left out, `lost` how much up to there."""

    text: str
    cuts: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self._origin(start), (self._origin(end - 1) + 1 if end > start else self._origin(end))

    def _origin(self, at: int) -> int:
        number = bisect_right(self.cuts, at)
        return at + (self.lost[number - 1] if number else 0)


@dataclass(frozen=True)
class Mended:
    """A story as judged, and as it was: `story` is mended, `whole` as it came (NFC)."""

    story: Story
    whole: Story
    _texts: dict[Field, _Text]

    def restore(self, verdict: Verdict) -> Verdict:
        """`verdict` on the mended story with the offsets and the words of the whole one."""
        if self.story is self.whole:
            return verdict
        return replace(
            verdict, mentions=tuple(self._restore_mention(one) for one in verdict.mentions),
            evidence=tuple(self._restore_quote(one) for one in verdict.evidence),
            facts=tuple(self._restore_fact(one) for one in verdict.facts),
        )

    def _restore_fact(self, fact: Fact) -> Fact:
        details = tuple(self._restore_quote(detail) for detail in fact.details)
        return replace(self._restore_quote(fact), details=details)

    def _restore_mention(self, one: Mention) -> Mention:
        start, end = self._texts[one.field].span(one.start, one.end)
        return replace(one, start=start, end=end, alias=self._whole(one.field)[start:end])

    def _restore_quote(self, one: Quoted) -> Quoted:
        start, end = self._texts[one.field].span(one.start, one.end)
        end = min(end, start + QUOTE_LENGTH)
        return replace(one, start=start, end=end, quote=self._whole(one.field)[start:end])

    def _whole(self, field: Field) -> str:
        return self.whole.title if field == "title" else self.whole.text


def mend_story(story: Story, gazetteer: Gazetteer) -> Mended:
    """`story` (NFC) with single plain spaces, wrapped lines joined, and no line broken inside a locality's name."""
    title, text = _squeeze(story.title.replace("\n", " ")), _squeeze(story.text)
    title, text = _join_names(title, story.lang, gazetteer), _join_wrapped(text)
    text = _join_names(text, story.lang, gazetteer)
    if title.text == story.title and text.text == story.text:
        return Mended(story, story, {})
    return Mended(replace(story, title=title.text, text=text.text), story, {"title": title, "text": text})


def _squeeze(text: str) -> _Text:
    if not ODD.search(text) and not any(pair in text for pair in ("  ", " \n", "\n ", "\r")):
        return _Text(text)
    text = text.translate(ODD_SPACES)
    parts: list[str] = []
    cuts: list[int] = []
    lost: list[int] = []
    done = gone = 0
    for match in NOTHING.finditer(text):
        parts.append(text[done:match.start()])
        cuts.append(match.start() - gone)
        gone += match.end() - match.start()
        lost.append(gone)
        done = match.end()
    return _Text("".join([*parts, text[done:]]), tuple(cuts), tuple(lost))


def _join_wrapped(text: _Text) -> _Text:
    """The text with its line breaks made spaces where it is set to a width."""
    breaks = list(_find_breaks(text.text))
    width = max(map(len, text.text.split("\n")))
    if not breaks or not NARROWEST <= width <= WIDEST:
        return text
    open_ones = [one for one in breaks if not one.is_end]
    full = [one for one in open_ones if one.fills(width)]
    few = len(full) < FEW_BREAKS and not any(one.goes_on for one in full)
    if not full or few or len(full) < FULL_SHARE * len(open_ones):
        return text
    return _with_spaces(text, [one.at for one in breaks if one.fills(width)])


def _join_names(text: _Text, lang: str, gazetteer: Gazetteer) -> _Text:
    """The text with a space for each single line break inside a locality's name."""
    breaks = [one for one in _find_breaks(text.text) if not one.is_end][:MOST_BREAKS]
    if not breaks:
        return text
    joints, windows = {}, []
    size = 0
    for one in breaks:
        before, after = one.before[-NAME_REACH:], one.after[:NAME_REACH]
        joints[size + len(before)] = one.at
        windows.append(f"{before} {after}")
        size += len(windows[-1]) + len(JOINT)
    hits = make_matcher(gazetteer).find(JOINT.join(windows), lang)
    inside = [at for joint, at in joints.items() if any(hit.start < joint < hit.end for hit in hits)]
    return _with_spaces(text, inside)


@dataclass(frozen=True)
class _Break:
    """A single line break at `at`, with the lines before and after it."""

    at: int
    before: str
    after: str

    @property
    def is_end(self) -> bool:
        return SENTENCE_END.search(self.before) is not None

    @property
    def goes_on(self) -> bool:
        """Whether the next line begins in the middle of a sentence, as far as its script can tell."""
        return self.after[0].islower() or (is_wordless(self.after[0]) and SENTENCE_END.search(self.after) is not None)

    def fills(self, width: int) -> bool:
        """Whether the next line's first word had no room on this one."""
        return len(self.before) + 1 + len(self.after.split(" ", 1)[0]) > width


def _find_breaks(text: str) -> Iterator[_Break]:
    start = 0
    while (at := text.find("\n", start)) >= 0:
        end = text.find("\n", at + 1)
        before, after = text[start:at], text[at + 1:end if end >= 0 else len(text)]
        if before.strip() and after.strip():
            yield _Break(at, before, after)
        start = at + 1


def _with_spaces(text: _Text, breaks: list[int]) -> _Text:
    if not breaks:
        return text
    chars = list(text.text)
    for at in breaks:
        chars[at] = " "
    return replace(text, text="".join(chars))
