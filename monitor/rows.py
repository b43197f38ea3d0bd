"""What the store holds as rows with stable keys: what commands print as JSON lines and the API answers."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from monitor.application import UTC_ZONE, Application
from monitor.times import format_instant
from seeds.gazetteer import Gazetteer
from seeds.outlet import Outlet
from storage.values import DeliveryRow, EventView, OutletState, RunRow, TieRow

NEVER_CRAWLED = "never crawled yet"
NOT_READ = "not read to its end yet"
NO_CONTACT = "never crawled: crawl.contact is not set"


def event_json(event: EventView, application: Application) -> dict[str, Any]:
    """An event as the contract of `events --format jsonl` has it."""
    first = event.articles[0] if event.articles else None
    zone = application.zone_of(first.outlet_id, first.lang) if first else UTC_ZONE
    return {
        "id": event.id, "act": event.act, "stage": event.stage, "happened_on": event.happened_on,
        "pairs": [make_pair(vn, kr, application.gazetteer) for vn, kr in event.pairs],
        "new_tie": event.new_tie, "first_seen_at": format_instant(event.first_seen_at, zone),
        "articles": list(_articles_json(event, application)),
    }


def tie_row(tie: TieRow, gazetteer: Gazetteer) -> dict[str, Any]:
    """A tie; its names are those of the contracts."""
    return {
        "vn": gazetteer.contract_name(tie.vn_key), "kr": gazetteer.contract_name(tie.kr_key), "kind": tie.kind,
        "since": tie.since, "last_event_on": tie.last_event_on, "events": tie.events, "source": tie.source,
        "vn_key": tie.vn_key, "kr_key": tie.kr_key,
    }


def outlet_row(outlet: Outlet, known: OutletState | None, application: Application) -> dict[str, Any]:
    """An outlet and how it does, its times in its own zone."""
    state, zone = known or OutletState(outlet.id), ZoneInfo(outlet.zone)
    unread = NOT_READ if state.first_visit_at else NEVER_CRAWLED if application.settings.may_crawl else NO_CONTACT
    return {
        "id": outlet.id, "name": outlet.name, "country": outlet.country, "lang": outlet.lang, "kind": outlet.kind,
        "state": state.state, "state_since": format_instant(state.state_since, zone),
        "reason": state.state_reason or ("" if state.last_seen_at else unread),
        "last_seen_at": format_instant(state.last_seen_at, zone),
        "last_new_at": format_instant(state.last_new_at, zone),
        "next_due_at": format_instant(state.next_due_at, zone),
        "homepage": outlet.homepage, "feeds": [feed.url for feed in outlet.feeds],
    }


def run_row(run: RunRow, application: Application) -> dict[str, Any]:
    """A run, its times in the outlet's zone."""
    zone = application.zone_of(run.outlet_id)
    return {
        "id": run.id, "wave": run.wave_id, "outlet": run.outlet_id, "started_at": format_instant(run.started_at, zone),
        "finished_at": format_instant(run.finished_at, zone), "outcome": run.outcome, "reason": run.reason,
        "counts": run.counts,
    }


def delivery_row(row: DeliveryRow, zone: ZoneInfo) -> dict[str, Any]:
    """A delivery, its times in `zone`."""
    return {
        "id": row.id, "digest": row.digest_id, "subscription": row.subscription, "notifier": row.notifier,
        "recipient": row.recipient, "state": row.state, "attempts": row.attempts, "may_repeat": row.may_repeat,
        "created_at": format_instant(row.created_at, zone), "sent_at": format_instant(row.sent_at, zone),
        "next_attempt_at": format_instant(row.next_attempt_at, zone), "reason": row.reason,
    }


def _articles_json(event: EventView, application: Application) -> Iterator[dict[str, Any]]:
    for article in event.articles:
        zone = application.zone_of(article.outlet_id, article.lang)
        yield {
            "url": article.url, "outlet": article.outlet_id, "lang": article.lang, "title": article.title,
            "published_at": format_instant(article.published_at, zone),
        }


def make_pair(vn_key: str, kr_key: str, gazetteer: Gazetteer) -> dict[str, dict[str, str]]:
    """Both places of a pair with the names of the contracts."""
    return {
        "vn": {"key": vn_key, "name": gazetteer.contract_name(vn_key)},
        "kr": {"key": kr_key, "name": gazetteer.contract_name(kr_key)},
    }
