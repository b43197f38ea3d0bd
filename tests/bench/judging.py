"""How many articles of 3 KB one core judges in a second; half of them name localities of both countries."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from monitor.judging.judge import judge, load_knowledge
from monitor.judging.values import Story

STORIES = Path(__file__).parents[2] / "seeds" / "stories" / "dev.jsonl"
SIZE, COUNT, BAR = 3000, 200, 200


def measure_judging() -> Iterator[tuple[str, str, str]]:
    """Articles a second, measured over stories of one language joined until they have 3 KB."""
    knowledge, stories = load_knowledge(), make_stories()
    judge(stories[0], knowledge)
    start = time.process_time()
    for story in stories:
        judge(story, knowledge)
    spent = time.process_time() - start
    yield "judging: articles of 3 KB a second on one core", f"{len(stories) / spent:.0f}", f"bar: {BAR}"


def make_stories() -> list[Story]:
    """Texts of about 3 KB in vi, ko and en, each led by another labelled story."""
    rows = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]
    made: list[Story] = []
    for lang in ("vi", "ko", "en"):
        texts = [row["text"] for row in rows if row["lang"] == lang and not row["relevant"]]
        leads = [row for row in rows if row["lang"] == lang]
        for number in range(COUNT // 3):
            lead = leads[number % len(leads)]
            made.append(Story(str(number), "", lang, lead["title"], _fill(lead["text"], texts, number)))
    return made


def _fill(text: str, others: list[str], start: int) -> str:
    parts, size = [text], len(text.encode())
    while size < SIZE:
        other = others[start % len(others)]
        parts.append(other)
        size, start = size + len(other.encode()), start + 1
    return "\n\n".join(parts)
