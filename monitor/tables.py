"""Rows as a table, JSON lines or CSV on standard output: one way for all commands that list something."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

Row = Mapping[str, Any]


class Format(StrEnum):
    table = "table"
    jsonl = "jsonl"
    csv = "csv"


FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How the rows are written.")]
LimitOption = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="At most so many rows; all by default.")]


def print_rows(rows: Iterable[Row], form: Format, columns: Sequence[str], *, empty: str) -> None:
    """Prints rows; `columns` are those of the table and of the CSV, `empty` is said where a table has no row."""
    if form is Format.jsonl:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    elif form is Format.csv:
        _print_csv(rows, columns)
    else:
        _print_table(list(rows), columns, empty)


def _print_csv(rows: Iterable[Row], columns: Sequence[str]) -> None:
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe_cell(_as_text(row.get(column))) for column in columns])


def _print_table(rows: Sequence[Row], columns: Sequence[str], empty: str) -> None:
    if not rows:
        typer.echo(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_escape(_as_text(row.get(column))) for column in columns))
    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table, markup=False)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {number}" for key, number in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_as_text(part) for part in value)
    return str(value)


def _escape(text: str) -> str:
    return text.replace("[", r"\[")


def _safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
