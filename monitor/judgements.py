"""Takes what readers say of events and makes it count at once: right, wrong, one event, two events; and takes it back.
"""

from typing import Literal

from monitor.application import Application
from monitor.assess import group_block
from seeds.errors import InputError
from storage.values import Correction, EventFact, EventView, Judgement

# Who a reader is, is shown in one line.
LONGEST_NAME = 100
NO_EVENT = "`twinwatch events` lists them with their ids"

# Each groups its block without the assessor's lease: a reader does not wait, and two groupings at once do no harm.


def judge_event(
    application: Application, event_id: str, answer: Literal["yes", "no"], reader: str, subscription: str = ""
) -> EventView:
    """Keeps the answer; the event as it stands then. Raises InputError where there is no such event.

    `subscription` is the one whose digest held the link that was used. What counts already is not kept once more.
    """
    judgement = Judgement(event_id, answer, check_reader(reader), application.clock(), subscription=subscription)
    if is_counting(application, judgement):
        return _get(application, event_id)
    block = application.store.judgements.save(judgement)
    if block is None:
        raise InputError(f"no event {event_id!r}", advice=NO_EVENT, reason="no_event")
    group_block(application, block)
    return _get(application, event_id)


def is_counting(application: Application, judgement: Judgement) -> bool:
    """Whether the same was said by the same, and is what counts: a second click is no second judgement to take back."""
    standing = [one for one in application.store.judgements.find(judgement.event_id) if one.withdrawn_at is None]
    said = [(one.answer, one.reader, one.subscription) for one in standing[-1:]]
    return said == [(judgement.answer, judgement.reader, judgement.subscription)]


def withdraw_judgement(application: Application, event_id: str, reader: str) -> EventView:
    """Takes the judgement that counts back. Raises InputError where there is none."""
    block = application.store.judgements.withdraw(event_id, check_reader(reader), application.clock())
    if block is None:
        raise InputError(f"nothing to take back of event {event_id!r}", reason="nothing_to_undo")
    group_block(application, block)
    return _get(application, event_id)


def merge_events(application: Application, event_id: str, other_id: str, reader: str) -> EventView:
    """Makes `other_id` part of `event_id`. Raises InputError for one event, or events of different provinces."""
    one, other = _find_proof(application, other_id), _find_proof(application, event_id)
    if _get(application, event_id).id == _get(application, other_id).id:
        raise InputError("an event cannot be merged with itself", reason="same_event")
    block = _find_block(application, other)
    if block != _find_block(application, one):
        where = f"{event_id}, {other_id}"
        raise InputError("only events of the same two provinces can be one", where=where, reason="other_provinces")
    _correct(application, Correction(block, "merge", one.name, other.name, check_reader(reader), application.clock()))
    return _get(application, event_id)


def split_article(application: Application, event_id: str, article_id: int, reader: str) -> EventView:
    """Makes what the article tells an event of its own. Raises InputError where the event has no other article."""
    facts = application.store.event_pages.facts(_get(application, event_id).id)
    one = next((fact for fact in facts if fact.article_id == article_id), None)
    other = next((fact for fact in facts if one and fact.name.entry_id != one.name.entry_id), None)
    if one is None or other is None:
        raise InputError("nothing else would be left of the event", where=event_id, reason="last_story")
    block = _find_block(application, one)
    _correct(application, Correction(block, "split", one.name, other.name, check_reader(reader), application.clock()))
    return _get(application, event_id)


def withdraw_correction(application: Application, correction_id: int, reader: str) -> None:
    """Takes a merge or a split back. Raises InputError where it is not there or was taken back before."""
    block = application.store.corrections.withdraw(correction_id, check_reader(reader), application.clock())
    if block is None:
        raise InputError(f"nothing to take back: correction {correction_id}", reason="nothing_to_undo")
    group_block(application, block)


def find_corrections(application: Application, event: EventView) -> list[Correction]:
    """What readers said of the grouping of an event's pages, first said first."""
    facts = application.store.event_pages.facts(event.id)
    pages = {fact.name.entry_id for fact in facts}
    found = application.store.corrections.find(_find_block(application, facts[0])) if facts else []
    return [one for one in found if {one.one.entry_id, one.other.entry_id} & pages]


def check_reader(reader: str) -> str:
    """The name in one line. Raises InputError for none, and for one that is too long."""
    who = " ".join(reader.split())
    if not 0 < len(who) <= LONGEST_NAME:
        advice = f"who says so, in 1 to {LONGEST_NAME} characters"
        raise InputError("no name", where="--reader", advice=advice, reason="reader")
    return who


def _correct(application: Application, correction: Correction) -> None:
    application.store.corrections.save(correction)
    group_block(application, correction.block)


def _get(application: Application, event_id: str) -> EventView:
    event = application.store.events.get(event_id)
    if event is None:
        raise InputError(f"no event {event_id!r}", advice=NO_EVENT, reason="no_event")
    return event


def _find_proof(application: Application, event_id: str) -> EventFact:
    """The best proof of an event, by which it is known whatever becomes of its id."""
    facts = application.store.event_pages.facts(_get(application, event_id).id)
    if not facts:
        raise InputError(f"event {event_id!r} has no proof left", reason="no_proof")
    return facts[0]


def _find_block(application: Application, fact: EventFact) -> str:
    gazetteer = application.gazetteer
    return f"{gazetteer.province(fact.name.vn_key)}|{gazetteer.province(fact.name.kr_key)}"
