"""The work of `classify` and `evaluate`: lines of stories in, verdicts or figures out; no store is opened."""

import json
import sys
from typing import Any

import typer
from rich.console import Console

from monitor.commands.figures import make_tables, tell_errors
from monitor.commands.input import Desk, open_desk, open_input, show_progress
from monitor.judging.evaluation import Judged
from monitor.judging.judge import judge
from monitor.judging.lines import Fault, LabelledStory, parse_labelled, parse_line, parse_story
from monitor.judging.values import Verdict
from seeds.errors import TwinwatchError
from seeds.gazetteer import Gazetteer


def classify(file: str) -> None:
    """Prints a verdict line for each line of `file` (`-` is standard input), in order.

    A broken line is told on standard error with its number; the command fails at the end where there was one.
    """
    desk = open_desk()
    broken = 0
    with open_input(file) as lines, show_progress("Judging") as progress:
        task = progress.add_task("", total=None)
        for number, line in enumerate(lines, 1):
            broken += not _classify_line(number, line, desk)
            progress.update(task, description=f"{number} lines")
    if broken:
        raise typer.Exit(1)


def evaluate(file: str, stream: bool) -> None:
    """Prints tables of figures and a list of errors for the labelled lines of `file`; `stream` adds false alarms."""
    desk = open_desk()
    rows: list[Judged] = []
    broken = 0
    with open_input(file) as lines, show_progress("Judging") as progress:
        task = progress.add_task("", total=None)
        for number, row in enumerate(parse_labelled(lines, desk.catalogue), 1):
            if isinstance(row, Fault):
                typer.echo(str(row), err=True)
                broken += 1
                continue
            rows.append(judge_labelled(row, desk))
            progress.update(task, description=f"{number} stories")
    show_figures(rows, desk, stream=stream)
    if broken:
        raise typer.Exit(1)


def show_figures(rows: list[Judged], desk: Desk, *, stream: bool) -> None:
    """Prints the tables, then every error on a line of its own."""
    console, gazetteer = Console(), desk.knowledge.gazetteer
    for table in make_tables(rows, gazetteer, stream=stream):
        console.print(table)
    for line in tell_errors([row for row in rows if not row.label.borderline], gazetteer):
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def judge_labelled(row: LabelledStory, desk: Desk) -> Judged:
    """A labelled story with the verdict on it."""
    story = row.story
    return Judged(row.label, judge(story, desk.knowledge), story.title, story.text, story.url, story.published_at)


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


def _classify_line(number: int, line: bytes, desk: Desk) -> bool:
    if not line.strip():
        return True
    try:
        data = parse_line(line)
        story = parse_story(data, desk.catalogue)
    except TwinwatchError as error:
        typer.echo(str(Fault(number, error)), err=True)
        return False
    answer = make_verdict_line(data["id"], judge(story, desk.knowledge), desk.knowledge.gazetteer)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return True
