"""Makes `outlines.json` of a TopoJSON file with the world's countries; it draws nothing.

Usage: `npm pack world-atlas@2.0.2`, unpack it, then `python -m seeds.outlines package/countries-10m.json`.
"""

import json
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from seeds.outlines import FILE

Point = tuple[float, float]
# ISO 3166-1 numeric.
COUNTRIES = {"VN": "704", "KR": "410"}
# In degrees: what a pixel of a map of 300 by 600 cannot show; the area of the smallest island that it can.
TOLERANCE, SMALLEST = 0.012, 0.003
DIGITS = 3


def convert(topology: dict[str, Any]) -> dict[str, list[list[Point]]]:
    """The outer rings of each of COUNTRIES, largest first, simplified."""
    arcs = [_decode(arc, topology["transform"]) for arc in topology["arcs"]]
    shapes = {one.get("id"): one for one in topology["objects"]["countries"]["geometries"]}
    made = {}
    for country, number in COUNTRIES.items():
        rings = [_join(polygon[0], arcs) for polygon in shapes[number]["arcs"]]
        rings = sorted((ring for ring in rings if _measure(ring) >= SMALLEST), key=_measure, reverse=True)
        made[country] = [[(round(x, DIGITS), round(y, DIGITS)) for x, y in simplify(ring)] for ring in rings]
    return made


def simplify(ring: Sequence[Point], tolerance: float = TOLERANCE) -> list[Point]:
    """A closed line without the points nearer than `tolerance` to it (Douglas and Peucker, 1973)."""
    far = max(range(len(ring)), key=lambda n: _distance(ring[n], ring[0], ring[0]))
    return [*_thin(ring[: far + 1], tolerance)[:-1], *_thin(ring[far:], tolerance)]


def _thin(line: Sequence[Point], tolerance: float) -> list[Point]:
    if len(line) < 3:
        return list(line)
    far = max(range(1, len(line) - 1), key=lambda n: _distance(line[n], line[0], line[-1]))
    if _distance(line[far], line[0], line[-1]) <= tolerance:
        return [line[0], line[-1]]
    return [*_thin(line[: far + 1], tolerance)[:-1], *_thin(line[far:], tolerance)]


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (x1, y1), (x2, y2) = point, start, end
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    part = max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / length)) if length else 0.0
    return float(((x - x1 - part * dx) ** 2 + (y - y1 - part * dy) ** 2) ** 0.5)


def _decode(arc: Sequence[Sequence[int]], transform: dict[str, Sequence[float]]) -> list[Point]:
    """The points of an arc, whose steps are counted from point to point (TopoJSON, 2.1.4)."""
    (kx, ky), (x0, y0) = transform["scale"], transform["translate"]
    points, x, y = [], 0, 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * kx + x0, y * ky + y0))
    return points


def _join(numbers: Sequence[int], arcs: Sequence[list[Point]]) -> list[Point]:
    """A ring of arcs; `~n` is the arc `n` from its end (TopoJSON, 2.1.4)."""
    points: list[Point] = []
    for number in numbers:
        part = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += part[1 if points else 0:]
    return points


def _measure(ring: Sequence[Point]) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))) / 2


if __name__ == "__main__":
    outlines = convert(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    FILE.write_text(json.dumps(outlines, separators=(",", ":")) + "\n", encoding="utf-8")
