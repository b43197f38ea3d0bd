"""The quality that the judge must not fall below, on labelled stories that must not change in silence.

`gate.jsonl` was never trained on, nor was `fresh.jsonl`: reports that set a scene first and name the two places late,
the kind that the gate's misses are of, nor `press.jsonl`: news in the styles of agencies, portals, features, captions,
minutes and interviews. `dev.jsonl` was: each of its stories is judged by weights that saw neither it nor any other
story of its event. The floors are what was reached when they were set, less a little room for a story
or two.
They may be raised at will; to lower one, or to change the stories, change the pinned figure and say why in the
changelog. What the bars of the README ask for and is not reached stands there with the measured figure.
"""

import hashlib
import json
import random
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from monitor.commands.input import Desk
from monitor.commands.judging import judge_labelled
from monitor.commands.training import STORIES, TRAINING_FILES, judge_held_out, read_corpus
from monitor.judging.evaluation import (
    Judged,
    measure_by_language,
    measure_facts,
    measure_grouping,
    measure_relevance,
    names_both,
)
from monitor.judging.examples import make_examples
from monitor.judging.judge import WEIGHTS_FILE, load_knowledge
from monitor.judging.lines import parse_labelled_line
from monitor.judging.training import cross_validate, load_priors
from seeds.catalogue import load_catalogue
from tests.noise_pages import Noise, Row

FINGERPRINTS = {
    "dev.jsonl": "3af13c040325f8a5f5524d6de329e9805c8fb265ac2e54c3660c86371ea7be95",
    "training.jsonl": "7dc2d5688cc39b2c2f02cdf4732d09f426bbff60093d8c41c8f568b42045abf9",
    "fresh.jsonl": "0027fde377f75be47cb16ae6b236c29bc3cdf88110b47dc95a7b406a4c6a4b54",
    "press.jsonl": "af7d799bca6b45fe2faa3b8177ed2e5818222bb7176afb358c93c1f3180a12d6",
    "gate.jsonl": "f0cfcf67d5a57b54912aa1d2e2d8c0fd78c1a97011ce866bf514bc6cc47f1db6",
}
# (precision, recall) by language, and of all.
GATE = {"vi": (0.95, 0.85), "ko": (0.95, 0.9), "en": (0.95, 0.7), "all": (0.97, 0.83)}
FRESH = {"all": (0.95, 0.81)}
PRESS = {"all": (0.95, 0.95)}
DEV = {"vi": (0.98, 0.95), "ko": (0.98, 0.98), "en": (0.98, 0.94), "all": (0.98, 0.97)}
FLOORS = {"gate": GATE, "dev": DEV, "fresh": FRESH, "press": PRESS}
FACTS = {
    "gate": {"pairs, micro F1": 0.86, "main pair right": 0.94, "act right": 0.7,
             "act right, agreement and twinning as one": 0.74, "day exact, where the story names it": 0.9},
    "press": {"pairs, micro F1": 0.94, "main pair right": 0.95, "act right": 0.9},
    "fresh": {"pairs, micro F1": 0.88, "main pair right": 0.95, "act right": 0.55},
    "dev": {"pairs, micro F1": 0.91, "main pair right": 0.98, "act right": 0.88,
            "act right, agreement and twinning as one": 0.88, "day exact, where the story names it": 0.92},
}
# (B-cubed F1, pairwise F1) of events with several pages.
GROUPING = {"gate": (0.96, 0.94), "dev": (0.96, 0.94)}
# False alarms per 1,000 pages that are put together of stories that are none; of the same few stories, so of few kinds.
MOST_ALARMS = 12
PAGES = 1_100
# How far noise around a story may change a figure.
NOISE_ROOM = 0.02


@cache
def desk() -> Desk:
    return Desk(load_knowledge(), load_catalogue())


@cache
def rows(name: str) -> tuple[Row, ...]:
    """The clear stories of a file: borderline ones count in no figure."""
    lines = (STORIES / name).read_text(encoding="utf-8").splitlines()
    return tuple(row for row in map(json.loads, lines) if not row["borderline"])


@cache
def judged(part: str) -> list[Judged]:
    return judge_dev() if part == "dev" else judge_all(rows(f"{part}.jsonl"))


def judge_all(stories: Sequence[Row]) -> list[Judged]:
    return [judge_labelled(parse_labelled_line(row, desk().catalogue), desk()) for row in stories]


