"""How many articles of 3 KB one core judges in a second; every one names localities of both countries."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from monitor.judging.judge import judge, load_knowledge
from monitor.judging.lines import parse_story
from monitor.judging.values import Story
from seeds.catalogue import load_catalogue

STORIES = Path(__file__).parents[2] / "seeds" / "stories"
SIZE, SHORTEST, BAR = 3000, 1500, 200


def measure_judging() -> Iterator[tuple[str, str, str]]:
    """Articles of 3 KB a second, over the full-length labelled stories: their bytes in all, in parts of 3 KB."""
    knowledge, stories = load_knowledge(), load_stories()
    judge(stories[0], knowledge)
    start = time.process_time()
    for story in stories:
        judge(story, knowledge)
    spent = time.process_time() - start
    size = sum(len(f"{story.title}\n{story.text}".encode()) for story in stories)
    yield "judging: articles of 3 KB a second on one core", f"{size / SIZE / spent:.0f}", f"bar: {BAR}"


def load_stories() -> list[Story]:
    """The stories of the corpus that are as long as what papers print."""
    catalogue = load_catalogue()
    lines = [line for name in ("training", "gate") for line in (STORIES / f"{name}.jsonl").open(encoding="utf-8")]
    rows = [json.loads(line) for line in lines]
    return [parse_story(row, catalogue) for row in rows if len(row["text"].encode()) >= SHORTEST]
