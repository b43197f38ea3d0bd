"""The content of one digest as it is stored and sent again: facts and headlines; it lays nothing out."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from pydantic import TypeAdapter

DigestKind = Literal["daily", "weekly", "instant"]
SectionKind = Literal["new_ties", "agreements", "others", "unsure"]
CorrectionKind = Literal["wrong", "doubtful", "confirmed", "merged", "split", "changed"]
CoverageGroup = Literal[
    "read", "quiet", "silent", "blocked", "broken", "drifted", "resting", "unread", "unproven", "never_read"
]
READ_GROUPS: tuple[CoverageGroup, ...] = ("read", "quiet")


@dataclass(frozen=True)
class DigestArticle:
    """An article under its event: outlet's name, language, original headline; `url` is empty where it was not safe.

    `published_on` is its day (`YYYY-MM-DD`) where its page gives no hour: `published_at` is then an invented midnight.
    """

    url: str
    outlet: str
    lang: str
    title: str
    published_at: datetime | None
    published_on: str | None = None


@dataclass(frozen=True)
class DigestPair:
    """A pair with its names in the reader's language."""

    vn_key: str
    vn_name: str
    kr_key: str
    kr_name: str


@dataclass(frozen=True)
class DigestEvent:
    """One event as one reader is told of it. `quote` is in its own language, `quote_lang`, from `quote_outlet`.

    `fields` are the fields of cooperation (`agriculture`), the most named first. `url` leads to the event's page and
    `wrong_url` to where a reader says that it is wrong, without a login; both are None without `web.public_url`.
    """

    id: str
    headline: str
    act: str
    stage: str
    happened_on: str | None
    pairs: tuple[DigestPair, ...]
    new_tie: bool
    earlier_events: int
    known_since: str | None
    quote: str
    quote_lang: str
    quote_outlet: str
    articles: tuple[DigestArticle, ...]
    fields: tuple[str, ...] = ()
    score: float = 0.0
    url: str | None = None
    wrong_url: str | None = None


@dataclass(frozen=True)
class Later:
    """What was published of an event since the reader was told of it; `headline` is today's."""

    id: str
    headline: str
    articles: tuple[DigestArticle, ...]
    url: str | None = None


@dataclass(frozen=True)
class Correction:
    """What a reader was told that no longer holds: `told` is the headline of then, `now` the one that holds instead.

    `wrong`: it was no local cooperation (`now` is empty). `doubtful`: told as sure, it is unsure. `confirmed`: told as
    unsure or wrong, it is sure. `merged`: it is the same event as `now`, which was told too. `split`: `now` was told
    as a part of it and is an event of its own. `changed`: units, act or day are others. `id` and `url` are those of the
    event that goes on.
    """

    id: str
    kind: CorrectionKind
    told: str
    now: str
    url: str | None = None


@dataclass(frozen=True)
class RegisterLine:
    """Two places, or the provinces that they stand for, with how many ties; `is_new`: one of them is of this digest."""

    pair: DigestPair
    ties: int
    is_new: bool = False


@dataclass(frozen=True)
class Register:
    """The register of ties when the digest was composed, as far as a picture shows it; `ties` counts all."""

    lines: tuple[RegisterLine, ...]
    ties: int


@dataclass(frozen=True)
class Summary:
    """The figures of a weekly digest: its events by act, most first (unsure ones left out), and its new ties.

    The addresses are those of the register and of its picture (SVG), None where the dashboard has no public one.
    `register` is what an email draws; None elsewhere, and where there are no ties.
    """

    acts: tuple[tuple[str, int], ...] = ()
    new_ties: tuple[DigestPair, ...] = ()
    register_url: str | None = None
    picture_url: str | None = None
    register: Register | None = None


@dataclass(frozen=True)
class Section:
    """Events of one kind, in the order in which they are shown."""

    kind: SectionKind
    events: tuple[DigestEvent, ...]


@dataclass(frozen=True)
class OutletCoverage:
    """What can be said of one outlet: its group, since when and why.

    `late` of its announced pages wait to be read; `arriving` ones were found minutes before the digest.
    """

    outlet_id: str
    name: str
    group: CoverageGroup
    since_at: datetime | None = None
    reason: str = ""
    late: int = 0
    arriving: int = 0


