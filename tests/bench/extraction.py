"""How much of saved real articles is read, and what of their surroundings with it, beside trafilatura alone.

The pages are other people's and no part of the project: without the folder `../shared/web` there is nothing to measure.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trafilatura

from crawler.charset import decode
from crawler.extract import extract_page
from crawler.generic import make_generic_outlet
from crawler.text import clean_line, squeeze
from seeds.catalogue import Catalogue, load_catalogue

WEB = Path(__file__).parents[3] / "shared" / "web"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
HERE = ("vi", "ko", "en")  # the languages of the outlets; pages in others only show that we do no harm
SAMPLES = {"ko": "한국어로 쓴 글", "vi": "được viết bằng tiếng Việt"}
UNKNOWN_ADDRESS = "https://{host}/news/articleView.html?idxno=1"


@dataclass
class Score:
    """Counts over pages: right and asked for, by what was asked; `misses` says what was wrong, page by page."""

    right: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    misses: list[tuple[str, str, str]] = field(default_factory=list)

    def count(self, what: str, file: str, detail: str, *, right: bool) -> None:
        self.asked[what] = self.asked.get(what, 0) + 1
        self.right[what] = self.right.get(what, 0) + right
        if not right:
            self.misses.append((file, what, detail))

    def share(self, what: str) -> float:
        return self.right.get(what, 0) / (self.asked.get(what, 0) or 1)


def measure_extraction() -> Iterator[tuple[str, str, str]]:
    """Shares on the Vietnamese and Korean pages, and phrases lost or kept on the others against trafilatura's."""
    if not WEB.is_dir():
        return
    catalogue = load_catalogue()
    ours = score_pages(load_articles(HERE), catalogue)
    bars = {"must-have": ">= 99 %", "must-not": ">= 99.5 % left out", "lead": ">= 98 %", "title": ">= 98 %",
            "instant": ">= 99 %"}
    for what, bar in bars.items():
        yield f"extraction, vi and ko: {what} ({ours.asked[what]})", f"{ours.share(what):.1%}", f"bar: {bar}"
    others = load_articles(("pl", "zh", "ja"))
    mine, theirs = score_pages(others, catalogue), score_trafilatura(others)
    for what in ("must-have", "must-not"):
        name = f"extraction, pl, zh and ja: {what} ({mine.asked[what]})"
        yield name, f"{mine.share(what):.1%}", f"trafilatura: {theirs.share(what):.1%}"


def load_articles(langs: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of articles in `langs`, those with an address of their own first."""
    rows = [json.loads(line) for line in (WEB / "index.jsonl").read_text("utf-8").splitlines()]
    return [row for row in rows if row["kind"] == "article" and row["lang"] in langs]


def score_pages(rows: list[dict[str, Any]], catalogue: Catalogue) -> Score:
    """Our score on saved pages, each under its own address."""
    score = Score()
    for row in rows:
        url = row["url"] or UNKNOWN_ADDRESS.format(host=row["host"])
        outlet = catalogue.find_outlet(url) or make_generic_outlet(url, SAMPLES.get(row["lang"], ""))
        found = extract_page((WEB / row["file"]).read_bytes(), url=url, outlet=outlet, now=NOW)
        _score_phrases(score, row, found.text)
        if row["lang"] not in HERE:
            continue
        score.count("title", row["file"], found.title, right=found.title == clean_line(row["title"]))
        if row["date"]:
            at = found.published_at
            score.count("instant", row["file"], str(at), right=at == datetime.fromisoformat(row["date"]))
        if row.get("lead"):
            score.count("lead", row["file"], found.lead, right=squeeze(row["lead"])[:60] in squeeze(found.text))
    return score


def score_trafilatura(rows: list[dict[str, Any]]) -> Score:
    """The phrases that trafilatura alone finds, with its usual settings but comments left out."""
    score = Score()
    for row in rows:
        source = decode((WEB / row["file"]).read_bytes())
        _score_phrases(score, row, trafilatura.extract(source, url=row["url"], include_comments=False) or "")
    return score


def _score_phrases(score: Score, row: dict[str, Any], text: str) -> None:
    line = clean_line(text)
    for phrase in row["must_have"]:
        score.count("must-have", row["file"], phrase, right=clean_line(phrase) in line)
    for phrase in row["must_not"]:
        score.count("must-not", row["file"], phrase, right=clean_line(phrase) not in line)
