"""Rows as a table, JSON lines or CSV on standard output: one way for all commands that list something."""

import csv
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from types import NoneType
from typing import Annotated, Any, TextIO

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]
MakeCell = Callable[[Row], str]

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Controls, bidi controls and invisible signs: a headline must not steer a terminal.
INERT_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})
GAP = "  "
# So many rows are made into cells together. Their texts are looked at all at once, with a sign between them and beside
# which no blank may stand.
PART = 1000
BETWEEN = "¦"
BLANKS = ("  ", f" {BETWEEN}", f"{BETWEEN} ")


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
    left = iter(rows)
    while part := list(islice(left, PART)):
        writer.writerows(zip(*map(_make_safe, make_columns(part)), strict=True))


def make_columns(rows: Iterable[Sequence[object]]) -> list[list[object]]:
    """The columns of rows of values, which are all of one length; none where there is no row."""
    return [list(column) for column in zip(*rows, strict=True)]


def make_texts(values: Sequence[object]) -> list[str]:
    """`make_text` of the values of a column; most stand in it many times, and are made once."""
    kinds = set(map(type, values))
    if kinds == {str} and _is_visible(BETWEEN.join(values)):  # type: ignore[arg-type]
        return list(values)  # type: ignore[arg-type]
    if len(kinds - {NoneType}) > 1:  # 1 and True are one key
        return list(map(make_text, values))
    try:
        distinct = set(values)
    except TypeError:  # of lists
        return list(map(make_text, values))
    made = dict(zip(distinct, map(make_text, distinct), strict=True))
    return list(map(made.__getitem__, values))


def _is_visible(column: str) -> bool:
    """Whether `make_text` leaves every text of a column as it is; where it may not, each is looked at by itself."""
    return column.isprintable() and not any(blank in column for blank in BLANKS) and column[:1] != " " != column[-1:]


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


def _make_safe(values: Sequence[object]) -> list[str]:
    """The texts of a column, none of which a spreadsheet takes for a formula."""
    return [f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell for cell in make_texts(values)]
