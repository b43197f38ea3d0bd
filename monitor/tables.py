"""Rows as a table, JSON lines or CSV on standard output: one way for all commands that list something."""

import csv
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, TextIO, TypeVar

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]
MakeCell = Callable[[Row], str]
Cell = TypeVar("Cell")

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Controls, bidi controls and invisible signs: a headline must not steer a terminal.
INERT_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
GAP = "  "
# So many rows are made into cells together.
PART = 1000


class Format(StrEnum):
    table = "table"
    jsonl = "jsonl"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How the rows are written.")]
LimitOption = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="At most so many rows; all by default.")]


def print_rows(
    rows: Iterable[Row], form: Format, columns: Sequence[str], *, shown: Mapping[str, MakeCell], empty: str
) -> None:
    """Prints rows as JSON lines with all their keys, as CSV with `columns`, or as a table.

    On a terminal the table has the columns `shown` (a heading and what makes its cells), folded to the terminal's
    width; into a pipe or a file it has `columns`, and each row is one whole line. `empty` is said where none is.
    """
    if form is Format.jsonl:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    elif form is Format.csv:
        write_csv(rows, columns, sys.stdout)
    elif not (found := list(rows)):
        typer.echo(empty)
    elif sys.stdout.isatty():
        _print_folded(found, shown)
    else:
        heads = [column.replace("_", " ") for column in columns]
        _print_lines([heads, *([make_text(row.get(column)) for column in columns] for row in found)])


def make_text(value: object) -> str:
    """A value as one line of visible text: nothing that could steer a terminal."""
    if isinstance(value, str):
        return _make_visible(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {number}" for key, number in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(make_text, value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return _make_visible(str(value))


def take(column: str) -> MakeCell:
    """What makes the cells of a column of the rows' own."""
    return lambda row: make_text(row.get(column))


def take_minute(column: str) -> MakeCell:
    """The same for an instant, to the minute of its own zone."""
    return lambda row: str(row.get(column) or "")[:16].replace("T", " ")


def write_csv(rows: Iterable[Row], columns: Sequence[str], file: TextIO) -> None:
    """Writes a heading and the rows, with no cell that a spreadsheet takes for a formula."""
    write_values(([row.get(column) for column in columns] for row in rows), columns, file)


def write_values(rows: Iterable[Sequence[object]], columns: Sequence[str], file: TextIO) -> None:
    """The same of rows that are only the values of the columns."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(make_cells(rows, _make_safe))


def make_cells(rows: Iterable[Sequence[object]], make: Callable[[object], Cell]) -> Iterator[tuple[Cell, ...]]:
    """The rows with what `make` makes of their values; most stand in a column many times, and are made once."""
    left = iter(rows)
    while part := list(islice(left, PART)):
        yield from zip(*(_make_column(values, make) for values in zip(*part, strict=True)), strict=True)


def _make_column(values: Sequence[object], make: Callable[[object], Cell]) -> list[Cell]:
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1:  # 1 and True are one key
        return [make(value) for value in values]
    try:
        distinct = set(values)
    except TypeError:  # of lists
        return [make(value) for value in values]
    made = dict(zip(distinct, map(make, distinct), strict=True))
    return list(map(made.__getitem__, values))


def _make_visible(text: str) -> str:
    if text.isprintable():  # tells it of a whole text at once, and all that is inert is among what it refuses
        if "  " not in text and text[:1] != " " != text[-1:]:  # and of all blanks it takes only this one
            return text
    else:
        text = "".join(" " if unicodedata.category(sign) in INERT_CATEGORIES else sign for sign in text)
    return " ".join(text.split())


def _print_folded(rows: Sequence[Row], shown: Mapping[str, MakeCell]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, len(GAP), 0, 0))
    *narrow, last = shown
    for head in narrow:
        table.add_column(head, no_wrap=True, overflow="fold")
    table.add_column(last, overflow="fold")
    for row in rows:
        table.add_row(*(Text(make(row)) for make in shown.values()))
    Console().print(table)


def _print_lines(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(GAP.join(cells).rstrip() + "\n")


def _make_safe(value: object) -> str:
    """The text of a cell that no spreadsheet takes for a formula."""
    cell = make_text(value)
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
