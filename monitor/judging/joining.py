"""Says whether two facts tell of one happening, and why; it puts nothing into events.

Two facts do when their pairs agree (the same, or one inside the other), their acts can be faces of one happening, and
their days are near. Near-identical texts and the editions of one article (one slug at vietnam.vn and at the original's
outlet) tell the same, whatever day their outlets print above them.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from rensa import RMinHash

from seeds.gazetteer import Gazetteer
from storage.values import BlockFact

# A delegation's trip lasts as long, and so far apart stories put the day of one happening.
WINDOW_DAYS = 7
# A story that names no day tells of what happened at most so long before (a plan: what comes within as long),
UNDATED_DAYS = 10
# or of what goes on: the day that another story names may lie so many days on the other side.
ONGOING_DAYS = 3
# Stories of one pair and one act that come out together mean one happening, even where a day was misread (the end of a
# span, the day of an announcement); measured on the labelled stories, where it joins nothing that is two.
AT_ONCE_DAYS = 2
MISREAD_DAYS = 31
# A translation follows its original within a season; the same headline next year is another story.
TRANSLATION_DAYS = 120
TRANSLATORS = ("vietnam.vn",)
# MinHash over words: as near as this is one text (re-dated, re-issued), measured on stories cut and re-lined.
SAME_TEXT = 0.8
# What is printed again much later has the same numbers; last year's text with this year's figures has not.
SAME_NUMBERS = 0.8
SHORTEST_TEXT = 120
PERMUTATIONS = 64
_SHINGLE = 5

# Acts that can be faces of one happening with any other: the trip and its paper, the paper and its topic.
LOOSE_ACTS = frozenset({"visit", "other", "agreement", "twinning", "review"})
# Acts of which a pair seldom has two within weeks; visits come as they like.
RARE_ACTS = frozenset({"agreement", "twinning", "seasonal_workers", "training", "aid", "culture_tourism"})
_PAPERS = frozenset({"agreement", "twinning"})
# Topics that run together in one happening: a festival with a fair, workers who are trained.
_MIXED = frozenset({frozenset({"culture_tourism", "trade_promotion"}), frozenset({"seasonal_workers", "training"})})
_SLUG = re.compile(r"/([a-z0-9]+(?:-[a-z0-9]+){5,})(?:\.html?|/)?(?:[?#]|$)")
_NUMBER_TAIL = re.compile(r"(?:-post)?-?\d{4,}$")
_HOST = re.compile(r"^[a-z]+://(?:[^/@]*@)?([^/:?#]+)")

Pair = tuple[str, str]


@dataclass(frozen=True)
class Joining:
    """Whether two facts are told as one happening, with the reasons in plain words."""

    together: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Days:
    """The days on which a happening may have been, by one story: from `low` to `high`, as ordinals, both included.

    `kind` is `day`, `month`, `published` (the story names none and is counted from its publication) or `unknown`.
    """

    kind: str
    low: int
    high: int
    published_on: int | None = None

    @classmethod
    def make(cls, fact: BlockFact) -> "Days":
        """What the story names, else what its publication leaves.

        A story without any date counts as published when it was fetched, unless it is backlog: that may be years old.
        """
        at = fact.published_at or (None if fact.backlog else fact.fetched_at)
        published_on = at.date().toordinal() if at else None
        if fact.happened_on and len(fact.happened_on) == 10:
            on = date.fromisoformat(fact.happened_on).toordinal()
            return cls("day", on, on, published_on if fact.act in RARE_ACTS else None)
        if fact.happened_on:
            first = date.fromisoformat(f"{fact.happened_on}-01")
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
            return cls("month", first.toordinal(), last.toordinal())
        if published_on is None:
            return cls("unknown", date.max.toordinal(), date.max.toordinal())
        before, after = (ONGOING_DAYS, UNDATED_DAYS) if fact.stage == "planned" else (UNDATED_DAYS, ONGOING_DAYS)
        return cls("published", published_on - before, published_on + after, published_on)

    @property
    def on(self) -> int | None:
        """The day that stands for them: as named, else of the publication."""
        return self.low if self.kind == "day" else self.published_on


@dataclass(frozen=True)
class Place:
    """A pair with the units above each side, its own among them."""

    pair: Pair
    vn_line: frozenset[str]
    kr_line: frozenset[str]

    @classmethod
    def make(cls, pair: Pair, gazetteer: Gazetteer) -> "Place":
        return cls(pair, *(_line(key, gazetteer) for key in pair))

    def meets(self, other: "Place") -> bool:
        """Whether on both sides the units are the same, or one lies inside (or is the successor of) the other."""
        (vn, kr), (their_vn, their_kr) = self.pair, other.pair
        return (vn in other.vn_line or their_vn in self.vn_line) and (kr in other.kr_line or their_kr in self.kr_line)


@dataclass(frozen=True)
class Told:
    """What an article tells of one happening, as joining sees it: places, acts and days.

    `alone`: the article tells no other happening of the same pair.
    """

    places: frozenset[Place]
    acts: frozenset[str]
    days: Days
    alone: bool = True

    @classmethod
    def make(cls, fact: BlockFact, gazetteer: Gazetteer) -> "Told":
        """What a single fact tells."""
        place = Place.make((fact.vn_key, fact.kr_key), gazetteer)
        return cls(frozenset([place]), frozenset([fact.act]), Days.make(fact))


@dataclass(frozen=True)
class Text:
    """An article's text and address, as far as they show that it was printed before."""

    article_id: int
    published_on: date | None
    slug: str
    is_translation: bool
    title: str
    text: str

    @classmethod
    def make(cls, fact: BlockFact) -> "Text":
        host = _HOST.match(fact.url.lower())
        translated = bool(host) and any(f".{host.group(1)}".endswith(f".{name}") for name in TRANSLATORS if host)
        return cls(
            fact.article_id, fact.published_at.date() if fact.published_at else None, find_slug(fact.url), translated,
            fact.title, fact.text,
        )

    @cached_property
    def sketch(self) -> RMinHash | None:
        """The text's MinHash; None where it is too short to tell one text from another."""
        return _sketch(f"{self.title}\n{self.text}")

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(re.findall(r"\d+", self.text))


