"""Tables on a terminal: folded to its width, with nothing cut off."""

import re
import sys

import pytest

from monitor.tables import Format, Row, make_text, make_texts, print_rows, take, take_minute

LONG = "Huế và Chungcheongnam [2026] ký bản ghi nhớ hợp tác về giáo dục, du lịch và nông nghiệp công nghệ cao"
ROWS: list[Row] = [
    {"id": "e123456789012", "at": "2026-03-02T13:00:00+07:00", "title": LONG},
    {"id": "e2", "at": None, "title": "충청남도와 베트남 후에시가 교육·관광 분야 교류협력을 위한 업무협약을 체결했다"},
]


def test_a_table_on_a_terminal_is_folded_and_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name, value in {"COLUMNS": "60", "TERM": "xterm", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    shown = {"id": take("id"), "at": take_minute("at"), "title": take("title")}

    print_rows(ROWS, Format.table, ("id",), shown=shown, empty="none")

    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert len(lines) > 5 and max(map(len, lines)) <= 60
    assert lines[1].startswith("e123456789012  2026-03-02 13:00  Huế")
    whole = "".join("".join(line[33:].split()) for line in lines[1:])
    assert whole == "".join("".join(str(row["title"]).split()) for row in ROWS)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (True, "yes"), (False, ""), (0, "0"), ({"saved": 3, "gone": 1}, "saved 3, gone 1"),
        (["a", None, 2], "a, , 2"), ("two\nlines", "two lines"), ("\x07\x1b[1mbell\u200e", "[1mbell"), ("[b]", "[b]"),
    ],
)
def test_values_are_one_line_of_visible_text(value: object, text: str) -> None:
    assert make_text(value) == text


@pytest.mark.parametrize("values", [
    [], ["a", "b"], ["", ""], ["a", " b"], ["a ", "b"], [" "], ["a\u00a6", " b"], ["a  b", "c"], ["a\nb", "c"],
    ["c", "\u202eb"], [1, True, "1"], [True, False], [None, "x ", "x "], [None, None], [("a",), ("a", "b "), ()],
    [["a"], ["a"]], [{"a": 1}, {"a": 1}],
])
def test_a_column_is_made_visible_as_each_of_its_values_is(values: list[object]) -> None:
    assert make_texts(values) == [make_text(value) for value in values]
