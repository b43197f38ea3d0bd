"""Retention: removes what the settings no longer keep, or says what that would be; when is the schedule's matter."""

from datetime import timedelta

from monitor.application import Application
from storage.repository.keeping import Kept


def tidy(application: Application, *, apply: bool) -> Kept:
    """What is over the limits of `[keep]`, removed if `apply`."""
    keep, now = application.settings.keep, application.clock()
    limits = (
        now - timedelta(days=keep.pages_days), keep.pages_megabytes * 1_000_000, now - timedelta(days=keep.entries_days)
    )
    keeping = application.store.keeping
    return keeping.remove(*limits) if apply else keeping.look(*limits)
