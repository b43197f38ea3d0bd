"""Instants as people and scripts read them; no clock is read here."""

from datetime import datetime
from zoneinfo import ZoneInfo


def format_instant(instant: datetime | None, zone: ZoneInfo) -> str | None:
    """ISO 8601 to the second with the zone's offset, `2025-08-29T17:00:00+07:00`; None stays None."""
    return instant.astimezone(zone).isoformat(timespec="seconds") if instant else None
