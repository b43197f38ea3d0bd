"""The work of `classify` and `evaluate`: lines of stories in, verdicts or figures out; no store is opened."""

import json
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from monitor.judging.evaluation import (
    Judged,
    Labelled,
    Relevance,
    measure_alarms,
    measure_by_language,
    measure_facts,
    measure_relevance,
)
from monitor.judging.judge import Knowledge, judge, load_knowledge
from monitor.judging.language import detect_language
from monitor.judging.values import Story, Verdict
from seeds.catalogue import Catalogue, load_catalogue
from seeds.errors import InputError, TwinwatchError
from seeds.gazetteer import Gazetteer
from seeds.outlet import ZONES
from seeds.settings import load_settings

# Where the outlet is not known, a Vietnamese or Korean story is dated in its country's zone.
LANGUAGE_ZONES = {"vi": ZONES["VN"], "ko": ZONES["KR"]}


@dataclass(frozen=True)
class Desk:
    """What the two commands read stories with."""

    knowledge: Knowledge
    catalogue: Catalogue


def classify(file: str) -> None:
    """Prints a verdict line for each line of `file` (`-` is standard input), in order.

    A broken line is told on standard error with its number; the command fails at the end where there was one.
    """
    desk = _open_desk()
    broken = 0
    with _open_input(file) as lines, _progress("Judging") as progress:
        task = progress.add_task("", total=None)
        for number, line in enumerate(lines, 1):
            broken += not _classify_line(number, line, desk)
            progress.update(task, description=f"{number} lines")
    if broken:
        raise typer.Exit(1)


def evaluate(file: str, stream: bool) -> None:
    """Prints tables of figures for the labelled lines of `file`; `stream` adds false alarms per 1,000 stories.

    A story without published_at is dated by its label's event_date, so that days without a year can be read.
    """
    desk = _open_desk()
    rows: list[Judged] = []
    broken = 0
    with _open_input(file) as lines, _progress("Judging") as progress:
        task = progress.add_task("", total=None)
        for number, line in enumerate(lines, 1):
            judged = _judge_labelled(number, line, desk)
            rows += judged or []
            broken += judged is None
            progress.update(task, description=f"{number} lines")
    for table in make_tables(rows, desk.knowledge.gazetteer, stream=stream):
        Console().print(table)
    if broken:
        raise typer.Exit(1)


def make_verdict_line(story_id: object, verdict: Verdict, gazetteer: Gazetteer) -> dict[str, Any]:
    """A verdict as the contract prints it: the main fact first, offsets in code points of the NFC text."""
    return {
        "id": story_id, "lang": verdict.lang, "verdict": verdict.verdict, "relevant": verdict.verdict == "yes",
        "score": verdict.score, "act": verdict.act,
        "facts": [
            {
                "vn": {"key": fact.vn_key, "name": gazetteer.contract_name(fact.vn_key)},
                "kr": {"key": fact.kr_key, "name": gazetteer.contract_name(fact.kr_key)},
                "act": fact.act, "stage": fact.stage, "happened_on": fact.happened_on, "quote": fact.quote,
            }
            for fact in verdict.facts
        ],
        "evidence": [
            {"rule": e.rule, "field": e.field, "start": e.start, "end": e.end, "quote": e.quote}
            for e in verdict.evidence
        ],
        "rules_version": verdict.rules_version,
    }


def parse_story(data: dict[str, Any], catalogue: Catalogue) -> Story:
    """A story from a line of the contract. Raises InputError for a key that is missing or of the wrong kind."""
    title, text, url = (_read_text(data, key) for key in ("title", "text", "url"))
    lang = _read_text(data, "lang", default="")[:2].lower() or detect_language(f"{title}\n{text}")
    outlet = catalogue.find_outlet(url) if url else None
    zone = outlet.zone if outlet else LANGUAGE_ZONES.get(lang)
    return Story(
        str(_read_id(data)), url, lang, title, text, _parse_instant(data.get("published_at"), zone),
        outlet.home if outlet else None, outlet.country if outlet else None,
    )


def make_tables(rows: list[Judged], gazetteer: Gazetteer, *, stream: bool) -> list[Table]:
    """The figures as tables: relevance by language, then what the facts are worth, then the false alarms."""
    clear = [r for r in rows if not r.label.borderline]
    tables = [_relevance_table(rows, clear), _facts_table(rows, clear, gazetteer)]
    if stream:
        tables.append(_alarm_table(clear))
    return tables


def _open_desk() -> Desk:
    seeds_dir = load_settings().seeds_dir
    return Desk(load_knowledge(seeds_dir), load_catalogue(seeds_dir))


def _classify_line(number: int, line: bytes, desk: Desk) -> bool:
    if not line.strip():
        return True
    try:
        data = _parse_line(line)
        story = parse_story(data, desk.catalogue)
    except TwinwatchError as error:
        typer.echo(f"line {number}: {error}", err=True)
        return False
    answer = make_verdict_line(data["id"], judge(story, desk.knowledge), desk.knowledge.gazetteer)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return True


