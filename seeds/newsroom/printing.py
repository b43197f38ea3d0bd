"""Turns a story into what its outlet printed: days filled in, dated and given its address. It reads no clock."""

import re
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from unicodedata import combining, normalize
from zoneinfo import ZoneInfo

from seeds.newsroom.days import fill_days
from seeds.newsroom.values import OutletPlay, Printed, Story

EVENT_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SLUG_WORDS = 16


def print_story(story: Story, outlet: OutletPlay, serial: int, now: datetime) -> Printed:
    """`story` as printed `story.age` before `now`; day tokens mean the event's day, else the day of printing."""
    published_at = (now - story.age).astimezone(outlet.zone).replace(microsecond=0)
    day = published_at.date()
    if story.event:
        day = now.astimezone(EVENT_ZONE).date() - timedelta(days=story.event.days_ago)
    title = fill_days(story.title, day)
    path = _make_path(story, outlet, title, serial, published_at)
    printed = Printed(
        story=story, serial=serial, published_at=published_at, title=title, lead=fill_days(story.lead, day),
        paragraphs=tuple(fill_days(p, day) for p in story.paragraphs), path=path,
    )
    if "twin" in story.faults:
        twin = outlet.twin.format(path=path, serial=serial)
        return replace(printed, twins=(twin,), listed=(path, twin))
    return replace(printed, listed=(find_former_path(path) if "moved" in story.faults else path,))


def find_former_path(path: str) -> str:
    """The address that a moved story had before: another slug, the same number."""
    return path.replace("/", "/cap-nhat-", 1)


def make_slug(title: str, lang: str) -> str:
    """The title as a piece of an address; Korean titles give an empty one."""
    plain = normalize("NFD", title.lower().replace("đ", "d").replace("ł", "l"))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not combining(c)))
    return "" if lang == "ko" else "-".join(words[:SLUG_WORDS])


def make_lossy_slug(title: str) -> str:
    """The slug of the kimchinha family, which loses the Vietnamese letters and is cut short."""
    return "-".join(re.findall(r"[a-z]+", title.lower()))[:30].strip("-") or "tin"


def _make_path(story: Story, outlet: OutletPlay, title: str, serial: int, published_at: datetime) -> str:
    slug = make_lossy_slug(title) if outlet.template == "kimchinha" else make_slug(title, outlet.lang)
    if "disallowed" in story.faults:
        slug = outlet.disallow.strip("/") + slug
    return outlet.address.format(
        slug=story.slug or slug, serial=serial, stamp=f"{published_at:%y%m%d%H%M%S}", day=f"{published_at:%Y%m%d}",
        month=f"{published_at:%Y%m}", hex=f"{zlib.crc32(story.id.encode()) & 0xFFFFFFF:07x}",
    )
