"""Judges one story: the only door to judging, from a story's text to its verdict; pure, and the same on every call."""

import hashlib
import json
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from monitor.judging.candidates import Candidate, find_candidates
from monitor.judging.carried_years import carry_years
from monitor.judging.cues import Cue, CueFinder
from monitor.judging.days import DayReader, find_years
from monitor.judging.facts import take_facts
from monitor.judging.language import detect_language
from monitor.judging.localities import find_story_mentions
from monitor.judging.mending import mend_story
from monitor.judging.reading import Calendar, Reading, View, find_anchor, find_fronts, make_view
from monitor.judging.segments import Segment, Sentence, split_segments, split_sentences
from monitor.judging.values import Mention, Story, Verdict
from monitor.judging.verdict import Weights, make_evidence, score_features
from seeds.errors import SeedError
from seeds.gazetteer import Gazetteer, load_gazetteer
from seeds.lexicon import Lexicon, load_lexicon

# Raised by hand with every change of the rules in this folder; part of the version that is stored with each verdict.
RULES = "6"
WEIGHTS_NAME = "weights.json"
WEIGHTS_FILE = Path(__file__).parents[2] / "seeds" / WEIGHTS_NAME
# A story is read this far: its news stands in front, and what follows after so much (a dozen long reports) is
# an archive or a list. It bounds the time that one page can take.
MOST_TEXT = 40_000
MOST_TITLE = 1_000
# A letter comes with at most so many marks of its own: what is cut off unread cannot reach the front.
MARKS = 4
# A name less sure than this takes no part.
LEAST_SURE = 0.3
# Pages without any date are taken to be of this year or later: what they tell of earlier years is the past.
OLDEST_NEWS = 2010

Found = TypeVar("Found", Cue, Mention)


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All that judging needs to know, loaded once; `rules_version` changes when any of it does."""

    gazetteer: Gazetteer
    lexicon: Lexicon
    weights: Weights

    @cached_property
    def rules_version(self) -> str:
        parts = [RULES, self.lexicon.fingerprint, repr(self.weights), _fingerprint(self.gazetteer)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]

    @property
    def finders(self) -> dict[str, CueFinder]:
        return _finders(self.lexicon)

    @property
    def readers(self) -> dict[str, DayReader]:
        return _readers(self.lexicon)


# Kept apart from a Knowledge: weights change in training, these do not.
@lru_cache(maxsize=4)
def _finders(lexicon: Lexicon) -> dict[str, CueFinder]:
    return {lang: CueFinder(words) for lang, words in lexicon.languages.items()}


@lru_cache(maxsize=4)
def _readers(lexicon: Lexicon) -> dict[str, DayReader]:
    return {lang: DayReader(words) for lang, words in lexicon.languages.items()}


@lru_cache(maxsize=4)
def _fingerprint(gazetteer: Gazetteer) -> str:
    places = [(k, unit.merged_into, unit.parent, sorted(unit.aliases.items()))
              for k, unit in sorted(gazetteer.localities.items())]
    rules = (gazetteer.ambiguities, gazetteer.ties, gazetteer.types, gazetteer.organisations, gazetteer.directions,
             gazetteer.offices)
    return "\n".join([json.dumps(places, ensure_ascii=False), *map(_write_steadily, rules)])


def _write_steadily(rules: Iterable[Any]) -> str:
    """The rows of one table, the same in every process; the `repr` of a set is another one in each."""
    return json.dumps([vars(rule) for rule in rules], ensure_ascii=False, sort_keys=True, default=sorted)


def load_knowledge(seeds_dir: Path | None = None) -> Knowledge:
    """Gazetteer, lexicon and weights, bundled and of `seeds_dir`. Raises SeedError for whatever is wrong in them.

    Weights of `seeds_dir` (trained there) take the place of the bundled ones.
    """
    own = seeds_dir / WEIGHTS_NAME if seeds_dir else None
    weights = load_weights(own if own and own.is_file() else WEIGHTS_FILE)
    return Knowledge(load_gazetteer(seeds_dir), load_lexicon(seeds_dir), weights)


def load_weights(path: Path) -> Weights:
    """The trained numbers of `path`. Raises SeedError where the file is missing or incomplete."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Weights(data["relevance"], data["pair"], data["yes"], data["no"], data["pair_yes"])
    except (OSError, ValueError, KeyError) as error:
        raise SeedError(f"cannot be read: {error}", where=str(path)) from error


def judge(story: Story, knowledge: Knowledge) -> Verdict:
    """The verdict for one story, with evidence and, for `yes` and `unsure`, its facts, the main one first."""
    mended = mend_story(_normalise(story), knowledge.gazetteer)
    return mended.restore(_judge(mended.story, knowledge))