def judge_dev() -> list[Judged]:
    corpus = read_corpus([str(STORIES / name) for name in TRAINING_FILES], desk())
    held_out = cross_validate(make_examples(corpus.stories, desk().knowledge), load_priors())
    dev = {row["id"] for row in rows("dev.jsonl")}
    return [judge_held_out(row, held_out[row.label.id], desk()) for row in corpus.stories if row.label.id in dev]


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_the_stories_are_those_that_the_floors_were_set_on(name: str) -> None:
    assert hashlib.sha256((STORIES / name).read_bytes()).hexdigest() == FINGERPRINTS[name]


def test_the_weights_were_trained_on_these_stories() -> None:
    corpus = read_corpus([str(STORIES / name) for name in TRAINING_FILES], desk())

    assert corpus.fingerprint == json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))["corpus"]


@pytest.mark.parametrize("name", ["gate.jsonl", "fresh.jsonl", "press.jsonl"])
def test_no_event_that_is_measured_was_trained_on(name: str) -> None:
    trained = {row["event_id"] for file in TRAINING_FILES for row in rows(file)} - {None}

    assert not trained & {row["event_id"] for row in rows(name)}


def test_the_corpus_is_like_what_is_found_out_there() -> None:
    stories = [row for name in ("training.jsonl", "gate.jsonl") for row in rows(name)]
    long = [row for row in stories if len(row["text"]) >= 900 and row["lang"] in ("vi", "ko", "en")]
    quiet = judge_all([row for row in stories if not row["relevant"]])
    short = [row for row in stories if row["lang"] not in ("vi", "ko", "en") or len(row["text"]) < 900]

    assert all(sum(row["lang"] == lang for row in long) >= 40 for lang in ("vi", "ko", "en"))
    assert sum(names_both(row.verdict) for row in quiet) >= 70
    assert len(short) >= 60


@pytest.mark.parametrize(("part", "lang"), [(part, lang) for part, floors in FLOORS.items() for lang in floors])
def test_relevance_stays_above_its_floor(part: str, lang: str) -> None:
    found = judged(part)
    figure = measure_relevance(found) if lang == "all" else measure_by_language(found)[lang]
    precision, recall = FLOORS[part][lang]

    assert figure.precision >= precision
    assert figure.recall >= recall


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, floors in FACTS.items() for name in floors])
def test_facts_stay_above_their_floor(part: str, name: str) -> None:
    assert measure_facts(judged(part), desk().knowledge.gazetteer)[name] >= FACTS[part][name]


@pytest.mark.parametrize("part", GROUPING)
def test_events_with_several_pages_are_found_whole(part: str) -> None:
    figure = measure_grouping(judged(part), desk().knowledge.gazetteer, several=True)

    assert figure.bcubed >= GROUPING[part][0]
    assert figure.pairwise >= GROUPING[part][1]


def test_noise_around_a_story_changes_no_figure_by_much() -> None:
    noise = Noise(desk().knowledge, desk().catalogue, random.Random(7))
    plain, buried = judged("gate"), judge_all([noise.bury(row) for row in rows("gate.jsonl")])

    before, after = figures(plain), figures(buried)

    assert {name: after[name] for name in before if abs(before[name] - after[name]) > NOISE_ROOM} == {}


def figures(found: list[Judged]) -> dict[str, float]:
    relevance = measure_relevance(found)
    facts = measure_facts(found, desk().knowledge.gazetteer)
    return {"precision": relevance.precision, "recall": relevance.recall, **facts}


def test_pages_that_tell_of_no_local_cooperation_stay_quiet() -> None:
    chance = random.Random(5)
    noise = Noise(desk().knowledge, desk().catalogue, chance)
    quiet = [row for row in rows("gate.jsonl") if not row["relevant"] and row["lang"] in ("vi", "ko", "en")]
    made = [make_page(noise, chance, quiet, number) for number in range(PAGES)]

    both = [row.verdict for row in judge_all(made) if names_both(row.verdict)]

    assert len(both) >= 1_000
    assert 1000 * sum(verdict.verdict == "yes" for verdict in both) / len(both) <= MOST_ALARMS


def make_page(noise: Noise, chance: random.Random, quiet: Sequence[Row], number: int) -> dict[str, Any]:
    row = chance.choice(quiet)
    if number % 3 == 0:
        return noise.bury(row)
    if number % 3 == 1:
        return noise.mix([other for other in quiet if other["lang"] == row["lang"]])
    return noise.move(row)