def explain_join(one: BlockFact, other: BlockFact, gazetteer: Gazetteer) -> Joining:
    """Whether grouping takes the two facts for one happening, by themselves, and the reasons in plain words.

    Where it does, all that speaks for it; where not, all that stands against it. Other facts can still come between
    (an event is no longer than its window) or join the two (a text printed twice).
    """
    if one.block != other.block:
        return Joining(False, (_tell_blocks(one, other),))
    told, theirs = Told.make(one, gazetteer), Told.make(other, gazetteer)
    pair = is_related(told, theirs), _tell_pairs(one, other, gazetteer)
    day = are_near(told.days, theirs.days), _tell_days(told.days, theirs.days)
    if one.article_id == other.article_id:
        return _sum_up(pair, (is_in_one_story(told, theirs), f"one article tells of both, and {day[1]}"))
    text = find_same_text(Text.make(one), Text.make(other))
    if text:
        return _sum_up(pair, (True, text))
    if not day[0] and are_told_at_once(told, theirs):
        return _sum_up(pair, (True, f"{day[1]}, but the stories of one act came out together: a day was misread"))
    return _sum_up(pair, day, (are_compatible(told, theirs), _tell_acts(one.act, other.act)))


def belong_together(one: Told, other: Told) -> bool:
    """Whether two articles tell of one happening, by pair, act and day (not by their texts)."""
    if not are_near(one.days, other.days):
        return are_told_at_once(one, other)
    return are_compatible(one, other) and is_related(one, other)


def is_in_one_story(one: Told, other: Told) -> bool:
    """Whether two facts of one article are one happening: there the act is not asked."""
    return is_related(one, other) and (are_near(one.days, other.days) or one.days == other.days)


def is_related(one: Told, other: Told) -> bool:
    """Whether a pair of the one is a pair of the other, or lies inside one."""
    return any(a.meets(b) for a in one.places for b in other.places)


def is_compatible(one: str, other: str) -> bool:
    """Whether two acts can be faces of one happening: a visit and its paper can, aid and a training cannot."""
    return one == other or one in LOOSE_ACTS or other in LOOSE_ACTS or frozenset({one, other}) in _MIXED


def are_compatible(one: Told, other: Told) -> bool:
    """Whether an act of the one can be a face of one happening with an act of the other."""
    return any(is_compatible(a, b) for a in one.acts for b in other.acts)


def are_near(one: Days, other: Days) -> bool:
    """Whether two stories can mean one day: named days within the window, else one in the reach of the other."""
    if one.kind == other.kind == "day":
        return abs(one.low - other.low) <= WINDOW_DAYS
    if "unknown" in (one.kind, other.kind):
        return False
    if one.kind == other.kind == "published":
        return find_distance(one, other) <= UNDATED_DAYS
    return one.low <= other.high and other.low <= one.high


