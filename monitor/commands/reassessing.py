"""The work of `reassess`: prints what today's rules would change of kept articles, and changes it when told to."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import typer

from monitor.application import Application
from monitor.commands.input import show_progress
from monitor.commands.listings import name_event
from monitor.reassess import (
    Decision,
    Decisions,
    Reading,
    fetch_again,
    find_events,
    find_lost,
    find_newly_named,
    judge_again,
    save_decisions,
)
from monitor.tables import make_text
from seeds.gazetteer import Gazetteer
from storage.values import EventView


def reassess_all(*, apply: bool, limit: int | None, refetch: bool) -> None:
    """Prints the diff of decisions, saves them where `apply` says so, then the pages that may be fetched again."""
    application = Application()
    decisions = _judge(application, limit)
    events = _print_diff(application, decisions)
    if apply and decisions.judged:
        _apply(application, decisions, events)
    elif decisions.counts:
        typer.echo("Nothing was written. `twinwatch reassess --apply` saves this.")
    _list_newly_named(application, refetch)


def _judge(application: Application, limit: int | None) -> Decisions:
    count = application.store.articles.count_outdated(application.knowledge.rules_version)
    with _progress("Judging again", count if limit is None else min(limit, count)) as progress:
        return judge_again(application, limit, progress)


def _print_diff(application: Application, decisions: Decisions) -> dict[str, EventView]:
    """The events that the changed articles prove, as they are before anything is written."""
    if not decisions.judged:
        typer.echo("Every article was judged by today's rules.")
        return {}
    changes = "".join(f", {kind} {count}" for kind, count in sorted(decisions.counts.items()))
    same = "" if decisions.counts else ", nothing changes"
    typer.echo(f"Articles judged again: {decisions.judged}{same}{changes}")
    touched: set[str] = set()
    for decision in decisions.changed():
        touched.update(decision.events)
        typer.echo(_describe(decision, application.gazetteer))
    events = find_events(application, touched)
    lost = find_lost(decisions, events.values(), application.store.judgements.judged_events())
    _print_events(f"Events whose articles change: {len(events)}", events, lost, application.gazetteer)
    return events


def _print_events(head: str, events: dict[str, EventView], lost: Iterable[str], gazetteer: Gazetteer) -> None:
    if events:
        typer.echo(head)
    for event_id, event in events.items():
        typer.echo(f"  {event_id}  {name_event(event, gazetteer)}{'  would go' if event_id in lost else ''}")


def _apply(application: Application, decisions: Decisions, before: dict[str, EventView]) -> None:
    with _progress("Saving", decisions.judged) as progress:
        applied = save_decisions(application, decisions, progress)
    typer.echo(f"Verdicts saved: {applied.saved}")
    after = find_events(application, before)
    for event_id, event in before.items():
        now = after.get(event_id)
        if now is None:
            kept = application.store.events.get(event_id)
            gone = f"is part of {kept.id} now" if kept is not None and kept.id != event_id else "is gone"
            typer.echo(f"  {event_id}  {gone}: {name_event(event, application.gazetteer)}")
        elif _say(event, application.gazetteer) != _say(now, application.gazetteer):
            typer.echo(f"  {event_id}  {_say(event, application.gazetteer)} → {_say(now, application.gazetteer)}")
    for event_id, event in find_events(application, applied.new_events).items():
        typer.echo(f"  {event_id}  is new: {_say(event, application.gazetteer)}")
    for trouble in applied.stuck:
        typer.echo(trouble, err=True)
    if not applied.is_whole:
        typer.echo("Another process took over before the end; run it again for the rest.", err=True)
    if applied.stuck or not applied.is_whole:
        raise typer.Exit(1)


def _say(event: EventView, gazetteer: Gazetteer) -> str:
    return f"{event.verdict}, {name_event(event, gazetteer)}"


def _list_newly_named(application: Application, refetch: bool) -> None:
    found: list[int] = []
    with _progress("Reading the titles of pages that were screened out", None) as progress:
        for entry, key in find_newly_named(application, progress):
            if not found:
                typer.echo("Screened out when fetched, though the title names a locality of the other country now:")
            found.append(entry.id)
            place = application.gazetteer.contract_name(key)
            typer.echo(f"  {place}: {make_text(entry.title)} ({entry.outlet_id}) {entry.url}")
    if found and refetch:
        typer.echo(f"The next crawl fetches again: {fetch_again(application, found)}")
    elif found:
        typer.echo(f"{len(found)} in all. `twinwatch reassess --refetch` lets the next crawl fetch them again.")


def _describe(decision: Decision, gazetteer: Gazetteer) -> str:
    kinds, before, after = decision.kinds, decision.before, decision.after
    shown = f"{_show(before, kinds, gazetteer)} → {_show(after, kinds, gazetteer)}"
    return f"  {decision.article_id}  {decision.outlet_id}  {make_text(decision.title)}: {shown}"


def _show(reading: Reading, kinds: tuple[str, ...], gazetteer: Gazetteer) -> str:
    """The verdict, with what it says of the happening; of an article that stays flagged only what changed."""
    pairs = "; ".join(f"{gazetteer.contract_name(vn)} - {gazetteer.contract_name(kr)}" for vn, kr in reading.pairs)
    parts = {"act": reading.act, "pairs": pairs, "day": reading.happened_on or "day unknown", "stage": reading.stage}
    if kinds[0] in parts:
        return ", ".join(str(parts[kind]).replace("_", " ") for kind in kinds)
    told = [str(value).replace("_", " ") for value in parts.values() if value] if reading.pairs else []
    return ", ".join([reading.verdict, *told])


@contextmanager
def _progress(name: str, total: int | None) -> Iterator[Callable[[int], None]]:
    with show_progress(name) as progress:
        task = progress.add_task("", total=total)
        of = "" if total is None else f" of {total}"
        yield lambda done: progress.update(task, description=f"{done}{of}")
