"""Copies a whole store into an empty one, on either database, and checks the counts; it merges nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from storage.engine import Database, show_address
from storage.errors import StoreError
from storage.models import Base
from storage.upgrade import check_revision

BATCH = 1_000

# Table, rows copied so far, rows in all.
Progress = Callable[[str, int, int], None]


def copy_store(source: Database, target: Database, note: Progress = lambda table, done, rows: None) -> dict[str, int]:
    """Copies every row of `source` into `target`, both at today's revision; the rows by table.

    All of it is one snapshot of the source and one transaction of the target: what fails leaves the target empty, and
    what the source gains meanwhile is not copied. Raises StoreError for a target that holds anything, or where the
    counts differ at the end.
    """
    for database in (source, target):
        check_revision(database)
    with source.read() as reading, target.write() as writing:
        _refuse_filled(target, writing)
        expected = count_rows(reading)
        for table in _tables():
            _copy_table(table, reading, writing, expected[table.name], note)
        if not target.is_sqlite:
            _set_numbers(writing)
        _compare(expected, count_rows(writing))
    return expected


def count_rows(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in _tables()}


def _tables() -> Sequence[Table]:
    """Every table after those that its rows point to."""
    return Base.metadata.sorted_tables


def _refuse_filled(target: Database, writing: Session) -> None:
    filled = [name for name, rows in count_rows(writing).items() if rows]
    if filled:
        where = show_address(target.engine.url)
        raise StoreError(f"database {where}: it is not empty, there are rows in {filled[0]} (give it a new database)")


def _copy_table(table: Table, reading: Session, writing: Session, rows: int, note: Progress) -> None:
    # A row may point to one that comes after it: those columns follow when all are there.
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    pointing = [name for name in own if name is not None]
    later: list[dict[str, Any]] = []
    done = 0
    note(table.name, done, rows)
    for batch in _read(table, reading):
        later += [dict(row) for row in batch if any(row[name] is not None for name in pointing)]
        writing.execute(insert(table), [{**row, **dict.fromkeys(pointing)} for row in batch])
        done += len(batch)
        note(table.name, done, rows)
    if later:
        _point(table, pointing, later, writing)


def _read(table: Table, reading: Session) -> Iterator[Sequence[Mapping[str, Any]]]:
    found = reading.execute(select(table), execution_options={"yield_per": BATCH})
    for batch in found.mappings().partitions():
        yield [dict(row) for row in batch]


def _point(table: Table, pointing: Sequence[str], rows: Sequence[Mapping[str, Any]], writing: Session) -> None:
    (key,) = table.primary_key.columns
    change = update(table).where(key == bindparam("the_key"))
    writing.execute(
        change.values({name: bindparam(f"new_{name}") for name in pointing}),
        [{"the_key": row[key.name], **{f"new_{name}": row[name] for name in pointing}} for row in rows],
    )


def _set_numbers(writing: Session) -> None:
    """Makes PostgreSQL number new rows after those that came with their numbers."""
    for table in _tables():
        for column in table.primary_key.columns:
            sequence = writing.scalar(
                text("SELECT pg_get_serial_sequence(:name, :column)"), {"name": table.name, "column": column.name}
            )
            if sequence and (last := writing.scalar(select(func.max(column)))):
                writing.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def _compare(expected: Mapping[str, int], found: Mapping[str, int]) -> None:
    differing = [f"{name} has {found[name]} of {rows} rows" for name, rows in expected.items() if found[name] != rows]
    if differing:
        raise StoreError(f"database: the copy is not whole, {', '.join(differing)}; nothing was kept")
