"""Events as feed readers and calendars take them: Atom (RFC 4287), JSON Feed 1.1 and iCalendar; pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import quote
from xml.etree import ElementTree

from icalendar import Calendar, Event

from monitor.web.lines import EventLine

ATOM = "http://www.w3.org/2005/Atom"
# What an empty feed says of its last change, so that it stays the same.
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
CALENDAR_STATES = {"planned": "TENTATIVE", "suspended": "CANCELLED"}


@dataclass(frozen=True)
class Feed:
    """What a feed says of itself. `base` is where the dashboard is reached, without a slash at its end."""

    title: str
    language: str
    base: str
    url: str
    page_url: str


def write_atom(feed: Feed, lines: Sequence[EventLine]) -> bytes:
    """The feed as Atom; an entry is known by the event's id wherever the dashboard moves to."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    changed_at = max((line.changed_at for line in lines), default=BEGINNING)
    for name, text in (("id", feed.url), ("title", feed.title), ("updated", changed_at.isoformat())):
        ElementTree.SubElement(root, f"{{{ATOM}}}{name}").text = text
    ElementTree.SubElement(ElementTree.SubElement(root, f"{{{ATOM}}}author"), f"{{{ATOM}}}name").text = "Twinwatch"
    ElementTree.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "href": feed.url})
    ElementTree.SubElement(root, f"{{{ATOM}}}link", {"rel": "alternate", "href": feed.page_url})
    for line in lines:
        entry = ElementTree.SubElement(root, f"{{{ATOM}}}entry")
        parts = (("id", f"urn:twinwatch:event:{quote(line.id)}"), ("title", line.headline),
                 ("updated", line.changed_at.isoformat()), ("published", line.first_seen_at.isoformat()),
                 ("summary", describe(line)))
        for name, text in parts:
            ElementTree.SubElement(entry, f"{{{ATOM}}}{name}").text = text
        ElementTree.SubElement(entry, f"{{{ATOM}}}link", {"href": find_page(feed, line)})
        ElementTree.SubElement(entry, f"{{{ATOM}}}category", {"term": line.act})
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return written


def write_json_feed(feed: Feed, lines: Sequence[EventLine]) -> bytes:
    """The feed as JSON Feed, texts without markup."""
    items = [
        {
            "id": f"urn:twinwatch:event:{quote(line.id)}", "url": find_page(feed, line), "title": line.headline,
            "content_text": describe(line), "date_published": line.first_seen_at.isoformat(),
            "date_modified": line.changed_at.isoformat(), "tags": [line.act],
        }
        for line in lines
    ]
    return json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": feed.title, "language": feed.language,
        "home_page_url": feed.page_url, "feed_url": feed.url, "items": items,
    }, ensure_ascii=False).encode()


def write_calendar(feed: Feed, lines: Sequence[EventLine]) -> bytes:
    """The events whose day is known, each as a whole day."""
    calendar = Calendar()
    for name, value in (("prodid", "-//Twinwatch//EN"), ("version", "2.0"), ("x-wr-calname", feed.title)):
        calendar.add(name, value)
    events = [
        _write_event(line.id, line.changed_at, day, line.headline, describe(line), find_page(feed, line),
                     CALENDAR_STATES.get(line.stage, "CONFIRMED"))
        for line in lines if (day := find_day(line))
    ]
    head, end, rest = bytes(calendar.to_ical()).rpartition(b"END:")
    return b"".join([head, *events, end, rest])


# A calendar program asks again and again for mostly the same events, and the library takes 0.2 ms to write one.
@lru_cache(maxsize=500)
def _write_event(id: str, at: datetime, day: date, summary: str, description: str, url: str, status: str) -> bytes:
    event = Event()
    for name, value in (
        ("uid", f"{quote(id)}@twinwatch"), ("dtstamp", at), ("dtstart", day), ("summary", summary),
        ("description", description), ("url", url), ("status", status), ("transp", "TRANSPARENT"),
    ):
        event.add(name, value)
    return bytes(event.to_ical())


def describe(line: EventLine) -> str:
    """The proof of an event in one line, else the headline of its first article."""
    return f"“{line.quote}” ({line.quote_outlet})" if line.quote else line.title


def find_page(feed: Feed, line: EventLine) -> str:
    """The address of the event's page."""
    return f"{feed.base}/events/{quote(line.id)}"


def find_day(line: EventLine) -> date | None:
    """The day of the happening; None where a text gives no day, or one that no calendar has."""
    try:
        return date.fromisoformat(line.happened_on or "")
    except ValueError:
        return None
