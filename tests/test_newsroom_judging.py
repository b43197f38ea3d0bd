"""The judge on every story of the newsroom: verdicts, pairs, acts and stages against its labels, with pinned counts.

The stories are those that the demo tells; the counts are what was reached when they were set and may only rise.
"""

from dataclasses import dataclass
from functools import cache

import pytest

from monitor.judging.judge import judge, load_knowledge
from monitor.judging.values import Story, Verdict
from seeds.newsroom import Newsroom
from seeds.newsroom.values import Event, ExpectedEvent, Printed
from tests.newsroom_factory import NOON

KNOWLEDGE = load_knowledge()
# How many of the stories that tell an event must be right.
RIGHT = {"verdict": 23, "main pair": 23, "pairs": 23, "act": 23, "stage": 23, "day": 22}
TOLD = 23


@dataclass(frozen=True)
class Row:
    """A printed story, the event that its label names and the judge's answer."""

    story_id: str
    event: Event | None
    expected: ExpectedEvent | None
    verdict: Verdict

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(dict.fromkeys((fact.vn_key, fact.kr_key) for fact in self.verdict.facts))


@cache
def rows() -> list[Row]:
    newsroom = Newsroom(NOON)
    expected = {event.id: event for event in newsroom.expected()}
    printed = [(desk.outlet, one) for desk in newsroom.desks.values() for one in desk.printed]
    found = []
    for outlet, one in printed:
        event = one.story.event
        verdict = judge(make_story(one, outlet.home), KNOWLEDGE)
        found.append(Row(one.story.id, event, expected.get(event.id) if event else None, verdict))
    return found


def make_story(printed: Printed, home: str | None) -> Story:
    text = "\n\n".join([printed.lead, *printed.paragraphs])
    return Story(printed.story.id, "", printed.story.lang, printed.title, text, printed.published_at, home)


def find_right(row: Row) -> set[str]:
    """What of the answer agrees with the label."""
    facts = row.verdict.facts
    if not row.event or not row.expected or not facts:
        return set()
    checks = {
        "verdict": row.verdict.verdict == "yes",
        "main pair": row.pairs[:1] == list(row.event.pairs[:1]),
        "pairs": set(row.pairs) == set(row.event.pairs),
        "act": row.verdict.act == row.event.act,
        "stage": facts[0].stage == row.event.stage,
        "day": facts[0].happened_on == row.expected.happened_on.isoformat(),
    }
    return {name for name, is_right in checks.items() if is_right}


@pytest.mark.parametrize("name", RIGHT)
def test_the_stories_that_tell_an_event_are_read_as_they_are_labelled(name: str) -> None:
    told = [row for row in rows() if row.event]

    wrong = [row.story_id for row in told if name not in find_right(row)]

    assert len(told) == TOLD
    assert len(told) - len(wrong) >= RIGHT[name], wrong


def test_no_noise_of_the_newsroom_is_flagged() -> None:
    noise = [row for row in rows() if not row.event]

    assert len(noise) >= 40
    assert [row.story_id for row in noise if row.verdict.verdict != "no"] == []
