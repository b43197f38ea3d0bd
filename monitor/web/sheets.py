"""Rows as a workbook (XLSX) in which no cell is a formula or a link; it asks nothing."""

import io
from collections.abc import Iterable, Sequence
from functools import lru_cache

from xlsxwriter import Workbook

from monitor.tables import make_cells, make_text

# Without these a text that begins with `=` becomes a formula, one that looks like an address a link.
INERT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST_CELL = 32_767  # of Excel
WIDTHS = {"headline": 60, "title": 60, "quote": 60, "id": 18, "page": 40}
USUAL_WIDTH = 16


def write_workbook(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """One sheet with a heading that stays in sight; whole numbers are numbers, all else is text.

    `rows` are the values of the columns.
    """
    return _write(name, tuple(columns), tuple(make_cells(rows, _make_cell)))


# To write a workbook takes several times as long as to find what is in it, and who asks again finds mostly the same.
@lru_cache(maxsize=4)
def _write(name: str, columns: tuple[str, ...], rows: tuple[tuple[int | str, ...], ...]) -> bytes:
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True, "constant_memory": False, **INERT}) as book:
        sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, WIDTHS.get(column, USUAL_WIDTH))
            sheet.write_string(0, number, column, bold)
        for line, cells in enumerate(rows, 1):
            for number, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(line, number, cell)
                elif cell:
                    sheet.write_string(line, number, cell)
    return file.getvalue()


def _make_cell(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return make_text(value)[:LONGEST_CELL]