def _judge_labelled(number: int, line: bytes, desk: Desk) -> list[Judged] | None:
    if not line.strip():
        return []
    try:
        data = _parse_line(line)
        label = _parse_label(data)
        if not data.get("published_at") and len(label.happened_on or "") == 10:
            data["published_at"] = f"{label.happened_on}T{time(12):%H:%M:%S}"
        story = parse_story(data, desk.catalogue)
    except TwinwatchError as error:
        typer.echo(f"line {number}: {error}", err=True)
        return None
    verdict = judge(story, desk.knowledge)
    return [Judged(label, verdict, story.title, story.text, story.url, story.published_at)]


def _parse_line(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise InputError(f"not JSON in UTF-8: {error}") from error
    except RecursionError as error:
        raise InputError("not JSON: nested too deep") from error
    if not isinstance(data, dict):
        raise InputError("not a JSON object", advice='{"id", "url", "title", "text"}')
    return data


def _parse_label(data: dict[str, Any]) -> Labelled:
    if not isinstance(data.get("relevant"), bool):
        raise InputError("'relevant' is missing", advice="evaluate takes labelled stories")
    pairs = data.get("pairs") or []
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        raise InputError("'pairs' must be a list of [Vietnamese, Korean] names")
    return Labelled(
        str(_read_id(data)), str(data.get("lang") or ""), data["relevant"], bool(data.get("borderline")),
        tuple((_nfc(str(vn)), str(kr)) for vn, kr in pairs),
        *(data.get(key) for key in ("act", "event_date", "event_id")),
    )


def _read_id(data: dict[str, Any]) -> object:
    if not isinstance(data.get("id"), str | int):
        raise InputError("'id' is missing or neither text nor a number")
    return data["id"]


def _read_text(data: dict[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key) if data.get(key) is not None else default
    if key == "url" and value is None:
        return ""
    if not isinstance(value, str):
        raise InputError(f"{key!r} is missing or no text")
    return _nfc(value)


def _nfc(text: str) -> str:
    """NFC text; half of a surrogate pair, which no file could hold, becomes the replacement character."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", whole)


def _parse_instant(value: object, zone: str | None) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        at = datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        raise InputError(f"'published_at' is no ISO instant: {value!r}") from error
    if zone:
        return at.replace(tzinfo=ZoneInfo(zone)) if at.tzinfo is None else at.astimezone(ZoneInfo(zone))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


class _Input:
    """The lines of a file or of standard input, as bytes."""

    def __init__(self, stream: BinaryIO, close: bool) -> None:
        self._stream, self._close = stream, close

    def __enter__(self) -> Iterator[bytes]:
        return iter(self._stream)

    def __exit__(self, *_: object) -> None:
        if self._close:
            self._stream.close()


def _open_input(file: str) -> _Input:
    if file == "-":
        return _Input(sys.stdin.buffer, False)
    try:
        return _Input(Path(file).open("rb"), True)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=file) from error


def _progress(name: str) -> Progress:
    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn(name), TextColumn("{task.description}")
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _relevance_table(rows: list[Judged], clear: list[Judged]) -> Table:
    table = Table("language", "stories", "precision", "recall", "F1", "F1 with borderline", title="Relevance")
    with_doubt = measure_by_language(rows)
    for lang, figure in measure_by_language(clear).items():
        count = sum(r.label.lang == lang for r in clear)
        table.add_row(lang, str(count), *_cells(figure), f"{with_doubt[lang].f1:.3f}")
    table.add_row("all", str(len(clear)), *_cells(measure_relevance(clear)), f"{measure_relevance(rows).f1:.3f}")
    return table


def _cells(figure: Relevance) -> tuple[str, str, str]:
    return f"{figure.precision:.3f}", f"{figure.recall:.3f}", f"{figure.f1:.3f}"


def _facts_table(rows: list[Judged], clear: list[Judged], gazetteer: Gazetteer) -> Table:
    table = Table("figure", "without borderline", "with", title="Facts and events")
    with_doubt = measure_facts(rows, gazetteer)
    for name, share in measure_facts(clear, gazetteer).items():
        table.add_row(name, f"{share:.3f}", f"{with_doubt[name]:.3f}")
    return table


def _alarm_table(clear: list[Judged]) -> Table:
    both = [r for r in clear if {m.side for m in r.verdict.mentions if m.key} == {"VN", "KR"}]
    table = Table("stories that are not relevant", "count", "false alarms", "per 1,000", title="Stream")
    for name, part in (("all", clear), ("naming localities of both countries", both)):
        rate = measure_alarms(part)
        table.add_row(name, str(rate.of), str(rate.hits), f"{1000 * rate.hits / rate.of if rate.of else 0:.1f}")
    return table


