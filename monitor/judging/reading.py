"""Takes a story apart once: sentences with their mentions, cues and days, and what is background; no verdict."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from monitor.judging.cues import Cue, is_unspaced
from monitor.judging.days import Day, DayReader, find_years
from monitor.judging.segments import Segment, Sentence
from monitor.judging.values import Mention, Side, Story

_ADDRESS_DAY = re.compile(r"(?<!\d)(20[0-3]\d)[/-]?([01]\d)[/-]?([0-3]\d)(?!\d{1,2}(?:\D|$))")
_STAMP = re.compile(r"(?<!\d)(?:(20\d\d)[./-](\d{1,2})[./-](\d{1,2})|(\d{1,2})[./-](\d{1,2})[./-](20\d\d))(?!\d)")
_STAMP_LINE = 60
# A sentence that names a year so far back tells of the past, whatever its verbs.
PAST_YEARS = 1
# A Korean word of passing ("에 이어") puts aside the name that ends right before it.
PASSING_REACH = 8
_BYLINE_BEFORE = re.compile(r"^\s*[(\[]$")
_SEAT_AFTER = re.compile(
    r"\s?(?:기업|업체|중소기업|출신|시민|관광객|여행|상공인|에 본사|에 본점|에 공장|댁|새댁|[이가은는] 고향|"
    r"에서 (?:시집|태어|나고 자|자란|이주))|"
    r"[- ](?:based|headquartered|born|firms?|compan(?:y|ies)|businesses|residents|tourists|travellers|native)\b", re.I
)
_SEAT_BEFORE = re.compile(
    r"(?:trụ sở(?: chính)?(?: đặt)? (?:tại|ở)|doanh nghiệp|du khách|nhà máy (?:tại|ở)|quê(?: gốc)?(?: ở)?|"
    r"(?:sinh ra|lớn lên) (?:tại|ở)|cô dâu|người gốc|"
    r"headquartered in|based in|factory in|plant in|travellers from|tourists from|"
    r"born in|grew up in|originally from|natives? of)"
    r"\s+(?:tỉnh |thành phố |TP\.? ?|the )?$", re.I
)
ACTOR_GROUPS = frozenset({"body.any", "body.head", "actor.other"})
# The news is told within so many sentences in most full-length stories; a report that sets a scene first tells it
# where both sides have been named and in the sentences right after, however far down that is.
FRONT_SENTENCES = 6
FRONT_AFTER = 3
# So many units of one side in a sentence are a row.
ROW = 3
_CLAUSE_END = re.compile(r"[,;:.!?)\n]")


@dataclass(frozen=True)
class Calendar:
    """How the days of one story are read: `anchor` is its own day, `year` its own year, as far as anything tells."""

    reader: DayReader
    anchor: date | None
    year: int | None


@dataclass(frozen=True, eq=False)
class View:
    """One sentence with everything found in it; offsets are those of the sentence's field.

    `listing` says that it only lists places, `is_front` that the news is told here and no background; `carried` are the
    days whose year a sentence before it tells. What few sentences are asked for is worked out when it is.
    """

    sentence: Sentence
    text: str
    mentions: tuple[Mention, ...]
    cues: tuple[Cue, ...]
    calendar: Calendar
    listing: bool
    is_front: bool
    carried: tuple[Day, ...] = ()

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The days named in it."""
        starts = {day.start for day in self.carried}
        found = [day for day in self.read_days(self.calendar.anchor) if day.start not in starts]
        return tuple(sorted([*found, *self.carried], key=lambda day: day.start))

    def read_days(self, anchor: date | None) -> tuple[Day, ...]:
        """The days named in it as a story of the day `anchor` means them."""
        offset = self.sentence.start
        found = self.calendar.reader.find_days(self.text, anchor)
        return tuple(replace(day, start=day.start + offset, end=day.end + offset) for day in found)

    @cached_property
    def past(self) -> bool:
        """Whether it tells of an earlier happening ("since 1995", "had signed")."""
        return not self.is_title and _is_past(self)

    @cached_property
    def is_title(self) -> bool:
        return self.sentence.segment.kind == "title"

    @cached_property
    def is_lead(self) -> bool:
        return self.sentence.segment.kind == "lead"

    @cached_property
    def first_cues(self) -> dict[str, Cue]:
        """The first cue of each group."""
        return {cue.group: cue for cue in reversed(self.cues)}

    @cached_property
    def actor_cues(self) -> tuple[Cue, ...]:
        """The words for who acts; a part of a name ("phòng", department, in Hải Phòng) is none."""
        named = [(m.start, m.end) for m in self.mentions if m.note != "home"]
        return tuple(
            cue for cue in self.cues
            if cue.group in ACTOR_GROUPS and not any(start <= cue.start and cue.end <= end for start, end in named)
        )

    @cached_property
    def actors(self) -> frozenset[str]:
        """The keys of the localities that act in this sentence, as far as it says."""
        return frozenset(m.key for m in self.mentions if m.actor)

    @cached_property
    def has_row(self) -> bool:
        """Whether so many units of one side act here that a tie of theirs is mentioned rather than told."""
        return any(sum(key.startswith(side) for key in self.actors) >= ROW for side in ("VN", "KR"))

    def has(self, group: str) -> bool:
        return group in self.first_cues