def are_told_at_once(one: Told, other: Told) -> bool:
    """Whether two stories of one pair and one rare act came out together, so that one of their days is misread."""
    mine, theirs = one.days, other.days
    if not (one.alone and other.alone and mine.kind == theirs.kind == "day"):
        return False
    if mine.published_on is None or theirs.published_on is None:
        return False
    if abs(mine.published_on - theirs.published_on) > AT_ONCE_DAYS:
        return False
    papers = one.acts & _PAPERS and other.acts & _PAPERS
    return bool(
        abs(mine.low - theirs.low) <= MISREAD_DAYS
        and (papers or one.acts & other.acts & RARE_ACTS) and one.places & other.places
    )


def find_distance(one: Days, other: Days) -> int:
    """How many days lie between the days that stand for two stories; the window's where a month is all that is said."""
    if "month" in (one.kind, other.kind) or one.on is None or other.on is None:
        return WINDOW_DAYS
    return abs(one.on - other.on)


def find_same_text(one: Text, other: Text) -> str:
    """Why two articles are one text (printed twice, or an original and its translation); empty where they are not."""
    if one.article_id == other.article_id:
        return ""
    apart = abs((one.published_on - other.published_on).days) if one.published_on and other.published_on else None
    if one.slug and one.slug == other.slug:
        translated = one.is_translation or other.is_translation
        if apart is None or apart <= (TRANSLATION_DAYS if translated else WINDOW_DAYS):
            return "the editions of one article: the addresses have the same words"
    if not (one.sketch and other.sketch) or one.sketch.jaccard(other.sketch) < SAME_TEXT:
        return ""
    if (apart is None or apart > WINDOW_DAYS) and not _has_same_numbers(one.numbers, other.numbers):
        return ""
    return "one text printed twice"


def find_slug(url: str) -> str:
    """The words of an address without its number: what a translation at vietnam.vn shares with its original."""
    match = _SLUG.search(url.lower())
    return _NUMBER_TAIL.sub("", match.group(1)) if match else ""


def _line(key: str, gazetteer: Gazetteer) -> frozenset[str]:
    above = gazetteer.ancestors(key) if key in gazetteer.localities else ()
    return frozenset([key, *above])


# A block is compared again and again while it grows; each text that is kept costs some kilobytes.
@lru_cache(maxsize=256)
def _sketch(text: str) -> RMinHash | None:
    words: list[str] = re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())
    if sum(map(len, words)) + len(words) < SHORTEST_TEXT:
        return None
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=1)
    sketch.update(list(map(" ".join, zip(*(words[i:] for i in range(_SHINGLE)), strict=False))) or words)
    return sketch


def _has_same_numbers(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= SAME_NUMBERS * len(one | other)


def _sum_up(*checks: tuple[bool, str]) -> Joining:
    against = tuple(reason for holds, reason in checks if not holds)
    return Joining(not against, against or tuple(reason for _, reason in checks))


def _tell_blocks(one: BlockFact, other: BlockFact) -> str:
    if one.article_id == other.article_id:
        return f"one article, but its pairs lie in two blocks, {one.block} and {other.block}: each block has its event"
    return f"the pairs lie in two blocks, {one.block} and {other.block}"


def _tell_pairs(one: BlockFact, other: BlockFact, gazetteer: Gazetteer) -> str:
    names = ["–".join(_name(key, gazetteer) for key in (f.vn_key, f.kr_key)) for f in (one, other)]
    if names[0] == names[1]:
        return f"both tell of {names[0]}"
    places = [Place.make((f.vn_key, f.kr_key), gazetteer) for f in (one, other)]
    if places[0].meets(places[1]):
        return f"of {names[0]} and {names[1]} one lies inside the other"
    return f"the pairs are two: {names[0]} and {names[1]}"


def _tell_acts(one: str, other: str) -> str:
    names = " and ".join(dict.fromkeys(act.replace("_", " ") for act in (one, other)))
    if one == other:
        return f"the act is the same: {names}"
    if not is_compatible(one, other):
        return f"the acts can't be one happening: {names}"
    if {one, other} in ({"visit", "agreement"}, {"visit", "twinning"}):
        return "a visit and its paper are one trip"
    return f"the acts can be one happening: {names}"


def _tell_days(one: Days, other: Days) -> str:
    kinds = {one.kind, other.kind}
    if "unknown" in kinds:
        return "nothing says on which day one of them was"
    if "month" in kinds:
        return f"the {'days can be' if are_near(one, other) else 'months are not'} the same"
    apart = find_distance(one, other)
    if kinds == {"day"}:
        return f"the days are {apart} apart" if apart else "the day is the same"
    if kinds == {"published"}:
        return f"neither names a day; they were published {apart} days apart"
    return f"one names no day; the day of the other is {apart} days from its publication"


def _name(key: str, gazetteer: Gazetteer) -> str:
    return gazetteer.name(key) if key in gazetteer.localities else key
