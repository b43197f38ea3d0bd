"""What a crawl says at its end: news in full, then a little of the backlog, and never a cut without a word."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from monitor.announce import BACKLOG_SHOWN, describe_events, describe_unread
from monitor.judging.judge import Knowledge
from storage.values import EventView
from tests.digest_samples import make_article, make_event


def _events(news: int = 0, backlog: int = 0, unsure: int = 0) -> list[EventView]:
    kinds: list[dict[str, Any]] = [{"backlog": True}] * backlog + [{}] * news + [{"verdict": "unsure"}] * unsure
    return [make_event(f"e{number}", **kind) for number, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("events", "head"),
    [
        (_events(), "No new events."),
        (_events(news=1), "1 new event:"),
        (_events(news=2), "2 new events:"),
        (_events(backlog=3), "No new events and 3 from the backlog:"),
        (_events(news=1, backlog=1, unsure=2),
         "1 new event and 1 from the backlog and 2 unsure (`twinwatch events --unsure`):"),
        (_events(unsure=1), "No new events and 1 unsure (`twinwatch events --unsure`)."),
    ],
)
def test_the_head_counts_what_follows(events: list[EventView], head: str, knowledge: Knowledge) -> None:
    assert describe_events(events, knowledge.gazetteer)[0] == head


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ({"no connection": 1}, "(1 outlet asked): no connection."),
        ({"blocked": 1, "no connection": 3}, "(4 outlets asked): 3 times: no connection; blocked."),
        ({f"r{number}": 1 for number in range(7)}, "(7 outlets asked): r0; r1; r2; r3; r4; 2 other reasons."),
    ],
)
def test_a_wave_that_read_nothing_says_why(reasons: dict[str, int], said: str) -> None:
    assert describe_unread(Counter(reasons)) == f"Nothing could be read {said} `twinwatch outlets` shows each."


def test_an_event_is_told_in_two_lines(knowledge: Knowledge) -> None:
    articles = (make_article(title="Huế\x1b[2J ký"), make_article("ko"))
    event = replace(make_event("e1", new_tie=True), articles=articles)

    assert describe_events([event], knowledge.gazetteer)[1:] == [
        "  2025-08-29  Huế - Chungcheongnam  agreement, signed, new tie  [e1]",
        "      Huế [2J ký (huengaynay, vi) and 1 more",
    ]


def test_news_comes_first_and_what_is_left_out_is_said(knowledge: Knowledge) -> None:
    lines = describe_events(_events(news=2, backlog=BACKLOG_SHOWN + 5), knowledge.gazetteer)

    assert len(lines) == 1 + 2 * (2 + BACKLOG_SHOWN) + 1
    assert "backlog" not in lines[1] and "backlog" not in lines[3] and "backlog" in lines[5]
    assert lines[-1] == "  5 more from the backlog: `twinwatch events` lists them"
