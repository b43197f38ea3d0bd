"""Fits the weights of the judge to labelled stories, and keeps each story out of the weights it is measured by.

Needs scikit-learn, an extra (`pip install twinwatch[train]`): judging itself is plain Python.
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
RIDGE = {"relevance": 25.0, "pair": 12.0}
# The bias is held hardly at all: how many stories are true is a matter of the corpus.
BIAS_RIDGE = 0.05
# A false alarm costs a reader more than the labels say: true stories are one in a hundred out there.
QUIET_WORTH, DOUBTFUL_WORTH = 3.0, 0.4
# Which pair of a story is the best depends on the weights, and these on it: so often the two are worked out in turn.
ROUNDS = 3
# What is less sure than this is a no; how sure a yes must be is chosen among these by what it costs.
NO, YES = 0.3, (0.5, 0.55, 0.6, 0.65, 0.7)
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
    weights = _fit(examples, priors)
    held_out = _score_held_out(examples, priors)
    return _calibrate(weights, examples, held_out)


def cross_validate(examples: Sequence[Example], priors: Priors) -> dict[str, Weights]:
    """For each story the weights trained without it and without any other story of its event."""
    return {
        examples[number].id: trained
        for kept, out in _folds(examples)
        for trained in [train([examples[k] for k in kept], priors)] for number in out
    }


def _folds(examples: Sequence[Example]) -> list[tuple[list[int], list[int]]]:
    groups = [e.group for e in examples]
    folds = GroupKFold(n_splits=min(FOLDS, len(set(groups)))).split(groups, groups=groups)
    return [([int(k) for k in kept], [int(o) for o in out]) for kept, out in folds]


def _fit(examples: Sequence[Example], priors: Priors) -> Weights:
    pair = _fit_pairs(examples, priors.pair)
    table = dict(priors.relevance)
    told = [e for e in examples if e.candidates]
    for _ in range(ROUNDS):
        best = [_best(e, table) for e in told]
        table = _fit_table(
            [c.features for c in best], [e.relevant for e in told], [_worth(e) for e in told], priors.relevance,
            RIDGE["relevance"],
        )
    return Weights(table, pair, YES[0], NO, PAIR_YES)


def _fit_pairs(examples: Sequence[Example], prior: Table) -> Table:
    rows = [(c.features, (c.vn_key, c.kr_key) in e.wanted) for e in examples if e.relevant for c in e.candidates]
    return _fit_table([f for f, _ in rows], [y for _, y in rows], [1.0] * len(rows), prior, RIDGE["pair"])


def _worth(example: Example) -> float:
    if example.borderline:
        return DOUBTFUL_WORTH
    return example.worth if example.relevant else QUIET_WORTH * example.worth


def _best(example: Example, table: Table) -> Candidate:
    return max(example.candidates, key=lambda c: weigh_features(c.features, table))


def _fit_table(
    rows: Sequence[Mapping[str, Any]], answers: Sequence[bool], worths: Sequence[float], prior: Table, ridge: float,
) -> Table:
    """Logistic regression by features' names, drawn to `prior` and held to its signs."""
    names = list(prior)
    x = np.array([[_value(row, name) for name in names] for row in rows])
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


def _value(row: Mapping[str, Any], name: str) -> float:
    return 1.0 if name == "bias" else row[name].value if name in row else 0.0


def _bounds(expected: float) -> tuple[float | None, float | None]:
    return (0.0, None) if expected > 0 else (None, 0.0) if expected < 0 else (None, None)


def _score_held_out(examples: Sequence[Example], priors: Priors) -> dict[str, float]:
    """The log odds of each story that has candidates, by weights that were fitted without it."""
    odds: dict[str, float] = {}
    for kept, out in _folds(examples):
        weights = _fit([examples[k] for k in kept], priors)
        for example in (examples[o] for o in out):
            if example.candidates:
                odds[example.id] = weigh_features(_best(example, weights.relevance).features, weights.relevance)
    return odds


def _calibrate(weights: Weights, examples: Sequence[Example], odds: Mapping[str, float]) -> Weights:
    """Stretches and shifts the log odds so that a score is the share of true stories among its like (Platt)."""
    clear = [e for e in examples if e.id in odds and not e.borderline]
    x, y = np.array([[odds[e.id]] for e in clear]), np.array([e.relevant for e in clear])
    line = LogisticRegression(C=1e6).fit(x, y, sample_weight=np.array([_worth(e) for e in clear]))
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
