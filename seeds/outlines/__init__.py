"""Loads the outlines of both countries, simplified for a small map; they say nothing about borders.

`outlines.json` is made by `python -m seeds.outlines FILE` from `countries-10m.json` of the npm package world-atlas
2.0.2 (ISC, see LICENSE), whose data is Natural Earth's (public domain).
"""

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "outlines.json"

# Longitude and latitude in degrees (WGS 84), the first point again at the end.
Ring = tuple[tuple[float, float], ...]


@cache
def load_outlines() -> dict[str, tuple[Ring, ...]]:
    """The rings of each country (`VN`, `KR`), mainland first."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {country: tuple(tuple((x, y) for x, y in ring) for ring in rings) for country, rings in data.items()}
