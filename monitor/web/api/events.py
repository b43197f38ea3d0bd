"""Events in the API: the list, narrowed and searched, one event, and what readers say of it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from monitor import judgements
from monitor.application import UTC_ZONE
from monitor.rows import event_json, make_pair
from monitor.times import format_instant
from monitor.web.api.answers import Cursor, Limit, answer, documented, make_page, read_two
from monitor.web.api.shapes import EventId, EventList, Merge, Rules, Said, Split, Who, WholeEvent
from monitor.web.desk import Desk, DeskHere
from monitor.web.filters import BIGGEST, DAY, LONGEST_WORDS, ListFilter, Number, make_query
from monitor.web.lines import make_cursor
from monitor.web.pages.rules import show_rules
from monitor.web.place_field import ask_place
from monitor.web.rendering import VARY
from seeds.subscription import Act
from storage.values import EventFact, EventView

Stage = Literal["", "planned", "agreed", "signed", "under_way", "done", "suspended"]
Bound = Annotated[str, Query(pattern=f"^({DAY.pattern})?$", description="A day, a month or a year.")]
Key = Annotated[str, Query(max_length=40)]
Place = Annotated[str, Query(max_length=80, description="With everything inside it: a key (`KR-44`), or a name.")]

JUDGEMENT = ("answer", "reader", "subscription", "judged_at", "withdrawn_at", "withdrawn_by")


def list_events(
    desk: DeskHere, place: Place = "",
    act: Act | Literal[""] = "", stage: Stage = "",
    language: Annotated[str, Query(pattern="^([a-z]{2,3})?$")] = "", outlet: Key = "", since: Bound = "",
    until: Bound = "",
    q: Annotated[str, Query(max_length=LONGEST_WORDS, description="Words, all of which it holds.")] = "",
    verdict: Literal["yes", "unsure", "no"] = "yes", cursor: Cursor = "", limit: Limit = 50,
) -> Response:
    """Events, newest day first."""
    before = "~".join(read_two(cursor) or ())
    wanted = ListFilter(
        place=ask_place(desk, place).key, act=act, stage=stage, lang=language, outlet=outlet, since=since,
        until=until, q=q, verdict=verdict, before=before,
    )
    found = desk.store.event_pages.find(make_query(wanted, desk.application, limit))
    return answer(desk.request, make_page(found, limit, make_cursor, lambda one: event_json(one, desk.application)))


def get_event(event_id: EventId, desk: DeskHere) -> Response:
    """One event; an id that was merged away gives the event that goes on."""
    return answer(desk.request, _show(desk, _find(desk, event_id)))


def get_rules(
    event_id: EventId, desk: DeskHere,
    article: Annotated[int, Query(ge=0, le=BIGGEST, description="0: the first article.")] = 0,
) -> Response:
    """Every rule that led to the verdict on one article of the event, by today's rules."""
    page = show_rules(_find(desk, event_id).id, desk, article)
    told = answer(desk.request, {
        "event": page.event_id, "article": page.article, "verdict": page.verdict, "score": page.score,
        "points": page.points, "yes_from": page.yes_from, "rules_version": page.rules_version,
        "reasons": [asdict(row) for row in page.rows], "mentions": [asdict(one) for one in page.mentions],
    })
    told.headers.update(VARY)  # the reasons are in the reader's language
    return told


def judge_event(event_id: EventId, said: Said, desk: DeskHere) -> Response:
    """Says of an event whether it is one. It counts at once, and is kept with who and when."""
    return _act(desk, event_id, lambda id: judgements.judge_event(desk.application, id, said.answer, said.reader))


def withdraw_judgement(event_id: EventId, who: Who, desk: DeskHere) -> Response:
    """Takes the judgement that counts back; it stays on record."""
    return _act(desk, event_id, lambda id: judgements.withdraw_judgement(desk.application, id, who.reader))


def merge_events(event_id: EventId, merge: Merge, desk: DeskHere) -> Response:
    """Makes another event part of this one."""
    _find(desk, merge.other)
    return _act(desk, event_id, lambda id: judgements.merge_events(desk.application, id, merge.other, merge.reader))


def split_event(event_id: EventId, split: Split, desk: DeskHere) -> Response:
    """Makes what one article tells an event of its own."""
    return _act(
        desk, event_id, lambda id: judgements.split_article(desk.application, id, split.article, split.reader))


def undo_correction(event_id: EventId, correction_id: Number, who: Who, desk: DeskHere) -> Response:
    """Takes a merge or a split of this event back; it stays on record."""
    known = {one.id for one in judgements.find_corrections(desk.application, _find(desk, event_id))}
    if correction_id not in known:
        raise HTTPException(404, "correction")
    return _act(
        desk, event_id, lambda id: judgements.withdraw_correction(desk.application, correction_id, who.reader))


def _act(desk: Desk, event_id: str, work: Callable[[str], object]) -> Response:
    work(_find(desk, event_id).id)
    return answer(desk.request, _show(desk, _find(desk, event_id)))


def _find(desk: Desk, event_id: str) -> EventView:
    event = desk.store.events.get(event_id)
    if event is None:
        raise HTTPException(404, "event")
    return event


def _show(desk: Desk, event: EventView) -> dict[str, Any]:
    said = [asdict(one) for one in desk.store.judgements.find(event.id)]
    corrections = [asdict(one) for one in judgements.find_corrections(desk.application, event)]
    return {
        **event_json(event, desk.application), "verdict": event.verdict, "score": event.score,
        "told": desk.store.digests.count_told(event.id), "backlog": event.backlog,
        "facts": [_show_fact(desk, fact) for fact in desk.store.event_pages.facts(event.id)],
        "judgements": [_pick(one, *JUDGEMENT) for one in said],
        "corrections": [
            _pick(one, "id", "kind", "reader", "made_at", "withdrawn_at", "withdrawn_by") for one in corrections
        ],
        "fields": list(desk.store.digests.fields([event.id]).get(event.id, ())),
    }


def _show_fact(desk: Desk, fact: EventFact) -> dict[str, Any]:
    pair = make_pair(fact.name.vn_key, fact.name.kr_key, desk.application.gazetteer)
    return {
        **pair, "act": fact.name.act, "stage": fact.stage, "happened_on": fact.happened_on,
        "quote": fact.context[max(0, fact.start) : fact.end], "article": fact.article_id, "url": fact.url,
        "outlet": fact.outlet_id, "lang": fact.lang,
    }


def _pick(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: format_instant(row[key], UTC_ZONE) if isinstance(row[key], datetime) else row[key] for key in keys}


router = APIRouter(tags=["events"])
router.get("/events", responses=documented(EventList, "A page of events."))(list_events)
router.get("/events/{event_id}", responses=documented(WholeEvent, "The event."))(get_event)
router.get("/events/{event_id}/rules", responses=documented(Rules, "The rules."))(get_rules)
AFTER: dict[int | str, dict[str, Any]] = {
    200: {"model": WholeEvent, "description": "The event as it stands now."},
}
for path, act in (
    ("judgements", judge_event), ("judgements/withdraw", withdraw_judgement), ("merge", merge_events),
    ("split", split_event), ("corrections/{correction_id}/undo", undo_correction),
):
    router.post(f"/events/{{event_id}}/{path}", responses=AFTER)(act)