@dataclass(frozen=True)
class OwnFinds:
    """Of the events that search services showed in `days` days (`shown`), those that the outlets found too (`both`).

    `own` is all that the outlets found; `low` and `high` bound how many there were in all, None for too little data.
    """

    days: int
    shown: int
    both: int
    own: int
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class OutletChange:
    """An outlet that came into a trouble or out of one: its group as the reader knows it, and now."""

    outlet_id: str
    name: str
    before: CoverageGroup
    now: CoverageGroup


@dataclass(frozen=True)
class Coverage:
    """The ledger of the period, outlet by outlet, and the intervals in which Twinwatch itself was down.

    `own_finds` is set where search services measure the outlets; `changes` are those since the last digest.
    `unreached` are earlier digests that were given up since then: when composed, and for how many recipients.
    """

    outlets: tuple[OutletCoverage, ...]
    down: tuple[tuple[datetime, datetime], ...] = ()
    own_finds: OwnFinds | None = None
    changes: tuple[OutletChange, ...] = ()
    unreached: tuple[tuple[datetime, int], ...] = ()

    def of_group(self, group: CoverageGroup) -> tuple[OutletCoverage, ...]:
        """The outlets of one group, by name."""
        return tuple(outlet for outlet in self.outlets if outlet.group == group)

    @property
    def read(self) -> int:
        """How many outlets a statement about the period may rest on."""
        return sum(outlet.group in READ_GROUPS for outlet in self.outlets)

    @property
    def all(self) -> int:
        return len(self.outlets)

    @property
    def is_unvisited(self) -> bool:
        """Whether there are outlets and none was visited so far, as before the first crawl: no failure."""
        return bool(self.outlets) and all(one.group == "never_read" and not one.reason for one in self.outlets)

    @property
    def late(self) -> int:
        """How many announced pages wait to be read, those left out that came minutes before."""
        return sum(outlet.late for outlet in self.outlets)

    @property
    def arriving(self) -> int:
        """How many pages were found so late that nobody could have read them yet."""
        return sum(outlet.arriving for outlet in self.outlets)


@dataclass(frozen=True)
class Filters:
    """The subscription's filters in the reader's words: names of localities; the others as they are set.

    `min_score` lies between 0 and 1; 0 lets everything pass.
    """

    localities: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    new_ties_only: bool = False
    keywords: tuple[str, ...] = ()
    min_score: float = 0.0

    @property
    def is_set(self) -> bool:
        chosen = self.localities, self.acts, self.languages, self.new_ties_only, self.keywords, self.min_score
        return any(chosen)


@dataclass(frozen=True)
class DigestContent:
    """One digest, whole. Times are aware and in UTC; `zone` is the IANA zone in which they are shown.

    Shown in this order: `summary` (weekly digests only), sections, `later`, `corrections`, the section `unsure`,
    coverage. `kind` is the schedule's: `daily` also on weekdays.
    """

    subscription: str
    language: str
    zone: str
    composed_at: datetime
    since_at: datetime
    sections: tuple[Section, ...]
    coverage: Coverage
    filters: Filters = Filters()
    kind: DigestKind = "daily"
    later: tuple[Later, ...] = ()
    corrections: tuple[Correction, ...] = ()
    summary: Summary | None = None

    @property
    def event_ids(self) -> tuple[str, ...]:
        """Every event that this digest tells as new, each once."""
        return tuple(event.id for section in self.sections for event in section.events)

    @property
    def is_empty(self) -> bool:
        """Whether it tells of nothing, new or later; its coverage still says something."""
        return not (self.sections or self.later or self.corrections)

    def of_section(self, kind: SectionKind) -> tuple[DigestEvent, ...]:
        """The events of one section; none where the section is absent."""
        return next((section.events for section in self.sections if section.kind == kind), ())

    def to_json(self) -> dict[str, Any]:
        """The content as JSON values; `from_json` gives an equal content back."""
        dumped: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return dumped

    @staticmethod
    def from_json(values: dict[str, Any]) -> "DigestContent":
        """The content that `to_json` wrote, also that of an earlier version: what it did not know yet is empty.

        Raises pydantic.ValidationError for anything else.
        """
        return _adapter().validate_python(values)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[DigestContent]:
    return TypeAdapter(DigestContent)
