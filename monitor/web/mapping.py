"""Projects the outlines of both countries, places and ties onto one drawing, side by side; it asks nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, radians, sqrt
from unicodedata import east_asian_width

from monitor.digests.wording import LANGUAGES
from seeds.gazetteer import Gazetteer
from seeds.outlines import load_islands, load_outlines

# In units of the drawing. Each country has a scale of its own, as Vietnam is three times as long.
WIDTH, HEIGHT = 720, 560
# A label needs this much room above the next one on its side; thicker lines than these hide what lies below them.
LINE_ROOM, THIN, THICK = 25, 1.2, 6.0
# So many events at least make the thickest line: one happening is no highway.
BUSY = 12
LABELS = 14
# So far an arc rises above the middle of its ends, as a share of their distance.
RISE = 0.16


@dataclass(frozen=True)
class Panel:
    """A country's part of the drawing: its north-west corner in degrees and in the drawing, and units per degree."""

    west: float
    north: float
    left: float
    top: float
    scale: float
    middle: float

    def project(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Where a point is drawn; an equirectangular projection, true in the country's middle."""
        x = self.left + (longitude - self.west) * cos(radians(self.middle)) * self.scale
        return round(x, 1), round(self.top + (self.north - latitude) * self.scale, 1)


PANELS = {
    "VN": Panel(west=102.1, north=23.45, left=84, top=14, scale=35, middle=16),
    "KR": Panel(west=124.5, north=38.7, left=402, top=64, scale=46, middle=36),
}


# Where an island's name stands beside its point: so far to the right, so far down, and which end of it.
SIDES = {
    "hoang-sa": (-10, -20, "end"), "truong-sa": (-10, 4, "end"), "ulleungdo": (0, -13, "middle"),
    "dokdo": (0, 26, "middle"),
}
# So far Vietnam's islands lie into the drawing of Korea, at the height of the Yellow Sea and below Jeju.
ISLANDS_REACH = 20
# So much of the sea between the drawings is free for names of Korea's places.
SEA = 130
# Names stand away from the other country where they can.
OWN_SIDE, OTHER_SIDE = "own", "other"
# So far a name of two lines begins above where one of a single line stands.
LINE_UP = 14
# How large names are on wide and on narrow screens (`.map .name`), and where they begin beside their point.
WIDE_LETTERS, NARROW_LETTERS, NAME_GAP = 14, 24, 8
# So wide a letter of a system font is at most in the middle of a name, as a share of its size; Hangul fills a square.
LETTER, SQUARE = 0.58, 1.0


@dataclass(frozen=True)
class IslandMark:
    """An island as drawn: its point, and its name in lines of one word or bracket each."""

    country: str
    x: float
    y: float
    name_x: float
    name_y: float
    anchor: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A tie to be drawn: its two places, and how many events it has."""

    vn_key: str
    kr_key: str
    events: int


@dataclass(frozen=True)
class Arc:
    """A tie as drawn: a path, and how thick."""

    vn_key: str
    kr_key: str
    path: str
    width: float


@dataclass(frozen=True)
class Dot:
    """A place as drawn; `label` says whether its name has room, `minor` whether it has none on a narrow screen.

    Where it has room on the other side of its point only, it is `turned` on a narrow screen, on a wide one `away`.
    """

    key: str
    country: str
    x: float
    y: float
    label: bool
    minor: bool
    turned: bool
    away: bool


@cache
def draw_outline(country: str) -> str:
    """The path of a country's outline."""
    project = PANELS[country].project
    rings = [" ".join(f"{x:g},{y:g}" for x, y in (project(*point) for point in ring))
             for ring in load_outlines()[country]]
    return "".join(f"M{ring}Z" for ring in rings)


def draw_islands(language: str) -> tuple[IslandMark, ...]:
    """The islands that each country's own law lists and its outline does not show, named in a language."""
    found = []
    for one in load_islands():
        (x, y), (right, down, anchor) = PANELS[one.country].project(one.longitude, one.latitude), SIDES[one.id]
        lines = tuple(one.names[language].replace("(", "\n(").split("\n"))
        name_y = y + down - LINE_UP * (len(lines) - 1)
        found.append(IslandMark(one.country, x, y, x + right, name_y, anchor, lines))
    return tuple(found)


def draw_arcs(links: Sequence[Link], gazetteer: Gazetteer) -> tuple[Arc, ...]:
    """The arcs of ties, the least busy first, so that the others lie above; places outside the drawing have none."""
    most = max(BUSY, *(link.events for link in links)) if links else BUSY
    found = []
    for link in links:
        vn, kr = find_point(link.vn_key, gazetteer), find_point(link.kr_key, gazetteer)
        if vn and kr:
            width = round(THIN + (THICK - THIN) * sqrt(link.events / most), 1) if link.events else THIN
            found.append(Arc(link.vn_key, link.kr_key, _bend(vn, kr), width))
    return tuple(reversed(found))


def draw_dots(links: Sequence[Link], gazetteer: Gazetteer, name: Callable[[str], str]) -> tuple[Dot, ...]:
    """The places of ties, busiest first; of names that would lie on each other the busier one's is shown.

    `name` is how a key is called on this page: a longer name needs more room beside those of islands.
    """
    events: dict[str, int] = {}
    for link in links:
        for key in (link.vn_key, link.kr_key):
            events[key] = events.get(key, 0) + link.events
    found: list[Dot] = []
    for key in sorted(events, key=lambda key: -events[key]):
        if point := find_point(key, gazetteer):
            country = gazetteer.localities[key].country
            named = [dot for dot in found if dot.country == country and dot.label]
            is_free = len(named) < LABELS and all(abs(dot.y - point[1]) >= LINE_ROOM for dot in named)
            wide, narrow = (_find_side(country, point, name(key), size) for size in (WIDE_LETTERS, NARROW_LETTERS))
            is_minor = len(named) >= LABELS // 2 or not narrow
            found.append(Dot(
                key, country, *point, is_free and bool(wide), is_minor, narrow == OTHER_SIDE, wide == OTHER_SIDE))
    return tuple(found)


def _find_side(country: str, point: tuple[float, float], name: str, size: float) -> str:
    """On which side of its point a name has room; empty for none."""
    if _fits(country, point, name, size):
        return OWN_SIDE
    return OTHER_SIDE if _fits_turned(country, point, name, size) else ""


def _fits(country: str, point: tuple[float, float], name: str, size: float) -> bool:
    """Whether a name beside this point stays in the drawing and off the islands of Korea and their names."""
    reach = NAME_GAP + measure(name, size)
    if country == "VN":
        return point[0] - reach >= 0
    return point[0] + reach <= WIDTH and not any(
        point[0] + reach > mark.name_x - measure(mark.lines[0], size) / 2
        and min(abs(mark.name_y - point[1]), abs(mark.y - point[1])) < LINE_ROOM
        for mark in draw_islands(LANGUAGES[0]) if mark.country == country
    )


def _fits_turned(country: str, point: tuple[float, float], name: str, size: float) -> bool:
    """Whether a name on the other side of its point, towards the other country, stays out of that and off islands."""
    (x, y), reach = point, NAME_GAP + measure(name, size)
    left, right = (x, x + reach) if country == "VN" else (x - reach, x)
    if right > PANELS["KR"].left + ISLANDS_REACH if country == "VN" else left < PANELS["KR"].left - SEA:
        return False
    return not any(
        left < mark.name_x and right > mark.name_x - max(measure(line, size) for line in mark.lines)
        and mark.name_y - LINE_ROOM < y < mark.name_y + LINE_ROOM * len(mark.lines)
        for mark in draw_islands(LANGUAGES[0]) if mark.anchor == "end"
    )


def measure(text: str, size: float) -> float:
    """How wide a name is at most in letters of a size."""
    return size * sum(SQUARE if east_asian_width(sign) == "W" else LETTER for sign in text)


def find_point(key: str, gazetteer: Gazetteer) -> tuple[float, float] | None:
    """Where a place is drawn; None for one without coordinates, or outside the drawing (far islands)."""
    one = gazetteer.localities.get(key)
    if one is None or one.latitude is None or one.longitude is None:
        return None
    x, y = PANELS[one.country].project(one.longitude, one.latitude)
    left, right = (0, PANELS["KR"].left + ISLANDS_REACH) if one.country == "VN" else (PANELS["KR"].left - 10, WIDTH)
    return (x, y) if left <= x <= right and 0 <= y <= HEIGHT else None


def _bend(start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = start, end
    rise = RISE * ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    return f"M{x1:g},{y1:g}Q{(x1 + x2) / 2:g},{(y1 + y2) / 2 - rise:g} {x2:g},{y2:g}"
