"""Loads what the newsroom plays: outlets, events and stories from the YAML files beside it. It serves nothing."""

import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize
from zoneinfo import ZoneInfo

import yaml

from seeds.errors import SeedError
from seeds.newsroom.values import Event, OutletPlay, Story
from seeds.outlet import ZONES

FOLDER = Path(__file__).parent


@cache
def load_outlets() -> dict[str, OutletPlay]:
    """The outlets of `outlets.yml` by id."""
    return {key: _outlet(key, data) for key, data in _read(FOLDER / "outlets.yml").items()}


@cache
def load_events() -> dict[str, Event]:
    """The true events of `events.yml` by id."""
    return {
        key: Event(id=key, **{**data, "pairs": tuple((vn, kr) for vn, kr in data["pairs"])})
        for key, data in _read(FOLDER / "events.yml").items()
    }


@cache
def load_stories() -> tuple[Story, ...]:
    """All stories of `stories/*.yml`, in the order of the files; SeedError names file and story for a wrong one."""
    return tuple(
        _story(file, outlet, data)
        for file in sorted((FOLDER / "stories").glob("*.yml"))
        for outlet, rows in _read(file).items()
        for data in rows
    )


@cache
def load_fillers() -> dict[str, dict[str, Any]]:
    """The texts of plain local stories by language; `{n}` tells one from its like."""
    return _read(FOLDER / "filler.yml")


@cache
def load_shells() -> dict[str, dict[str, Any]]:
    """The words around the articles by language: menus, other headlines, footers."""
    return _read(FOLDER / "shells.yml")


def _read(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(normalize("NFC", file.read_text(encoding="utf-8")))
    return data


def _outlet(key: str, data: dict[str, Any]) -> OutletPlay:
    zone = ZoneInfo(ZONES[data["country"]])
    made: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    made.setdefault("template", made["family"])
    return OutletPlay(id=key, zone=zone, **made)


def _story(file: Path, outlet_id: str, data: dict[str, Any]) -> Story:
    rest = dict(data)
    try:
        outlet, event = load_outlets()[outlet_id], rest.pop("event", None)
        age = timedelta(hours=rest.pop("age_hours", 0), days=rest.pop("age_days", 0))
        paragraphs = tuple(" ".join(p.split()) for p in re.split(r"\n\s*\n", rest.pop("body").strip()))
        return Story(
            outlet_id=outlet_id, lang=outlet.lang, lead=" ".join(rest.pop("lead", "").split()), paragraphs=paragraphs,
            age=age, event=load_events()[event] if event else None, faults=frozenset(rest.pop("faults", ())),
            names=tuple(rest.pop("names", ())), **rest,
        )
    except (KeyError, TypeError) as error:
        raise SeedError(f"wrong story {data.get('id')!r}: {error}", where=str(file)) from error
