"""Grouping facts into events, carrying ids over, and the register of ties: pure, and independent of order."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.judging.events import Group, carry_over, find_neighbours, group_facts
from monitor.judging.joining import Told, explain_join
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


PREVIEW = {"stage": "planned", "happened_on": "2024-05-03", "published": "2024-04-12"}
REPRINT = {"text": LONG * 3, "happened_on": "2024-09-01", "published": "2024-09-01"}
TRANSLATED = "https://www.vietnam.vn/pl/hue-va-chungcheongnam-thuc-day-hop-tac"


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (PREVIEW, {}, True),  # three weeks ahead, and the day is named
        (PREVIEW, {"happened_on": "2024-05-14", "published": "2024-05-14"}, False),
        (PREVIEW, {"happened_on": "2025-05-03", "published": "2025-05-03"}, False),  # next year's
        ({"stage": "planned", "happened_on": None, "published": "2024-04-25"}, {}, True),
        ({"stage": "planned", "happened_on": None, "published": "2024-04-12"}, {}, False),
        ({"happened_on": None, "published": "2024-04-25"}, {}, False),  # a report of before it happened
        ({"happened_on": "2024-05"}, {}, True),
        ({"happened_on": "2024-04"}, {}, False),
        ({"happened_on": None, "published": "2024-05-13"}, {}, True),
        ({"happened_on": None, "published": "2024-05-14"}, {}, False),
        ({"happened_on": None, "published_at": None}, {}, True),  # found fresh: published when it was fetched
        ({"happened_on": None, "published_at": None, "backlog": True}, {}, False),  # found in an archive
        ({"act": "training"}, {"act": "training", "happened_on": "2024-05-10", "published": "2024-05-10"}, True),
        ({"act": "training"}, {"act": "training", "happened_on": "2024-05-11", "published": "2024-05-11"}, False),
        ({"act": "twinning"}, {"act": "agreement", "happened_on": "2024-04-12", "published": "2024-05-05"}, True),
        ({"act": "twinning"}, {"act": "agreement", "happened_on": "2024-04-12", "published": "2024-05-06"}, False),
        ({"act": "visit"}, {"act": "visit", "happened_on": "2024-04-12", "published": "2024-05-05"}, False),
        ({"act": "culture_tourism"}, {"act": "trade_promotion"}, True),  # a festival with a fair
        ({"act": "culture_tourism"}, {"act": "training"}, False),
        ({"act": "review", "happened_on": "2025-05-03", "published": "2025-05-03"}, {"act": "twinning"}, False),
        ({"text": LONG * 3}, REPRINT, True),
        ({"text": LONG * 3}, {**REPRINT, "kr_key": "KR-47"}, False),
        ({"text": f"{LONG * 3} 12 cán bộ năm 2023, 40 giờ."},
         {**REPRINT, "text": f"{LONG * 3} 15 cán bộ năm 2024, 40 giờ."}, False),  # last year's, with new figures
        ({"text": f"{LONG * 3} 12 cán bộ."}, {**REPRINT, "text": f"{LONG * 3} 12 cán bộ. Ảnh: BH"}, True),
        ({"url": "https://bao.example/hue-va-chungcheongnam-thuc-day-hop-tac-157291.html"},
         {"url": TRANSLATED, "happened_on": "2024-08-20", "published": "2024-08-20"}, True),
        ({"url": "https://bao.example/hue-va-chungcheongnam-thuc-day-hop-tac-157291.html"},
         {"url": TRANSLATED, "happened_on": "2025-05-03", "published": "2025-05-03"}, False),  # the headline again
        ({"url": "https://bao.example/hue-va-chungcheongnam-thuc-day-hop-tac-157291.html"},
         {"url": TRANSLATED.replace("vietnam.vn", "vietnamvn.example"), "happened_on": "2024-08-20",
          "published": "2024-08-20"}, False),
    ],
)
def test_previews_reports_reprints_and_follow_ups(one: dict[str, Any], other: dict[str, Any], together: bool) -> None:
    facts = [fact(1, **one), fact(2, **other)]

    assert (len(partition(facts)) == 1) is together
    assert explain_join(*facts, GAZETTEER).together is together


def test_a_trip_with_several_stops_is_one_event_per_pair_unless_the_province_itself_acts() -> None:
    stops = [fact(1, kr_key=GONGJU), fact(2, kr_key="KR-44130", happened_on="2024-05-04")]
    overview = [fact(3, article_id=3, kr_key=GONGJU), fact(4, article_id=3, kr_key="KR-44130", position=1)]
    joint = [*overview, fact(5, article_id=3, position=2)]

    assert partition(stops) == {frozenset({1}), frozenset({2})}
    assert partition([*stops, *overview]) == {frozenset({1, 3}), frozenset({2, 4})}
    assert partition(joint) == {frozenset({3, 4, 5})}


def test_two_happenings_that_one_article_tells_apart_stay_two() -> None:
    facts = [
        fact(n, article_id=n // 2, position=n % 2, act="training", happened_on=("2024-05-03", "2024-05-24")[n % 2])
        for n in range(2, 6)
    ]

    assert partition(facts) == {frozenset({2, 4}), frozenset({3, 5})}


def test_one_article_that_calls_one_happening_by_two_acts_is_in_one_event() -> None:
    one = [fact(1, article_id=1, act="aid"), fact(2, article_id=1, act="training", position=1)]

    assert len(partition(one)) == 1
    assert len(partition([one[0], fact(2, act="training")])) == 2


def test_the_nearest_are_joined_first_so_that_a_story_goes_to_its_own_event() -> None:
    days = {1: "2024-05-01", 2: "2024-05-07", 3: "2024-05-09"}

    assert partition([fact(n, happened_on=day, published=day) for n, day in days.items()]) == {
        frozenset({1}), frozenset({2, 3}),
    }


def test_what_is_shown_does_not_depend_on_the_ids_that_arrival_gave() -> None:
    facts = [
        fact(1, kr_key=GONGJU), fact(2, act="agreement", stage="agreed"), fact(3, act="twinning", stage="signed"),
        fact(4, happened_on="2024-05-04", published="2024-05-04", backlog=True), fact(5, act="aid", kr_key=GONGJU),
    ]
    renumbered = [replace(f, id=90 - f.id, article_id=50 - f.article_id) for f in facts]

    shown = [
        [replace(group, fact_ids=()) for group in group_facts(given, GAZETTEER)]
        for given in (facts, renumbered, renumbered[::-1])
    ]

    assert shown[0] == shown[1] == shown[2]


def test_a_block_of_two_thousand_facts_is_grouped_without_comparing_all_with_all() -> None:
    chance = random.Random(3)
    facts = []
    for n in range(2000):
        day = f"{chance.randint(2020, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        act, kr_key = chance.choice(["visit", "agreement", "aid"]), chance.choice([CHUNGNAM, GONGJU])
        facts.append(fact(n, happened_on=day, published=day, act=act, kr_key=kr_key))
    told = sorted((Told.make(f, GAZETTEER) for f in facts), key=lambda one: one.days.low)

    assert sum(1 for _ in find_neighbours(told)) < 2000 * 2000 / 20
    assert sum(len(group.fact_ids) for group in group_facts(facts, GAZETTEER)) == 2000


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        ({}, {"act": "agreement", "happened_on": "2024-05-05"},
         ("both tell of Huế–Chungcheongnam", "the days are 2 apart", "a visit and its paper are one trip")),
        ({}, {"kr_key": GONGJU, "happened_on": None, "published": "2024-05-08"},
         ("of Huế–Chungcheongnam and Huế–Gongju one lies inside the other",
          "one names no day; the day of the other is 5 days from its publication", "the act is the same: visit")),
        ({"text": LONG * 3}, REPRINT, ("both tell of Huế–Chungcheongnam", "one text printed twice")),
        ({"act": "training"}, {"act": "aid"}, ("the acts can't be one happening: training and aid",)),
        ({}, {"happened_on": "2024-06-02", "published": "2024-06-02"}, ("the days are 30 apart",)),
        ({"article_id": 7}, {"article_id": 7, "block": "VN-46|KR-11", "kr_key": "KR-11"},
         ("one article, but its pairs lie in two blocks, VN-46|KR-44 and VN-46|KR-11: each block has its event",)),
        ({"article_id": 7}, {"article_id": 7, "act": "aid"},
         ("both tell of Huế–Chungcheongnam", "one article tells of both, and the day is the same")),
    ],
)
def test_why_two_facts_are_one_happening_or_not_is_told_in_plain_words(
    one: dict[str, Any], other: dict[str, Any], reasons: tuple[str, ...]
) -> None:
    assert explain_join(fact(1, **one), fact(2, **other), GAZETTEER).reasons == reasons


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


@pytest.mark.parametrize(("day", "backlog"), [("2024-05-24", False), ("2024-05-16", True)])
def test_a_report_is_news_though_its_preview_is_backlog(day: str, backlog: bool) -> None:
    preview = fact(1, stage="planned", happened_on=day, published="2024-05-03", backlog=True)

    (group,) = group_facts([preview, fact(2, happened_on=day, published="2024-05-24")], GAZETTEER)

    assert (group.backlog, group.stage) == (backlog, "done")


def test_a_reprint_decides_neither_day_nor_stage() -> None:
    reprints = [fact(n, **REPRINT, stage="planned") for n in (2, 3)]

    (group,) = group_facts([fact(1, text=LONG * 3), *reprints], GAZETTEER)

    assert (group.happened_on, group.stage, group.fact_ids[0]) == ("2024-05-03", "done", 1)


def test_ids_go_to_the_largest_share_and_merged_ids_lead_on() -> None:
    carried = carry_over([group(1, 2, 3), group(4, 5), group(6)], {"old": {1, 2}, "new": {3}, "split": {4, 5}})

    assert carried.ids[:2] == ("old", "split")
    assert carried.ids[2] not in ("old", "new", "split")
    assert carried.redirects == {"new": "old"}


def test_a_merge_is_told_with_its_reason() -> None:
    facts = [fact(1), fact(2, act="agreement", happened_on="2024-05-05")]

    carried = carry_over(group_facts(facts, GAZETTEER), {"old": {1}, "new": {2}}, facts=facts, gazetteer=GAZETTEER)

    assert carried.redirects == {"new": "old"}
    [change] = carried.changes
    assert (change.event_id, change.kind, change.other_id) == ("new", "merged", "old")
    assert change.reason == (
        "both tell of Huế–Chungcheongnam; the days are 2 apart; a visit and its paper are one trip"
    )


def test_a_split_is_told_with_its_reason_and_what_stays_is_not() -> None:
    facts = [fact(1), fact(2, happened_on="2024-05-04"), fact(3, happened_on="2024-06-02", published="2024-06-02")]

    carried = carry_over(
        group_facts(facts, GAZETTEER), {"old": {1, 2, 3}, "gone": {9}}, facts=facts, gazetteer=GAZETTEER
    )

    [change] = carried.changes
    assert (change.event_id, change.kind, change.other_id) == ("old", "split", carried.ids[1])
    assert change.reason == "the days are 30 apart"


def test_an_event_that_falls_apart_into_others_is_merged_into_the_one_and_split_into_the_other() -> None:
    carried = carry_over([group(1, 2, 3), group(4, 5, 6)], {"a": {1, 2}, "b": {3, 4}, "c": {5, 6}})

    assert (carried.ids, carried.redirects) == (("a", "c"), {"b": "a"})
    assert [(c.event_id, c.kind, c.other_id, c.reason) for c in carried.changes] == [
        ("b", "merged", "a", "a third story joins the two"),
        ("b", "split", "c", "each stands nearer to other stories"),
    ]


def test_what_only_grows_has_not_changed() -> None:
    assert carry_over([group(1, 2, 3), group(4)], {"a": {1, 2}}).changes == ()


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
