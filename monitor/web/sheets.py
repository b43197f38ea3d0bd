"""Rows as a workbook (XLSX) in which no cell is a formula or a link; it asks nothing."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook

from monitor.tables import make_text

# Without these a text that begins with `=` becomes a formula, one that looks like an address a link.
INERT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LONGEST_CELL = 32_767  # of Excel
WIDTHS = {"headline": 60, "title": 60, "quote": 60, "id": 18}
USUAL_WIDTH = 16


def write_workbook(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """One sheet with a heading that stays in sight; whole numbers are numbers, all else is text."""
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True, "constant_memory": False, **INERT}) as book:
        sheet, bold = book.add_worksheet(name), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, WIDTHS.get(column, USUAL_WIDTH))
            sheet.write_string(0, number, column, bold)
        for line, row in enumerate(rows, 1):
            for number, column in enumerate(columns):
                _write(sheet, line, number, row.get(column))
    return file.getvalue()


def _write(sheet: Any, line: int, number: int, value: Any) -> None:
    if isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(line, number, value)
    elif text := make_text(value)[:LONGEST_CELL]:
        sheet.write_string(line, number, text)
