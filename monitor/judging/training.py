"""Fits the weights of the judge to labelled stories, and keeps each story out of the weights it is measured by.

Needs scikit-learn, an extra (`train` in pyproject.toml): judging itself is plain Python.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from monitor.judging.candidates import Candidate
from monitor.judging.examples import Example
from monitor.judging.verdict import Weights, weigh_features
from seeds.errors import SeedError

PRIORS_FILE = Path(__file__).parents[2] / "seeds" / "priors.yml"
FOLDS = 8
# How hard the weights are held to what was expected, in units of one story's log loss. Tried by cross-validation.
RIDGE = {"relevance": 4.0, "pair": 12.0}
# The bias is held hardly at all: how many stories are true is a matter of the corpus.
BIAS_RIDGE = 0.05
# A false alarm costs a reader more than the labels say: true stories are one in a hundred out there.
QUIET_WORTH, DOUBTFUL_WORTH = 1.5, 0.4
# Which pair of a story is the best depends on the weights, and these on it: so often the two are worked out in turn.
ROUNDS = 3
# What is less sure than this is a no; how sure a yes must be is chosen among these by what it costs.
NO, YES = 0.3, (0.5, 0.55, 0.6)
PAIR_YES = 0.5
# Figures are kept to so many digits: more would only make the file's differences hard to read.
DIGITS = 3

Table = dict[str, float]


@dataclass(frozen=True)
class Priors:
    """What each feature is expected to weigh; the sign is never turned around, 0 leaves it open."""

    relevance: Table
    pair: Table


def load_priors(path: Path = PRIORS_FILE) -> Priors:
    """The expected weights of `path`. Raises SeedError for a file that is missing or holds anything but numbers."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        tables = ({str(k): float(v) for k, v in data[name].items()} for name in ("relevance", "pair"))
        return Priors(*tables)
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise SeedError(f"cannot be read: {error}", where=str(path)) from error


def train(examples: Sequence[Example], priors: Priors) -> Weights:
    """The weights that fit all of `examples`, calibrated on each story's score by weights that had not seen it."""
    return _train(examples, _Observed(examples, priors))


def cross_validate(examples: Sequence[Example], priors: Priors) -> dict[str, Weights]:
    """For each story the weights trained without it and without any other story of its event."""
    observed = _Observed(examples, priors)
    return {
        examples[number].id: trained
        for kept, out in _folds(examples)
        for trained in [_train([examples[k] for k in kept], observed)] for number in out
    }


class _Observed:
    """The features of every candidate as rows of numbers, in the order of the priors' names; made once."""

    def __init__(self, examples: Sequence[Example], priors: Priors) -> None:
        self.priors = priors
        self._relevance = {c: _row(c, priors.relevance) for e in examples for c in e.candidates}
        self._pair = {c: _row(c, priors.pair) for e in examples if e.relevant for c in e.candidates}

    def relevance(self, candidates: Iterable[Candidate]) -> Any:
        return np.array([self._relevance[c] for c in candidates])

    def pair(self, candidates: Iterable[Candidate]) -> Any:
        return np.array([self._pair[c] for c in candidates])


def _row(candidate: Candidate, names: Iterable[str]) -> Any:
    features = candidate.features
    return np.array([1.0 if n == "bias" else features[n].value if n in features else 0.0 for n in names])


def _folds(examples: Sequence[Example]) -> list[tuple[list[int], list[int]]]:
    groups = [e.group for e in examples]
    folds = GroupKFold(n_splits=min(FOLDS, len(set(groups)))).split(groups, groups=groups)
    return [([int(k) for k in kept], [int(o) for o in out]) for kept, out in folds]


def _train(examples: Sequence[Example], observed: _Observed) -> Weights:
    return _calibrate(_fit(examples, observed), examples, _score_held_out(examples, observed))


