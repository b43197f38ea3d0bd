"""Loads what a small map draws: simplified outlines of both countries, and the islands that these leave out.

`outlines.json` is made by `python -m seeds.outlines FILE` from `countries-10m.json` of the npm package world-atlas
2.0.2 (ISC, see LICENSE), whose data is Natural Earth's (public domain). `islands.csv` has, with the source of each,
localities that each country's own law lists and the outlines do not show; it takes no position beyond these lists.
"""

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "outlines.json"
ISLANDS = Path(__file__).parent / "islands.csv"

# Longitude and latitude in degrees (WGS 84), the first point again at the end.
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Island:
    """A point to be drawn, in degrees (WGS 84). `names` by language; `key` is the locality that its country's law puts
    it in or makes of it, `listed` says how."""

    id: str
    country: str
    key: str
    latitude: float
    longitude: float
    names: dict[str, str]
    listed: str
    source: str


@cache
def load_islands() -> tuple[Island, ...]:
    """The islands, in the order of the file."""
    with ISLANDS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Island(
                row["id"], row["country"], row["key"], float(row["latitude"]), float(row["longitude"]),
                {language: row[language] for language in ("en", "ko", "vi")}, row["listed"], row["source"],
            )
            for row in csv.DictReader(file)
        )


@cache
def load_outlines() -> dict[str, tuple[Ring, ...]]:
    """The rings of each country (`VN`, `KR`), mainland first."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    return {country: tuple(tuple((x, y) for x, y in ring) for ring in rings) for country, rings in data.items()}
