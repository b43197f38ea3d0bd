"""Grouping facts into events, carrying ids over, and the register of ties: pure, and independent of order."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.judging.events import Group, carry_over, group_facts
from monitor.judging.ties import is_new_tie, make_register
from seeds.gazetteer import load_gazetteer
from seeds.places import Tie
from storage.values import BlockFact

GAZETTEER = load_gazetteer()
HUE, CHUNGNAM, GONGJU = "VN-46", "KR-44", "KR-44150"
LONG = "Lãnh đạo hai bên trao đổi về nông nghiệp, du lịch, đào tạo cán bộ và giao lưu thanh niên trong nhiều năm tới. "


def fact(id: int, **values: Any) -> BlockFact:
    """A fact of an article of its own: Huế and Chungcheongnam met on 3 May 2024 and it was told the same day."""
    day = values.pop("published", "2024-05-03")
    at = datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=UTC)
    defaults: dict[str, Any] = {
        "article_id": id, "outlet_id": "a", "url": f"https://bao.example/{id}", "lang": "vi", "verdict": "yes",
        "block": "VN-46|KR-44", "vn_key": HUE, "kr_key": CHUNGNAM, "act": "visit", "stage": "done",
        "happened_on": "2024-05-03", "published_at": at, "fetched_at": at, "backlog": False,
        "title": f"Tin {id}", "text": f"Bài {id}", "quote": "", "position": 0,
    }
    return BlockFact(id=id, **(defaults | values))


def partition(facts: list[BlockFact]) -> set[frozenset[int]]:
    return {frozenset(group.fact_ids) for group in group_facts(facts, GAZETTEER)}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ({}, {"lang": "ko", "published": "2024-05-04"}, True),
        ({}, {"happened_on": "2024-05-20", "published": "2024-05-20"}, False),
        ({}, {"act": "agreement"}, True),
        ({"act": "aid"}, {"act": "training"}, False),
        ({}, {"kr_key": GONGJU}, True),
        ({"kr_key": "KR-44130"}, {"kr_key": GONGJU}, False),
        ({}, {"happened_on": None, "published": "2024-05-08"}, True),
        ({}, {"happened_on": None, "published": "2024-06-08"}, False),
        ({"stage": "planned", "published": "2024-04-29"}, {}, True),
        ({"text": LONG * 3}, {"text": LONG * 3, "happened_on": "2024-09-01", "published": "2024-09-01"}, True),
        (
            {"url": "https://huengaynay.vn/a/hue-va-chungcheongnam-thuc-day-hop-tac-157291.html", "happened_on": None},
            {"url": "https://www.vietnam.vn/pl/hue-va-chungcheongnam-thuc-day-hop-tac", "published": "2024-07-01",
             "happened_on": None},
            True,
        ),
    ],
)
def test_two_facts_are_one_event_when_pair_act_and_days_agree(
    one: dict[str, Any], other: dict[str, Any], together: bool
) -> None:
    assert (len(partition([fact(1, **one), fact(2, **other)])) == 1) is together


def test_a_long_series_is_not_chained_into_one_event() -> None:
    days = [f"2024-05-{day:02}" for day in range(1, 29, 3)]

    groups = partition([fact(n, happened_on=day, published=day) for n, day in enumerate(days, 1)])

    assert len(groups) > 2
    assert max(len(group) for group in groups) <= 3


def test_the_grouping_does_not_depend_on_the_order_of_arrival() -> None:
    chance = random.Random(7)
    facts = [
        fact(n, happened_on=chance.choice([None, f"2024-05-{chance.randint(1, 28):02}"]),
             published=f"2024-05-{chance.randint(1, 28):02}", act=chance.choice(["visit", "agreement", "aid"]),
             kr_key=chance.choice([CHUNGNAM, GONGJU]))
        for n in range(1, 31)
    ]
    expected = group_facts(facts, GAZETTEER)

    for _ in range(20):
        chance.shuffle(facts)
        assert group_facts(facts, GAZETTEER) == expected


def test_a_visit_and_its_signing_are_one_event_whose_act_is_the_paper() -> None:
    facts = [fact(1, happened_on="2024-05-02"), fact(2, act="agreement", stage="signed"), fact(3)]

    (group,) = group_facts(facts, GAZETTEER)

    assert (group.act, group.stage, group.happened_on, group.pairs) == (
        "agreement", "signed", "2024-05-03", ((HUE, CHUNGNAM),),
    )


def test_an_event_is_sure_when_one_story_is_and_news_when_one_story_is() -> None:
    (group,) = group_facts([fact(1, verdict="unsure", backlog=True), fact(2)], GAZETTEER)

    assert (group.verdict, group.backlog, group.fact_ids) == ("yes", False, (2, 1))


def group(*fact_ids: int) -> Group:
    return Group("VN-46|KR-44", "visit", "done", "2024-05-03", "yes", False, ((HUE, CHUNGNAM),), fact_ids)


@pytest.mark.parametrize(
    ("old", "published", "backlog"),
    [
        ({"published": "2024-05-03"}, "2024-05-10", False),  # the later outlet is a week behind
        ({"published": "2024-05-03"}, "2024-05-11", True),  # printed again under a new date
        ({"published_at": None}, "2024-05-11", False),  # nothing says how old the other one is
        ({"published": "2024-05-11"}, "2024-05-03", False),
    ],
)
def test_an_old_story_that_is_printed_again_is_no_news(old: dict[str, Any], published: str, backlog: bool) -> None:
    facts = [fact(1, backlog=True, text=LONG * 3, **old), fact(2, published=published, text=LONG * 3)]

    assert [group.backlog for group in group_facts(facts, GAZETTEER)] == [backlog]


def test_ids_go_to_the_largest_share_and_merged_ids_lead_on() -> None:
    carried = carry_over([group(1, 2, 3), group(4, 5), group(6)], {"old": {1, 2}, "new": {3}, "split": {4, 5}})

    assert carried.ids[:2] == ("old", "split")
    assert carried.ids[2] not in ("old", "new", "split")
    assert carried.redirects == {"new": "old"}


def test_of_equal_shares_the_oldest_event_keeps_its_id() -> None:
    carried = carry_over([group(1, 2)], {"young": {1}, "old": {2}}, ages=["old", "young"])

    assert (carried.ids, carried.redirects) == (("old",), {"young": "old"})


def test_a_tie_is_new_only_while_nothing_known_or_told_shows_it() -> None:
    register = make_register([], [group(1)], GAZETTEER)

    assert not is_new_tie([(HUE, CHUNGNAM)], register, GAZETTEER)
    assert is_new_tie([(HUE, "KR-47")], register, GAZETTEER)
    assert not is_new_tie([("VN-79", "KR-26")], make_register(GAZETTEER.ties, [], GAZETTEER), GAZETTEER)


def test_the_register_counts_what_happened_and_not_what_is_planned() -> None:
    planned = Group("b", "twinning", "planned", "2024-06-01", "yes", False, ((HUE, CHUNGNAM),), (9,))

    (row,) = make_register([], [group(1), planned, group(2)], GAZETTEER)

    assert (row.kind, row.since, row.last_event_on, row.events, row.source) == (
        "contact", "2024-05-03", "2024-05-03", 2, "events",
    )


def test_a_tie_that_a_former_unit_signed_is_its_successors_and_doubles_are_one() -> None:
    signed, renewed = (
        Tie(key, "KR-28", kind, since, "source", "high")
        for key, kind, since in (("VN63-31", "sister", "1997-07-25"), ("VN-31", "friendship", "1990"))
    )

    (row,) = make_register([signed, renewed], [replace(group(1), pairs=(("VN63-31", "KR-28"),))], GAZETTEER)

    assert (row.vn_key, row.kr_key, row.kind, row.since, row.events) == ("VN-31", "KR-28", "sister", "1990", 1)


def test_an_event_is_as_sure_as_its_surest_article() -> None:
    (group,) = group_facts([fact(1, score=0.62, verdict="unsure"), fact(2, score=0.97), fact(3, score=0.9)], GAZETTEER)

    assert group.score == 0.97
