"""Scores a described pair by a linear model and names what spoke for and against it; it describes nothing."""

import math
from dataclasses import dataclass

from monitor.judging.candidates import Candidate
from monitor.judging.reading import Reading
from monitor.judging.units import Feature
from monitor.judging.values import Answer, Evidence

QUOTE_LENGTH = 200


@dataclass(frozen=True)
class Weights:
    """The trained numbers: a linear model for relevance, one for the pairs of a relevant story, and thresholds."""

    relevance: dict[str, float]
    pair: dict[str, float]
    yes: float
    no: float
    pair_yes: float

    def answer(self, score: float) -> Answer:
        return "yes" if score >= self.yes else "no" if score < self.no else "unsure"


def score_features(features: dict[str, Feature], weights: dict[str, float]) -> float:
    """The probability (0 to 1) that a linear model gives to these features."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weigh_features(features, weights)))))


def weigh_features(features: dict[str, Feature], weights: dict[str, float]) -> float:
    """The log odds that a linear model gives to these features; `bias` is always on."""
    return weights["bias"] + sum([weights.get(name, 0.0) * feature.value for name, feature in features.items()])


def make_evidence(candidate: Candidate, reading: Reading, weights: dict[str, float]) -> list[Evidence]:
    """Each feature that fired, with the words that show it, the heaviest first."""
    fired = [(n, f) for n, f in candidate.features.items() if f.value and f.span and weights.get(n)]
    fired.sort(key=lambda pair: (-abs(weights[pair[0]] * pair[1].value), pair[0]))
    return [_quote(name, feature, reading) for name, feature in fired]


def cut_quote(whole: str, start: int, end: int) -> tuple[int, int]:
    """The span, cut to the length of a quotation at a word's end."""
    while start < end and whole[start].isspace():
        start += 1
    while end > start and whole[end - 1].isspace():
        end -= 1
    if end - start <= QUOTE_LENGTH:
        return start, end
    space = whole.rfind(" ", start + QUOTE_LENGTH // 2, start + QUOTE_LENGTH)
    return start, space if space > 0 else start + QUOTE_LENGTH


def _quote(name: str, feature: Feature, reading: Reading) -> Evidence:
    assert feature.span
    field, start, end = feature.span
    whole = reading.story.title if field == "title" else reading.story.text
    start, end = cut_quote(whole, start, end)
    return Evidence(name, field, start, end, whole[start:end])
