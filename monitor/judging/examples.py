"""Takes labelled stories apart into what the weights are fitted to, and mixes pages of quiet ones; it fits nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.judging.candidates import Candidate, find_candidates
from monitor.judging.evaluation import make_present_pairs
from monitor.judging.judge import Knowledge, read_story
from monitor.judging.lines import LabelledStory

# Pages put together of quiet stories, as columns and pages with related stories are; so many, each worth so much of an
# ordinary story: they are many out there, but these are made of the same few.
MIXED_PAGES, MIXED_WORTH = 500, 0.1
MIXED_STORIES = (2, 3, 4, 5)
MIXED_LANGUAGES = ("vi", "ko", "en")


@dataclass(frozen=True, eq=False)
class Example:
    """A labelled story, taken apart: `wanted` are its true pairs by key; `group` what must not be split (its event).

    `worth` is how much it counts, 1.0 for an ordinary story.
    """

    id: str
    group: str
    relevant: bool
    borderline: bool
    wanted: frozenset[tuple[str, str]]
    candidates: tuple[Candidate, ...]
    worth: float = 1.0


def make_examples(stories: Iterable[LabelledStory], knowledge: Knowledge) -> list[Example]:
    """An example for each story, then those of the mixed pages."""
    told = list(stories)
    mixed = [replace(make_example(row, knowledge), worth=MIXED_WORTH) for row in mix_quiet(told)]
    return [make_example(row, knowledge) for row in told] + [e for e in mixed if e.candidates]


def make_example(row: LabelledStory, knowledge: Knowledge) -> Example:
    """The story taken apart; labels name pairs, candidates have keys: they are matched by the names commands print."""
    reading, _ = read_story(row.story, knowledge)
    gazetteer, label = knowledge.gazetteer, row.label
    candidates = find_candidates(reading, gazetteer)
    pairs = make_present_pairs(label.pairs, gazetteer)
    wanted = frozenset(
        (c.vn_key, c.kr_key) for c in candidates
        if (gazetteer.contract_name(c.vn_key), gazetteer.contract_name(c.kr_key)) in pairs
    )
    return Example(label.id, label.event_id or label.id, label.relevant, label.borderline, wanted, tuple(candidates))


def mix_quiet(stories: Sequence[LabelledStory]) -> Iterator[LabelledStory]:
    """Pages that tell several quiet stories of one language, the same ones at every call.

    Each belongs to the first story's group, so that cross-validation keeps the two together.
    """
    quiet: dict[str, list[LabelledStory]] = defaultdict(list)
    for row in stories:
        if not row.label.relevant and not row.label.borderline:
            quiet[row.label.lang].append(row)
    languages = [lang for lang in MIXED_LANGUAGES if len(quiet[lang]) >= max(MIXED_STORIES)]
    for number in range(MIXED_PAGES if languages else 0):
        lang = languages[number % len(languages)]
        count = MIXED_STORIES[number // len(languages) % len(MIXED_STORIES)]
        first, *others = sorted(quiet[lang], key=lambda row: _draw(number, row))[:count]
        text = "\n".join(row.story.text for row in (first, *others))
        label = replace(first.label, id=f"mixed {number}", event_id=first.label.event_id or first.label.id)
        yield LabelledStory(label, replace(first.story, id=label.id, text=text))


def _draw(number: int, row: LabelledStory) -> bytes:
    """A lot that is the same at every call."""
    return hashlib.sha256(f"{number} {row.label.id}".encode()).digest()