@dataclass(frozen=True, slots=True)
class Reading:
    """A story taken apart; `anchor` is its own day in its outlet's zone, as far as anything gives it."""

    story: Story
    segments: tuple[Segment, ...]
    views: tuple[View, ...]
    anchor: date | None


def find_anchor(story: Story) -> date | None:
    """The day the story was published: as given, else a date line of its own, else the date in its address."""
    if story.published_at:
        return story.published_at.date()
    for line in story.text.splitlines()[:12]:
        match = _STAMP.search(line) if len(line) <= _STAMP_LINE else None
        on = _date_of(match) if match else None
        if on:
            return on
    match = _ADDRESS_DAY.search(story.url) or _ADDRESS_DAY.search(" ".join(re.findall(r"https?://\S+", story.text)))
    return _safe(*(int(part) for part in match.groups())) if match else None


def find_fronts(sentences: Sequence[Sentence], sides: Sequence[frozenset[Side]]) -> dict[int, int]:
    """For each item of a story the rank at which its news ends; `sides` are the countries named by each sentence."""
    seen: dict[int, set[Side]] = defaultdict(set)
    ends: dict[int, int] = {}
    items: set[int] = set()
    for sentence, named in zip(sentences, sides, strict=True):
        if sentence.segment.kind == "title":
            continue
        item = sentence.segment.item
        items.add(item)
        seen[item] |= named
        if len(seen[item]) == 2:
            ends.setdefault(item, sentence.rank + FRONT_AFTER)
    return {item: max(FRONT_SENTENCES, ends.get(item, 0)) for item in items}


def make_view(
    sentence: Sentence, text: str, mentions: tuple[Mention, ...], cues: tuple[Cue, ...], calendar: Calendar, *,
    is_front: bool,
) -> View:
    """Joins what was found in one sentence."""
    spans = _passing_spans(sentence, text, cues)
    mentions = tuple(
        replace(m, actor=False, note="passing") if _inside(m.start, spans) or _is_seat(sentence, text, m) else m
        for m in mentions
    )
    if spans:
        cues = tuple(cue for cue in cues if not (cue.group.startswith("act.") and _inside(cue.start, spans)))
    return View(sentence, text, mentions, cues, calendar, _is_listing(text, mentions), is_front)


def _passing_spans(sentence: Sentence, text: str, cues: tuple[Cue, ...]) -> list[tuple[int, int]]:
    """What a word like "after the province of" or "에 이어" puts aside: the rest of its clause, or the name before."""
    spans = []
    for cue in cues:
        if cue.group != "cue.passing":
            continue
        if is_unspaced(cue.word[0]):
            spans.append((max(sentence.start, cue.start - PASSING_REACH), cue.end))
            continue
        stop = _CLAUSE_END.search(text, cue.end - sentence.start)
        spans.append((cue.start, sentence.start + (stop.start() if stop else len(text))))
    return spans


def _is_seat(sentence: Sentence, text: str, mention: Mention) -> bool:
    """Whether the name only says where a firm sits or where people are from ("Busan-based", "부산 기업")."""
    start, end = mention.start - sentence.start, mention.end - sentence.start
    if _BYLINE_BEFORE.match(text[:start]) and text[end:end + 1] in (")", "]"):
        return True
    return bool(_SEAT_AFTER.match(text, end) or _SEAT_BEFORE.search(text, max(0, start - 40), start))


def _inside(start: int, spans: list[tuple[int, int]]) -> bool:
    return any(low <= start < high for low, high in spans)


def _is_past(view: View) -> bool:
    year, anchor = view.calendar.year, view.calendar.anchor
    near = str(anchor)[:7] if anchor else ""
    if any(day.has_day and (not day.exact or day.on[:7] == near) for day in view.days):
        return False
    years = [*find_years(view.text), *(int(day.on[:4]) for day in view.carried)]
    old = [y for y in years if year and y < year - PAST_YEARS + 1]
    return bool(old and len(old) == len(years)) or any(cue.group == "cue.background" for cue in view.cues)


# So many units of one country in one sentence are a list; so dense a sentence is a menu.
LIST_UNITS = 6
MENU_UNITS = 4
MENU_SHARE = 0.6


def _is_listing(text: str, mentions: tuple[Mention, ...]) -> bool:
    if len(mentions) < MENU_UNITS:
        return False
    for side in ("VN", "KR"):
        of_side = [m for m in mentions if m.side == side]
        units = len({m.key for m in of_side})
        named = sum(m.end - m.start for m in of_side)
        if units >= LIST_UNITS or (units >= MENU_UNITS and named > MENU_SHARE * len(text)):
            return True
    return False


def _date_of(match: re.Match[str]) -> date | None:
    y, m, d, d2, m2, y2 = match.groups()
    return _safe(int(y), int(m), int(d)) if y else _safe(int(y2), int(m2), int(d2))


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
