"""Runs: one outlet's part of one wave each, newest first."""

from dataclasses import dataclass
from typing import Any, get_args

from fastapi import APIRouter, HTTPException

from monitor.web.desk import DeskHere
from monitor.web.filters import read_number
from monitor.web.rendering import add_page, find_size
from storage.values import RunOutcome, RunRow

COLUMNS = ("id", "wave_id", "outlet_id", "started_at", "finished_at", "outcome", "reason", "counts")
OUTCOMES: tuple[Any, ...] = get_args(RunOutcome)
PAGE = 100


@dataclass(frozen=True)
class RunsPage:
    """One page of runs; `next` is the number below which the following one begins."""

    rows: tuple[RunRow, ...]
    outlet: str
    outcome: str
    next: str


def show_runs(desk: DeskHere, outlet: str = "", outcome: str = "", before: str = "") -> RunsPage:
    if outcome and outcome not in OUTCOMES:
        raise HTTPException(400, "outcome")
    number = read_number(before)
    size = find_size(desk, PAGE)
    found = desk.store.runs.find(size + 1, outlet or None, outcome=outcome, before=number)
    return RunsPage(tuple(found[:size]), outlet, outcome, str(found[size - 1].id) if found[size:] else "")


router = APIRouter()
add_page(router, "/runs", show_runs, "runs.html", COLUMNS, lambda desk, page: {"outcomes": OUTCOMES})
