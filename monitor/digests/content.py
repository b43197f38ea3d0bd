"""The content of one digest as it is stored and sent again: facts and headlines; it lays nothing out."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from pydantic import TypeAdapter

SectionKind = Literal["new_ties", "agreements", "others", "unsure"]
CoverageGroup = Literal[
    "read", "quiet", "silent", "blocked", "broken", "drifted", "resting", "unread", "unproven", "never_read"
]
READ_GROUPS: tuple[CoverageGroup, ...] = ("read", "quiet")


@dataclass(frozen=True)
class DigestArticle:
    """An article under its event: outlet's name, language, original headline; `url` is empty where it was not safe."""

    url: str
    outlet: str
    lang: str
    title: str
    published_at: datetime | None


@dataclass(frozen=True)
class DigestPair:
    """A pair with its names in the reader's language."""

    vn_key: str
    vn_name: str
    kr_key: str
    kr_name: str


@dataclass(frozen=True)
class DigestEvent:
    """One event as one reader is told of it. `quote` is in its own language, `quote_lang`, from `quote_outlet`."""

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


@dataclass(frozen=True)
class Section:
    """Events of one kind, in the order in which they are shown."""

    kind: SectionKind
    events: tuple[DigestEvent, ...]


@dataclass(frozen=True)
class OutletCoverage:
    """What can be said of one outlet: its group, since when and why."""

    outlet_id: str
    name: str
    group: CoverageGroup
    since_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Coverage:
    """The ledger of the period, outlet by outlet, and the intervals in which Twinwatch itself was down."""

    outlets: tuple[OutletCoverage, ...]
    down: tuple[tuple[datetime, datetime], ...] = ()

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


@dataclass(frozen=True)
class Filters:
    """The subscription's filters in the reader's words: names of localities; the others as they are set."""

    localities: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    new_ties_only: bool = False

    @property
    def is_set(self) -> bool:
        return bool(self.localities or self.acts or self.languages or self.new_ties_only)


@dataclass(frozen=True)
class DigestContent:
    """One digest, whole. Times are aware and in UTC; `zone` is the IANA zone in which they are shown."""

    subscription: str
    language: str
    zone: str
    composed_at: datetime
    since_at: datetime
    sections: tuple[Section, ...]
    coverage: Coverage
    filters: Filters = Filters()

    @property
    def event_ids(self) -> tuple[str, ...]:
        """Every event that this digest tells, each once."""
        return tuple(event.id for section in self.sections for event in section.events)

    @property
    def is_empty(self) -> bool:
        """Whether it tells of no event; its coverage still says something."""
        return not self.sections

    def of_section(self, kind: SectionKind) -> tuple[DigestEvent, ...]:
        """The events of one section; none where the section is absent."""
        return next((section.events for section in self.sections if section.kind == kind), ())

    def to_json(self) -> dict[str, Any]:
        """The content as JSON values; `from_json` gives an equal content back."""
        dumped: dict[str, Any] = _adapter().dump_python(self, mode="json")
        return dumped

    @staticmethod
    def from_json(values: dict[str, Any]) -> "DigestContent":
        """The content that `to_json` wrote. Raises pydantic.ValidationError for anything else."""
        return _adapter().validate_python(values)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[DigestContent]:
    return TypeAdapter(DigestContent)
