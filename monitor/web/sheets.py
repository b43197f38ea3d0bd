"""Rows as a workbook (XLSX) in which no cell is a formula or a link; it asks nothing."""

import io
import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from itertools import chain, count
from types import NoneType
from zipfile import ZipFile, ZipInfo

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from monitor.tables import make_columns, make_texts

LONGEST_CELL = 32_767  # of Excel, in units of UTF-16
WIDTHS = {"headline": 60, "title": 60, "quote": 60, "id": 18, "page": 40}
USUAL_WIDTH = 16
# Takes two fifths of the time of the usual 6, and a seventh more room.
LEVEL = 2
SHEET, TEXTS, PROPERTIES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "docProps/core.xml"
NEVER = b"1970-01-01T00:00:00Z"  # when the frame was made, which is kept
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Signs that no XML may hold are written `_xHHHH_`, and so is the first one of what looks like that (ST_Xstring of
# ECMA-376). Controls are none of a cell's.
UNWRITABLE = re.compile("_(?=x[0-9a-fA-F]{4}_)|[\ufffe\uffff]")
SUSPECT = ("_x", "\ufffe", "\uffff")  # one of them stands where the expression finds anything; it takes longer

Cell = int | str | None
OF_TEXTS = '<c r="{}#" t="s"><v>%d</v></c>'
FORMS = {int: '<c r="{}#"><v>%d</v></c>', NoneType: "%.0s"}  # the latter takes its cell and writes nothing


@dataclass(frozen=True)
class Sheet:
    """What a workbook holds below its heading: its lines, and the texts that their cells name by numbers."""

    columns: tuple[str, ...]
    lines: bytes
    texts: bytes
    last: int


def make_sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Sheet:
    """The sheet of rows of values of the columns; whole numbers are numbers, all else is text.

    The library writes all but this: cell by cell it takes 100 ms for a thousand events, and what begins with `<r>` and
    ends with `</r>` it takes for XML. Each cell says where it stands, though none need to: not every office reads
    those that do not.
    """
    numbers = {column: number for number, column in enumerate(columns)}
    lines = _write_lines(list(map(_make_cells, make_columns(rows))), numbers)
    return Sheet(tuple(columns), "".join(lines).encode(), _write_texts(list(numbers)).encode(), len(lines) + 1)


def write_workbook(name: str, sheet: Sheet, made_at: datetime) -> bytes:
    """A workbook of one sheet with a heading that stays in sight, made at an instant in UTC."""
    file, made = io.BytesIO(), f"{made_at:%Y-%m-%dT%H:%M:%SZ}".encode()
    with ZipFile(file, "w") as book:
        for part, content in _write_frame(name, sheet.columns):
            if part.filename == SHEET:
                content = _fill(content, sheet)
            elif part.filename == TEXTS:
                content = sheet.texts
            elif part.filename == PROPERTIES:
                content = content.replace(NEVER, made)
            book.writestr(copy(part), content, compresslevel=LEVEL)
    return file.getvalue()


@lru_cache(maxsize=8)
def _write_frame(name: str, columns: tuple[str, ...]) -> list[tuple[ZipInfo, bytes]]:
    """The parts of the workbook with its heading only."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
        book.set_properties({"created": datetime.fromisoformat(NEVER.decode())})
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, WIDTHS.get(column, USUAL_WIDTH))
            sheet.write_string(0, number, column, bold)
    with ZipFile(file) as frame:
        return [(part, frame.read(part)) for part in frame.infolist()]


def _write_lines(columns: Sequence[Sequence[Cell]], numbers: dict[str, int]) -> list[str]:
    """The rows behind the heading; `numbers` gains the texts that are in none of its columns, in their order."""
    distinct = dict.fromkeys(chain.from_iterable(zip(*columns, strict=True)))
    texts = [cell for cell in distinct if isinstance(cell, str) and cell not in numbers]
    numbers.update(zip(texts, count(len(numbers))))
    held: dict[Cell, Cell] = dict(zip(distinct, distinct, strict=True))
    held.update(numbers)
    rows = zip(*(map(held.__getitem__, column) for column in columns), strict=True)
    kinds = zip(*(map(type, column) for column in columns), strict=True)
    return [_make_form(kind).replace("#", str(line)) % row for line, kind, row in zip(count(2), kinds, rows)]


@lru_cache(maxsize=64)
def _make_form(kinds: Sequence[type]) -> str:
    """A row whose cells are of these kinds, with signs for its number and for those of its cells."""
    cells = (FORMS.get(kind, OF_TEXTS).format(xl_col_to_name(number)) for number, kind in enumerate(kinds))
    return f'<row r="#">{"".join(cells)}</row>'


def _fill(content: bytes, sheet: Sheet) -> bytes:
    content = re.sub(rb'(<dimension ref="A1:[A-Z]+)1"', rb'\g<1>%d"' % sheet.last, content, count=1)
    return content.replace(b"</sheetData>", sheet.lines + b"</sheetData>", 1)


def _write_texts(texts: Sequence[str]) -> str:
    """The texts that cells name by their numbers. None holds a line break, so that all are made harmless at once."""
    written = "\n".join(texts)
    if any(sign in written for sign in SUSPECT):
        written = UNWRITABLE.sub(lambda sign: f"_x{ord(sign[0]):04X}_", written)
    items = escape(written, quote=False).replace("\n", "</t></si><si><t>")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<sst xmlns="{MAIN}" uniqueCount="{len(texts)}"><si><t>{items}</t></si></sst>'


def _make_cells(values: Sequence[object]) -> Sequence[Cell]:
    """The cells of a column: None for those that stay empty."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return values  # type: ignore[return-value]
    if int in kinds:  # and not bool
        return [cell for value in values for cell in _make_cells([value])]
    texts = make_texts(values)
    if max(map(len, texts), default=0) > LONGEST_CELL // 2:
        texts = list(map(_cut, texts))
    return [text or None for text in texts] if "" in texts else texts


def _cut(text: str) -> str:
    return text.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore").rstrip()