def _judge(story: Story, knowledge: Knowledge) -> Verdict:
    reading, mentions = _read(story, knowledge)
    candidates = find_candidates(reading, knowledge.gazetteer)
    lang, version = reading.story.lang, knowledge.rules_version
    if not candidates:
        return Verdict("no", 0.0, None, lang, (), (), mentions, version)
    score, best = _best(candidates, knowledge.weights)
    answer = knowledge.weights.answer(score)
    facts = take_facts(candidates, reading, knowledge.weights) if answer != "no" else []
    evidence = make_evidence(best, reading, knowledge.weights.relevance)
    act = facts[0].act if facts else None
    return Verdict(answer, round(score, 4), act, lang, tuple(facts), tuple(evidence), mentions, version)


def read_story(story: Story, knowledge: Knowledge) -> tuple[Reading, tuple[Mention, ...]]:
    """The story taken apart, and every mention found in it outside menus and lists of links.

    Offsets are those of the reading's own story, in which odd spaces and broken lines are mended.
    """
    return _read(mend_story(_normalise(story), knowledge.gazetteer).story, knowledge)


def _read(story: Story, knowledge: Knowledge) -> tuple[Reading, tuple[Mention, ...]]:
    lang = story.lang
    finder = knowledge.finders.get(lang) or knowledge.finders["en"]
    segments = split_segments(story.title, story.text, finder)
    told = replace(story, text=_blank_tails(story.text, segments))
    found = [m for m in find_story_mentions(told, knowledge.gazetteer) if m.key]
    if len({m.side for m in found}) < 2:
        # Most pages name localities of one country only: nothing more need be read of them.
        return Reading(story, tuple(segments), (), None), tuple(found)
    sentences = split_sentences(story.title, story.text, segments, finder)
    mentions = {field: [m for m in found if m.field == field] for field in ("title", "text")}
    cues = {"title": finder.find_cues(story.title), "text": finder.find_cues(told.text)}
    views = _make_views(story, sentences, mentions, cues, knowledge)
    reading = Reading(story, tuple(segments), tuple(views), find_anchor(story))
    return reading, (*mentions["title"], *mentions["text"])


def _best(candidates: list[Candidate], weights: Weights) -> tuple[float, Candidate]:
    scored = [(score_features(c.features, weights.relevance), -number, c) for number, c in enumerate(candidates)]
    score, _, best = max(scored, key=lambda row: row[:2])
    return score, best


def _normalise(story: Story) -> Story:
    title, text = _cut(story.title, MOST_TITLE), _cut(story.text, MOST_TEXT)
    return replace(story, title=title, text=text, lang=story.lang or detect_language(f"{title}\n{text}"))


def _cut(text: str, most: int) -> str:
    """NFC text, at most so long, cut at a word's end where there is one."""
    whole = unicodedata.normalize("NFC", text[:MARKS * most])
    if len(whole) <= most:
        return whole
    space = whole.rfind(" ", most // 2, most)
    return whole[:space if space > 0 else most]


def _blank_tails(text: str, segments: list[Segment]) -> str:
    """The text with menus and lists of links blanked, so that offsets hold and no name is read in their light."""
    parts, done = [], 0
    for segment in segments:
        if segment.kind == "tail":
            parts += [text[done:segment.start], " " * (segment.end - segment.start)]
            done = segment.end
    return "".join([*parts, text[done:]])


def _make_views(
    story: Story, sentences: list[Sentence], mentions: dict[str, list[Mention]], cues: dict[str, list[Cue]],
    knowledge: Knowledge,
) -> list[View]:
    reader = knowledge.readers.get(story.lang) or knowledge.readers["en"]
    anchor = find_anchor(story)
    year = anchor.year if anchor else max([OLDEST_NEWS, *find_years(story.text)])
    calendar = Calendar(reader, anchor, year)
    named = [_within(mentions[s.segment.field], s.start, s.end) for s in sentences]
    fronts = find_fronts(sentences, [frozenset(m.side for m in found if m.actor) for found in named])
    views = []
    for sentence, found in zip(sentences, named, strict=True):
        field, start, end = sentence.segment.field, sentence.start, sentence.end
        whole = story.title if field == "title" else story.text
        sure = tuple(m for m in found if m.sure >= LEAST_SURE)
        is_front = sentence.segment.kind == "title" or sentence.rank < fronts[sentence.segment.item]
        heard = _within(cues[field], start, end)
        views.append(make_view(sentence, whole[start:end], sure, heard, calendar, is_front=is_front))
    return carry_years(views)


def _within(found: list[Found], start: int, end: int) -> tuple[Found, ...]:
    first = bisect_left(found, start, key=lambda one: one.start)
    last = bisect_left(found, end, key=lambda one: one.start)
    return tuple(found[first:last])
