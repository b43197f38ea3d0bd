"""What judging takes and gives. Offsets are code points of the NFC text of `field`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Field = Literal["title", "text"]
Side = Literal["VN", "KR"]
Answer = Literal["yes", "no", "unsure"]
Act = Literal[
    "agreement", "twinning", "visit", "training", "seasonal_workers",
    "trade_promotion", "culture_tourism", "aid", "review", "other",
]
Stage = Literal["planned", "agreed", "signed", "under_way", "done", "suspended"]


@dataclass(frozen=True)
class Story:
    """One article to be judged: NFC text; `published_at` aware, in the outlet's zone; `home` its outlet's locality."""

    id: str
    url: str
    lang: str
    title: str
    text: str
    published_at: datetime | None = None
    home: str | None = None
    country: Side | None = None


@dataclass(frozen=True)
class Mention:
    """A locality found in a text.

    `key` is a current unit (or the unit of before July 2025 below a current province); `sure` is 0 to 1;
    `actor` is False where the name stands inside an organisation, a person or a product; `note` names the rule.
    """

    field: Field
    start: int
    end: int
    alias: str
    key: str
    side: Side
    level: int
    sure: float
    actor: bool = True
    note: str = ""


@dataclass(frozen=True)
class Evidence:
    """A quoted span (at most 200 characters) and the rule that it satisfied."""

    rule: str
    field: Field
    start: int
    end: int
    quote: str


DetailKind = Literal["vn", "kr", "act", "stage", "day", "field", "signatory"]


@dataclass(frozen=True)
class Detail:
    """The words (at most 200 characters) behind one part of a fact.

    `name` is what they stand for: a locality's key, an act, a stage, a day, a field of cooperation, a person's name.
    """

    kind: DetailKind
    name: str
    field: Field
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Fact:
    """Pair, act, stage and day, with the words that prove them; `happened_on` is YYYY-MM-DD, YYYY-MM or None."""

    vn_key: str
    kr_key: str
    act: Act
    stage: Stage
    happened_on: str | None
    quote: str
    field: Field
    start: int
    end: int
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The judge's answer for one story; the main fact comes first, `act` is the main fact's."""

    verdict: Answer
    score: float
    act: Act | None
    lang: str
    facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    mentions: tuple[Mention, ...]
    rules_version: str
