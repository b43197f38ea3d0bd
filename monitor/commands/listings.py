"""What the store holds as rows to print: events, ties, outlets, runs and deliveries; `reading` has the commands."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, get_args

from monitor.application import UTC_ZONE, Application
from monitor.register import find_register
from monitor.rows import delivery_row, event_json, outlet_row, run_row, tie_row
from monitor.tables import Format, MakeCell, Row, make_text, print_rows, take, take_minute
from seeds.errors import InputError
from seeds.gazetteer import Gazetteer
from seeds.subscription import Act
from storage.repository.events import EventFilter
from storage.values import EventView

# Sure, in doubt, refuted by a reader.
VERDICTS = ("yes", "unsure", "no")
# Every state that an outlet may be in.
STATES = ("unproven", "fine", "quiet", "silent", "blocked", "broken", "drifted", "resting")


def list_events(form: Format, limit: int | None, act: str | None, key: str | None, verdict: str) -> None:
    """Prints events, newest first. Raises InputError for an act, a verdict or a locality that nobody knows."""
    application = Application()
    _check_word(act, get_args(Act), "--act")
    _check_word(verdict, VERDICTS, "--verdict")
    if key is not None:
        application.check_locality(key, "--key")
    wanted = EventFilter(act=act, key=key, verdict=verdict, limit=limit)
    found = application.store.events.find(wanted)
    make = event_json if form is Format.jsonl else _event_row
    columns = ("id", "happened_on", "pairs", "act", "stage", "new_tie", "articles", "title")
    shown = {"day": take("happened_on"), "id": take("id"), "event": _describe_event}
    rows = (make(event, application) for event in found)
    print_rows(rows, form, columns, shown=shown, empty="No events. `twinwatch refresh` crawls now.")


def list_ties(form: Format, limit: int | None) -> None:
    """Prints the register, as the seeds and the store's events have it."""
    application = Application()
    gazetteer = application.gazetteer
    known = find_register(application)
    rows = (tie_row(known[pair], gazetteer) for pair in sorted(known)[:limit])
    columns = ("vn", "kr", "kind", "since", "last_event_on", "events", "source", "vn_key", "kr_key")
    narrow = ("kind", "since", "events", "source")
    shown: dict[str, MakeCell] = {column: take(column) for column in narrow}
    shown["between"] = lambda row: f"{row['vn']} - {row['kr']}"
    print_rows(rows, form, columns, shown=shown, empty="No ties.")


def list_runs(form: Format, limit: int | None, outlet: str | None) -> None:
    """Prints runs, newest first. Raises InputError for an outlet that nobody knows."""
    application = Application()
    if outlet is not None:
        application.find_outlet(outlet)
    rows = (run_row(run, application) for run in application.store.runs.find(limit, outlet))
    columns = ("id", "wave", "outlet", "started_at", "finished_at", "outcome", "reason", "counts")
    shown = {
        "started": take_minute("started_at"), "outlet": take("outlet"), "outcome": take("outcome"),
        "what": lambda row: make_text([part for part in (row["reason"], row["counts"]) if part]),
    }
    print_rows(rows, form, columns, shown=shown, empty="No runs yet. `twinwatch refresh` crawls now.")


def list_deliveries(form: Format, limit: int | None) -> None:
    """Prints deliveries, newest first, their times in the reader's zone."""
    application = Application()
    zones = {s.name: s.timezone for s in application.settings.subscription}
    found = application.store.deliveries.find(limit)
    rows = (delivery_row(row, zones.get(row.subscription, UTC_ZONE)) for row in found)
    columns = (
        "id", "subscription", "notifier", "recipient", "state", "attempts", "may_repeat", "created_at", "sent_at",
        "next_attempt_at", "reason",
    )
    shown = {
        "made": take_minute("created_at"), "subscription": take("subscription"), "state": take("state"),
        "tries": take("attempts"), "recipient": _describe_recipient,
    }
    print_rows(rows, form, columns, shown=shown, empty="Nothing was delivered yet.")


def list_outlets(form: Format, limit: int | None, state: str | None) -> None:
    """Prints the outlets that are watched, those in one state only if it is named. InputError for what is no state."""
    if state is not None:
        _check_word(state, STATES, "--state")
    application = Application()
    states = application.store.outlets.states()
    found = application.store.found_feeds.all()
    rows = [
        outlet_row(outlet, states.get(outlet.id), application)
        | {"found_feeds": [feed.url for feed in found.get(outlet.id, ())]}
        for outlet in application.watched.values()
    ]
    if state is not None:
        rows = [row for row in rows if row["state"] == state]
    empty = f"No outlet is {state}." if state else "No outlets are watched."
    columns = (
        "id", "name", "country", "lang", "state", "state_since", "reason", "last_seen_at", "last_new_at",
        "next_due_at", "found_feeds")
    shown = {
        "id": take("id"), "lang": take("lang"), "state": take("state"), "since": take_minute("state_since"),
        "last read": take_minute("last_seen_at"), "next due": take_minute("next_due_at"), "reason": _describe_reason,
    }
    print_rows(rows[:limit], form, columns, shown=shown, empty=empty)


def name_event(event: EventView, gazetteer: Gazetteer) -> str:
    """An event in one line: day, pairs, act and stage, and its first headline."""
    pairs = "; ".join(f"{gazetteer.contract_name(vn)} - {gazetteer.contract_name(kr)}" for vn, kr in event.pairs)
    what = f"{event.act}, {event.stage}".replace("_", " ")
    title = make_text(event.articles[0].title) if event.articles else ""
    return ", ".join(filter(None, (event.happened_on or "day unknown", pairs, what, title)))


def _check_word(word: str | None, known: Sequence[str], where: str) -> None:
    if word is not None and word not in known:
        near = get_close_matches(word, known, 1)
        advice = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
        raise InputError(f"no {word!r}", where=where, advice=advice)


def _describe_event(row: Row) -> str:
    """Pairs, what they did and where it is read: three lines."""
    new = ", new tie" if row["new_tie"] else ""
    more = f" (and {row['articles'] - 1} more)" if row["articles"] > 1 else ""
    lines = row["pairs"], f"{row['act']}, {row['stage']}{new}".replace("_", " "), f"{row['title']}{more}"
    return "\n".join(map(make_text, lines))


def _describe_recipient(row: Row) -> str:
    repeat = "perhaps sent twice" if row["may_repeat"] else ""
    return make_text(": ".join(filter(None, [row["recipient"], "; ".join(filter(None, [repeat, row["reason"]]))])))


def _describe_reason(row: Row) -> str:
    """Why an outlet is in its state, and what its site shows instead of a feed that cannot be read."""
    found = [f"found: {make_text(url)}" for url in row["found_feeds"]]
    return "\n".join(filter(None, [make_text(row["reason"]), *found]))


def _event_row(event: EventView, application: Application) -> dict[str, Any]:
    gazetteer = application.gazetteer
    pairs = (f"{gazetteer.contract_name(vn)} - {gazetteer.contract_name(kr)}" for vn, kr in event.pairs)
    return {
        "id": event.id, "happened_on": event.happened_on, "pairs": "; ".join(pairs), "act": event.act,
        "stage": event.stage, "new_tie": event.new_tie, "articles": len(event.articles),
        "title": event.articles[0].title if event.articles else "",
    }
