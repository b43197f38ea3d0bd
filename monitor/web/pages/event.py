"""One event: its facts with their proof, its articles, its pair's other events, why it was flagged, who said what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Response
from starlette.responses import RedirectResponse

from monitor import judgements
from monitor.digests.plain import make_plain
from monitor.judging.former_names import find_former_names
from monitor.web.desk import Desk, DeskHere
from monitor.web.filters import BIGGEST
from monitor.web.lines import EventLine, find_events, make_line
from monitor.web.mergeable import find_mergeable
from monitor.web.quotes import Sentence, cut_sentence
from monitor.web.reasons import Reasons
from monitor.web.rendering import add_page
from storage.values import Correction, EventArticle, EventChange, EventFact, EventQuery, EventView, Judgement

ANSWERS = ("yes", "no")
NEIGHBOURS = 12
# Where a form leads: to what it did. A form that is answered in place names itself by this header.
SAID, IN_PLACE = "#said", "hx-request"
PROOFS = 3

FormNumber = Annotated[int, Form(ge=1, le=BIGGEST)]


@dataclass(frozen=True)
class Proof:
    """A sentence that proves a fact, and where it stands."""

    article_id: int
    url: str
    outlet_id: str
    lang: str
    title: str
    sentence: Sentence


@dataclass(frozen=True)
class FactShown:
    """One fact, with its proofs: a few at once, the others on demand."""

    vn_key: str
    kr_key: str
    act: str
    stage: str
    happened_on: str | None
    proofs: tuple[Proof, ...]
    more: tuple[Proof, ...]


@dataclass(frozen=True)
class LanguageGroup:
    """The articles of one language, first published first."""

    lang: str
    articles: tuple[EventArticle, ...]


@dataclass(frozen=True)
class EventPage:
    """All that is known of an event. `history` are the latest events of its main pair, itself among them.

    `fields` are the fields of cooperation (`agriculture`), the most named first.
    """

    event: EventLine
    facts: tuple[FactShown, ...]
    groups: tuple[LanguageGroup, ...]
    history: tuple[EventLine, ...]
    reasons: Reasons | None
    judgements: tuple[Judgement, ...]
    corrections: tuple[Correction, ...]
    changes: tuple[EventChange, ...]
    told: int
    score: float
    earlier_events: int
    known_since: str | None
    fields: tuple[str, ...]


def show_event(event_id: str, desk: DeskHere) -> EventPage | Response:
    event = desk.store.events.get(event_id)
    if event is None:
        raise HTTPException(404, "event")
    if event.id != event_id and desk.request.url.path.endswith(event_id):
        query = desk.request.url.query
        return RedirectResponse(f"/events/{event.id}" + (f"?{query}" if query else ""), 301)
    facts = desk.store.event_pages.facts(event.id)
    return EventPage(
        event=make_line(desk, event), facts=_show_facts(facts), groups=_group(event),
        history=_find_history(desk, event),
        reasons=_find_reasons(desk, facts), judgements=tuple(desk.store.judgements.find(event.id)),
        corrections=tuple(judgements.find_corrections(desk.application, event)),
        changes=tuple(desk.store.events.changes(event.id)), told=desk.store.digests.count_told(event.id),
        score=event.score, earlier_events=event.earlier_events, known_since=event.known_since,
        fields=desk.store.digests.fields([event.id]).get(event.id, ()),
    )


def furnish(desk: Desk, page: EventPage) -> dict[str, object]:
    """Stage and fields in the words of the digests; what became of the provinces that proofs name; what may be merged;
    where the focus goes after a form.
    """
    say = desk.words.say
    stage = say("event.stage", stage=say(f"stage.{page.event.stage}"))
    fields = ", ".join(say(f"field.{one}") for one in page.fields)
    others = find_mergeable(desk, page.event)
    log = _find_log(page)
    return {
        "what": f"{stage} · {say('event.fields', fields=fields)}" if fields else stage, "others": others, "log": log,
        "former": [_say_former(desk, fact) for fact in page.facts],
        "latest": _find_latest(log), "focuses": IN_PLACE in desk.request.headers and not others.is_asked,
    }


def _say_former(desk: Desk, fact: FactShown) -> list[str]:
    """For each former province that a proof shows, of which one it is part today: headings name that one alone."""
    gazetteer, now = desk.application.gazetteer, desk.place(fact.vn_key)
    if fact.vn_key not in gazetteer.localities:
        return []
    shown = ((f"{''.join(one.sentence)}\n{one.title}", one.lang) for one in (*fact.proofs, *fact.more))
    found = dict.fromkeys(key for text, lang in shown for key in find_former_names(text, lang, fact.vn_key, gazetteer))
    return [desk.words.say("event.former", former=desk.place(key), now=now) for key in found]


def _find_log(page: EventPage) -> list[Judgement | Correction]:
    """What readers said of the event and of its grouping, first said first; of one instant in the order of the store.
    """
    return sorted((*page.judgements, *page.corrections), key=_find_said_at)


def _find_said_at(said: Judgement | Correction) -> datetime:
    return said.judged_at if isinstance(said, Judgement) else said.made_at


def _find_latest(log: Sequence[Judgement | Correction]) -> Judgement | Correction | None:
    """What a reader said or took back last, of one instant what stands last; None where nobody did."""
    touched = [(one.withdrawn_at or _find_said_at(one), number) for number, one in enumerate(log)]
    return log[max(touched)[1]] if touched else None


def judge(event_id: str, desk: DeskHere, answer: Annotated[str, Form()], reader: Annotated[str, Form()]) -> Response:
    if answer not in ANSWERS:
        raise HTTPException(400, "answer")
    said: Literal["yes", "no"] = "yes" if answer == "yes" else "no"
    return _act(desk, event_id, reader, lambda who: judgements.judge_event(desk.application, event_id, said, who))


def withdraw(event_id: str, desk: DeskHere, reader: Annotated[str, Form()]) -> Response:
    return _act(desk, event_id, reader, lambda who: judgements.withdraw_judgement(desk.application, event_id, who))


def merge(event_id: str, desk: DeskHere, other: Annotated[str, Form()], reader: Annotated[str, Form()]) -> Response:
    return _act(desk, event_id, reader, lambda who: judgements.merge_events(desk.application, event_id, other, who))


def split(event_id: str, desk: DeskHere, article: FormNumber, reader: Annotated[str, Form()]) -> Response:
    return _act(desk, event_id, reader, lambda who: judgements.split_article(desk.application, event_id, article, who))


def undo(event_id: str, desk: DeskHere, correction: FormNumber, reader: Annotated[str, Form()]) -> Response:
    return _act(desk, event_id, reader,
                lambda who: judgements.withdraw_correction(desk.application, correction, who))


def _act(desk: Desk, event_id: str, reader: str, work: Callable[[str], Any]) -> Response:
    """Does what a reader asks for, and leads back to the event as it stands then."""
    who = judgements.check_reader(reader)
    if desk.store.events.get(event_id) is None:
        raise HTTPException(404, "event")
    desk.remember_reader(who)
    work(who)
    event = desk.store.events.get(event_id)
    return RedirectResponse(f"/events/{event.id if event else event_id}{SAID}", 303)


def _show_facts(facts: list[EventFact]) -> tuple[FactShown, ...]:
    """What was told, the same from many articles once; one proof of each article."""
    found: dict[tuple[str, str, str, str, str | None], dict[int, Proof]] = {}
    for fact in facts:
        key = fact.name.vn_key, fact.name.kr_key, fact.name.act, fact.stage, fact.happened_on
        found.setdefault(key, {}).setdefault(fact.article_id, _prove(fact))
    return tuple(
        FactShown(*key, tuple(proofs.values())[:PROOFS], tuple(proofs.values())[PROOFS:])
        for key, proofs in sorted(found.items(), key=lambda item: -len(item[1]))
    )


def _prove(fact: EventFact) -> Proof:
    before, quote, after = cut_sentence(fact.context, fact.start, fact.end)
    # Each part as one line; the blanks at the seams stay.
    sentence = Sentence(_keep_seams(before), make_plain(quote, 400), _keep_seams(after))
    return Proof(fact.article_id, fact.url, fact.outlet_id, fact.lang, make_plain(fact.title), sentence)


def _keep_seams(text: str) -> str:
    plain = make_plain(text, 400)
    return (" " if text[:1].isspace() else "") + plain + (" " if text[-1:].isspace() and plain else "")


def _group(event: EventView) -> tuple[LanguageGroup, ...]:
    by_language = sorted(event.articles, key=lambda article: article.lang)
    groups = [LanguageGroup(lang, tuple(same)) for lang, same in groupby(by_language, key=lambda one: one.lang)]
    return tuple(sorted(groups, key=lambda group: (-len(group.articles), group.lang)))


def _find_history(desk: Desk, event: EventView) -> tuple[EventLine, ...]:
    if not event.pairs:
        return ()
    return tuple(find_events(desk, EventQuery(pair=event.pairs[0], limit=NEIGHBOURS)))


def _find_reasons(desk: Desk, facts: list[EventFact]) -> Reasons | None:
    article = desk.store.articles.get(facts[0].article_id) if facts else None
    return desk.request.app.state.explainer.explain(article, desk.language) if article else None


router = APIRouter()
add_page(router, "/events/{event_id}", show_event, "event.html", furnish=furnish)
for name, act in (("judge", judge), ("withdraw", withdraw), ("merge", merge), ("split", split), ("undo", undo)):
    router.add_api_route(f"/events/{{event_id}}/{name}", act, methods=["POST"], response_model=None)
