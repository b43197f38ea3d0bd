"""`classify` and `evaluate`: the lines of the contract, and what is said of broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from monitor.commands.stories import register

STORY = {
    "id": "a1", "url": "https://bao.example/1", "title": "Thanh Hóa tiếp đoàn Seongnam", "section": "not a key of ours",
    "text": "Chiều 3/5, Chủ tịch UBND tỉnh Thanh Hóa tiếp đoàn thành phố Seongnam (Hàn Quốc).",
    "published_at": "2024-05-03T23:30:00Z",
}


def run(*arguments: str, lines: list[Any]) -> Any:
    app = typer.Typer()
    register(app)
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    return CliRunner().invoke(app, list(arguments), input=text)


def test_a_verdict_line_has_exactly_the_keys_of_the_contract() -> None:
    result = run("classify", lines=[STORY])

    line = json.loads(result.stdout)
    assert result.exit_code == 0
    assert set(line) == {"id", "lang", "verdict", "relevant", "score", "act", "facts", "evidence", "rules_version"}
    assert (line["id"], line["lang"]) == ("a1", "vi")
    assert (line["verdict"], line["relevant"], line["act"]) == ("yes", True, "visit")
    fact = line["facts"][0]
    assert set(fact) == {"vn", "kr", "act", "stage", "happened_on", "quote"}
    assert fact["vn"] == {"key": "VN-38", "name": "Thanh Hóa"}
    assert fact["kr"] == {"key": "KR-41130", "name": "Seongnam"}
    assert fact["happened_on"] == "2024-05-03"
    assert set(line["evidence"][0]) == {"rule", "field", "start", "end", "quote"}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ({"url": "", "title": "", "text": ""}, "'id' is missing"),
        ({"id": "x", "url": "", "title": "t"}, "'text' is missing"),
        ({"id": "x", "url": "", "title": 7, "text": ""}, "'title' is missing or no text"),
        ({"id": "x", "url": "", "title": "t", "text": "t", "published_at": "yesterday"}, "no ISO instant"),
    ],
)
def test_a_broken_line_is_told_with_its_number_and_the_others_are_judged(broken: Any, said: str) -> None:
    result = run("classify", "-", lines=[STORY, broken, STORY | {"id": "a3"}])

    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a1", "a3"]
    assert result.stderr.startswith("line 2: ")
    assert said in result.stderr


def test_blank_lines_and_half_a_surrogate_do_no_harm() -> None:
    result = run("classify", lines=["", '{"id": 5, "url": "", "title": "\\ud800", "text": "x"}', ""])

    assert (result.exit_code, json.loads(result.stdout)["id"]) == (0, 5)


def test_a_missing_file_is_a_fault_and_no_traceback(tmp_path: Path) -> None:
    result = run("classify", str(tmp_path / "none.jsonl"), lines=[])

    assert result.exit_code == 1
    assert "cannot be read" in str(result.exception)


def test_evaluate_leaves_borderline_rows_out_of_the_headline() -> None:
    label = {"relevant": True, "pairs": [["Thanh Hóa", "Seongnam"]], "act": "visit", "event_date": "2024-05-03",
             "event_id": "e1", "lang": "vi"}
    missed = STORY | label | {"id": "a2", "title": "Mưa lớn", "text": "Trời mưa.", "borderline": True}

    result = run("evaluate", "-", "--stream", lines=[STORY | label, missed])

    total = next(line for line in result.stdout.splitlines() if " all " in line)
    assert result.exit_code == 0
    assert [cell.strip() for cell in total.strip("│ \n").split("│")][1:] == ["1", "1.000", "1.000", "1.000", "0.667"]
    assert "per 1,000" in result.stdout


def test_evaluate_says_which_line_has_no_label() -> None:
    result = run("evaluate", "-", lines=[STORY])

    assert result.exit_code == 1
    assert "line 1: 'relevant' is missing" in result.stderr
