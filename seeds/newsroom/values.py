"""What the newsroom's parts hand to each other: events, stories, outlets as played, printed stories, replies."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

StoryFault = Literal[
    "missing", "slow", "moved", "twin", "mislabelled", "cp949", "wall", "empty", "disallowed", "redated", "undated",
]


@dataclass(frozen=True)
class Event:
    """Something that happened once in the newsroom's world, `days_ago` days before its now (Vietnamese days).

    `told` is False for what is backlog on a first visit: it may fill the register, never a digest.
    """

    id: str
    act: str
    stage: str
    pairs: tuple[tuple[str, str], ...]
    days_ago: int
    told: bool = True


@dataclass(frozen=True)
class Story:
    """One labelled story. `age` counts back from the newsroom's now; `event` None marks noise.

    Texts may hold day tokens such as `{day.dm}` (see `days`); `names` holds keys of localities that noise names,
    one of each country; `about` says in a few words what kind of happening it is.
    """

    id: str
    outlet_id: str
    lang: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    age: timedelta
    event: Event | None = None
    about: str = ""
    author: str = ""
    slug: str = ""
    names: tuple[str, ...] = ()
    faults: frozenset[str] = frozenset()


@dataclass(frozen=True)
class OutletPlay:
    """An outlet as the newsroom plays it; addresses are paths, to which each run adds host and port.

    `address` is the form of an article's path, `pattern` the regular expression over path and query that it satisfies.
    """

    id: str
    name: str
    name_en: str
    country: Literal["VN", "KR"]
    lang: str
    kind: str
    family: str
    template: str
    feed_kind: Literal["rss", "sitemap", "section"]
    feeds: tuple[str, ...]
    address: str
    pattern: str
    first_serial: int
    zone: ZoneInfo
    feed_form: str = ""
    region: str = ""
    home: str | None = None
    identity_query: tuple[str, ...] = ()
    twin: str = ""
    disallow: str = "/quan-tri/"
    validators: bool = True
    compress: bool = False
    overrides: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Printed:
    """A story as an outlet printed it: days filled in, dated in the outlet's zone.

    `path` is its address, `twins` are further ones, `listed` is what feeds and lists link to.
    """

    story: Story
    serial: int
    published_at: datetime
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    path: str
    twins: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """What an address answers, before transport: `changed_at` None means that it sends no validators."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    location: str = ""
    changed_at: datetime | None = None
    delay_seconds: float = 0.0


@dataclass(frozen=True)
class ExpectedEvent:
    """What a right reading of the newsroom finds: one event with the addresses of its articles by outlet."""

    id: str
    act: str
    stage: str
    pairs: tuple[tuple[str, str], ...]
    happened_on: date
    told: bool
    urls: dict[str, tuple[str, ...]]
    languages: tuple[str, ...]
