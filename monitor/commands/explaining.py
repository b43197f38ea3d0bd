"""The work of `explain`: finds what is asked about and has it explained; `explained` shows it to people."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import typer

from monitor.application import UTC_ZONE, Application
from monitor.assess import make_story
from monitor.commands.explained import print_note
from monitor.commands.input import open_input
from monitor.commands.notes import EventNote, PairNote, StoredVerdict, StoryNote
from monitor.judging.explanation import explain_grouping, explain_story
from monitor.judging.lines import Fault, parse_line, parse_story
from monitor.times import format_instant
from seeds.errors import InputError, TwinwatchError
from seeds.explanations import Wording, load_wording
from storage.values import BlockFact, EventView, StoredArticle


@dataclass(frozen=True)
class _Desk:
    application: Application
    wording: Wording


def explain(what: str | None, file: str | None, *, as_json: bool) -> None:
    """Prints the explanation of `what` (address, number, event id, - for standard input) or of the lines of `file`.

    Raises InputError where nothing of that name is in the store. A broken line is told on standard error.
    """
    if (what is None) == (file is None):
        raise InputError("nothing to explain" if what is None else "either a story of the store or --file, not both",
                         advice="an address, a number, an event's id, - or --file FILE")
    application = Application()
    desk = _Desk(application, load_wording(application.settings.seeds_dir))
    if file is not None or what == "-":
        broken = _explain_lines(file or "-", desk, as_json)
        if broken:
            raise typer.Exit(1)
        return
    assert what is not None
    article = _find_article(what, application)
    if article is not None:
        return _print(_note_article(article, desk, with_events=True), desk, as_json)
    event = None if what.isdigit() or "://" in what else application.store.events.get(what)
    if event is None:
        raise InputError(f"no article and no event {what!r}", where="store",
                         advice="`twinwatch events --format jsonl` lists events with the addresses of their articles")
    _print(note_event(event, desk.application, desk.wording), desk, as_json)


def note_event(event: EventView, application: Application, wording: Wording) -> EventNote:
    """All that is known of an event: its stories explained, why they are together, and what readers said of it."""
    desk = _Desk(application, wording)
    store = application.store
    found = [store.articles.get(article.article_id) for article in event.articles]
    changes = [
        {**asdict(change), "changed_at": format_instant(change.changed_at, UTC_ZONE)}
        for change in store.events.changes(event.id)
    ]
    return EventNote(
        "event", event.id, event.act, event.stage, event.happened_on, event.verdict,
        tuple(_note_pair(vn, kr, application) for vn, kr in event.pairs),
        tuple({"answer": said.answer, "reader": said.reader, "judged_at": format_instant(said.judged_at, UTC_ZONE)}
              for said in store.judgements.find(event.id)),
        tuple(changes), _group(event, desk),
        tuple(_note_article(article, desk, with_events=False) for article in found if article),
    )


def _explain_lines(file: str, desk: _Desk, as_json: bool) -> int:
    """Explains each story of a file of lines; how many were broken."""
    broken = 0
    with open_input(file) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                note = _note_line(line, desk)
            except TwinwatchError as error:
                typer.echo(str(Fault(number, error)), err=True)
                broken += 1
                continue
            _print(note, desk, as_json)
    return broken


def _note_line(line: bytes, desk: _Desk) -> StoryNote:
    data = parse_line(line)
    story = parse_story(data, desk.application.catalogue)
    outlet = desk.application.catalogue.find_outlet(story.url) if story.url else None
    explanation = explain_story(story, desk.application.knowledge, desk.wording)
    published = story.published_at.isoformat(timespec="seconds") if story.published_at else None
    return StoryNote("story", data["id"], story.url, outlet.id if outlet else "", explanation.lang, story.title,
                     published, None, explanation, ())


def _note_article(article: StoredArticle, desk: _Desk, *, with_events: bool) -> StoryNote:
    application = desk.application
    explanation = explain_story(make_story(article, application), application.knowledge, desk.wording)
    events = tuple(
        note_event(event, application, desk.wording) for event in _find_events(article, application)
    ) if with_events else ()
    zone = application.zone_of(article.outlet_id, article.lang)
    return StoryNote(
        "article", article.id, article.url, article.outlet_id, explanation.lang, article.title,
        format_instant(article.published_at, zone), _find_stored(article, application), explanation, events,
    )


def _find_stored(article: StoredArticle, application: Application) -> StoredVerdict | None:
    known = application.store.articles.judged(article.id)
    if known is None:
        return None
    is_of_today = known.rules_version == application.knowledge.rules_version
    return StoredVerdict(known.verdict, known.score, known.rules_version, is_of_today)


def _find_article(what: str, application: Application) -> StoredArticle | None:
    """The article of that number or address; a fragment, and a slash at the end, are no part of an address."""
    articles = application.store.articles
    if what.isdigit():
        return articles.get(int(what))
    if "://" not in what:
        return None
    bare = what.partition("#")[0]
    forms = dict.fromkeys([what, bare, bare.rstrip("/"), f"{bare}/"])
    return next((found for url in forms if (found := articles.find_by_url(url))), None)


def _find_events(article: StoredArticle, application: Application) -> Iterator[EventView]:
    known = application.store.articles.judged(article.id)
    for event_id in known.events if known else ():
        event = application.store.events.get(event_id)
        if event is not None:
            yield event


def _group(event: EventView, desk: _Desk) -> Any:
    """Why the stories of the event are together, and near ones of the same two provinces are not."""
    application = desk.application
    gazetteer, events = application.gazetteer, application.store.events
    vn, kr = event.pairs[0] if event.pairs else ("", "")
    if not vn:
        return None
    block = f"{gazetteer.province(vn)}|{gazetteer.province(kr)}"
    facts: list[BlockFact] = events.block_facts(block)
    return explain_grouping(event.id, facts, events.block_events(block), gazetteer, desk.wording)


def _note_pair(vn: str, kr: str, application: Application) -> PairNote:
    return PairNote(vn, application.gazetteer.name(vn), kr, application.gazetteer.name(kr))


def _print(note: StoryNote | EventNote, desk: _Desk, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(asdict(note), ensure_ascii=False) + "\n")
    else:
        print_note(note, desk.wording)
