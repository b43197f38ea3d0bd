"""Rows as a workbook (XLSX) in which no cell is a formula or a link; it asks nothing."""

import io
import re
from collections.abc import Iterable, Sequence
from html import escape
from zipfile import ZipFile

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from monitor.tables import make_cells, make_text

LONGEST_CELL = 32_767  # of Excel, in units of UTF-16
WIDTHS = {"headline": 60, "title": 60, "quote": 60, "id": 18, "page": 40}
USUAL_WIDTH = 16
# Takes half the time of the usual 6, and a tenth more room.
LEVEL = 3
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Signs that no XML may hold are written `_xHHHH_`, and so is the first one of what looks like that (ST_Xstring of
# ECMA-376). Controls are none of a cell's.
UNWRITABLE = re.compile("_(?=x[0-9a-fA-F]{4}_)|[\ufffe\uffff]")

Cell = int | str


def write_workbook(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """One sheet with a heading that stays in sight; whole numbers are numbers, all else is text.

    `rows` are the values of the columns. The library writes all but the rows: cell by cell it takes 100 ms for a
    thousand events, and what begins with `<r>` and ends with `</r>` it takes for XML.
    """
    numbers = {column: number for number, column in enumerate(columns)}
    letters = [xl_col_to_name(number) for number in range(len(columns))]
    lines = _write_lines(make_cells(rows, _make_cell), letters, numbers)
    file = io.BytesIO()
    with ZipFile(_write_frame(name, columns)) as frame, ZipFile(file, "w") as book:
        for part in frame.infolist():
            content = frame.read(part)
            if part.filename == SHEET:
                content = _fill_sheet(content.decode(), lines).encode()
            elif part.filename == TEXTS:
                content = _write_texts(list(numbers)).encode()
            book.writestr(part, content, compresslevel=LEVEL)
    return file.getvalue()


def _write_frame(name: str, columns: Sequence[str]) -> io.BytesIO:
    """The workbook with its heading only."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, WIDTHS.get(column, USUAL_WIDTH))
            sheet.write_string(0, number, column, bold)
    return file


def _write_lines(rows: Iterable[Sequence[Cell]], letters: Sequence[str], numbers: dict[str, int]) -> list[str]:
    """The rows behind the heading; `numbers` gains the texts that are in none of its columns, in their order."""
    lines = []
    for line, cells in enumerate(rows, 2):
        written = [
            f'<c r="{letter}{line}"><v>{cell}</v></c>' if isinstance(cell, int)
            else f'<c r="{letter}{line}" t="s"><v>{numbers.setdefault(cell, len(numbers))}</v></c>'
            for letter, cell in zip(letters, cells, strict=True) if cell != ""
        ]
        lines.append(f'<row r="{line}">{"".join(written)}</row>')
    return lines


def _fill_sheet(sheet: str, lines: Sequence[str]) -> str:
    sheet = re.sub(r'(<dimension ref="A1:[A-Z]+)1"', rf'\g<1>{len(lines) + 1}"', sheet, count=1)
    return sheet.replace("</sheetData>", f"{''.join(lines)}</sheetData>", 1)


def _write_texts(texts: Sequence[str]) -> str:
    """The texts that cells name by their numbers. None holds a line break, so that all are made harmless at once."""
    written = UNWRITABLE.sub(lambda sign: f"_x{ord(sign[0]):04X}_", "\n".join(texts))
    items = escape(written, quote=False).replace("\n", "</t></si><si><t>")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<sst xmlns="{MAIN}" uniqueCount="{len(texts)}"><si><t>{items}</t></si></sst>'


def _make_cell(value: object) -> Cell:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = make_text(value)
    if len(text) <= LONGEST_CELL // 2:
        return text
    return text.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore").rstrip()