def _fit(examples: Sequence[Example], observed: _Observed) -> Weights:
    pair, table = _fit_pairs(examples, observed), observed.priors.relevance
    told = [e for e in examples if e.candidates]
    answers, worths = [e.relevant for e in told], [_worth(e) for e in told]
    for _ in range(ROUNDS):
        rows = observed.relevance(c for e in told for c in [_best(e, table, observed)])
        table = _fit_table(rows, answers, worths, observed.priors.relevance, RIDGE["relevance"])
    return Weights(table, pair, YES[0], NO, PAIR_YES)


def _fit_pairs(examples: Sequence[Example], observed: _Observed) -> Table:
    pairs = [(c, (c.vn_key, c.kr_key) in e.wanted) for e in examples if e.relevant for c in e.candidates]
    rows = observed.pair(c for c, _ in pairs)
    return _fit_table(rows, [y for _, y in pairs], [1.0] * len(pairs), observed.priors.pair, RIDGE["pair"])


def _worth(example: Example) -> float:
    if example.borderline:
        return DOUBTFUL_WORTH
    return example.worth if example.relevant else QUIET_WORTH * example.worth


def _best(example: Example, table: Table, observed: _Observed) -> Candidate:
    odds = observed.relevance(example.candidates) @ np.array([table[name] for name in observed.priors.relevance])
    return example.candidates[int(np.argmax(odds))]


def _fit_table(x: Any, answers: Sequence[bool], worths: Sequence[float], prior: Table, ridge: float) -> Table:
    """Logistic regression by features' names, drawn to `prior` and held to its signs."""
    names = list(prior)
    y, w = np.array(answers, dtype=float), np.array(worths)
    expected = np.array([prior[name] for name in names])
    pull = ridge * np.array([BIAS_RIDGE if name == "bias" else 1.0 for name in names])

    def loss(at: Any) -> Any:
        odds = x @ at
        away = at - expected
        cost = np.sum(w * (np.logaddexp(0.0, odds) - y * odds)) + np.sum(pull * away * away) / 2
        return cost, x.T @ (w * (1 / (1 + np.exp(-odds)) - y)) + pull * away

    bounds = [(None, None) if name == "bias" else _bounds(prior[name]) for name in names]
    found = minimize(loss, expected, jac=True, method="L-BFGS-B", bounds=bounds)
    return {name: round(float(value), DIGITS) for name, value in zip(names, found.x, strict=True)}


def _bounds(expected: float) -> tuple[float | None, float | None]:
    return (0.0, None) if expected > 0 else (None, 0.0) if expected < 0 else (None, None)


def _score_held_out(examples: Sequence[Example], observed: _Observed) -> dict[str, float]:
    """The log odds of each story that has candidates, by weights that were fitted without it."""
    odds: dict[str, float] = {}
    for kept, out in _folds(examples):
        table = _fit([examples[k] for k in kept], observed).relevance
        for example in (examples[o] for o in out):
            if example.candidates:
                odds[example.id] = weigh_features(_best(example, table, observed).features, table)
    return odds


def _calibrate(weights: Weights, examples: Sequence[Example], odds: Mapping[str, float]) -> Weights:
    """Stretches and shifts the log odds so that a score is the share of true stories among its like (Platt)."""
    clear = [e for e in examples if e.id in odds and not e.borderline]
    x, y = np.array([[odds[e.id]] for e in clear]), np.array([e.relevant for e in clear])
    line = LogisticRegression(C=1e6).fit(x, y, sample_weight=np.array([e.worth for e in clear]))
    slope, shift = float(line.coef_[0][0]), float(line.intercept_[0])
    table = {
        name: round(slope * value + (shift if name == "bias" else 0.0), DIGITS)
        for name, value in weights.relevance.items()
    }
    scores = [(_share(slope * odds[e.id] + shift), e.relevant, _worth(e)) for e in clear]
    return replace(weights, relevance=table, yes=_choose_yes(scores))


def _choose_yes(scores: Iterable[tuple[float, bool, float]]) -> float:
    """The threshold at which wrong answers cost least; the lowest of equals."""
    rows = list(scores)
    cost: Callable[[float], float] = lambda yes: sum(w for score, true, w in rows if (score >= yes) != true)  # noqa: E731
    return min(YES, key=lambda yes: (round(cost(yes), 6), yes))


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
