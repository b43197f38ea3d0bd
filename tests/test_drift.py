"""Drift of an outlet from its own past: pages that change for good are named with numbers, pages that vary are not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from crawler.drift import AT_ONCE, LASTING, find_drifts, learn_visit
from crawler.extracted import Extracted
from crawler.looks import Look, make_look
from storage.values import FrontierEntry
from tests.fake_clock import START_AT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USUAL = Look(80_000, 2_000, False, False, False, False, False)
Habits = dict[str, object]


def visit(habits: Habits, look: Look, times: int = 1) -> Habits:
    """So many visits, each with two articles that look so."""
    for _ in range(times):
        habits = learn_visit(habits, {"saved": 2, "entries_seen": 20}, [look] * 2)
    return habits


def make_past(visits: int = 30) -> Habits:
    """Articles of 1,500 to 2,500 characters with all that belongs to them."""
    habits: Habits = {}
    for n in range(visits):
        habits = visit(habits, replace(USUAL, length=1_500 + n % 5 * 250))
    return habits


@pytest.mark.parametrize(("look", "code"), [
    (replace(USUAL, length=300), "drift_shorter"), (replace(USUAL, length=1_200), ""),
    (replace(USUAL, length=9_000), "drift_longer"), (replace(USUAL, length=3_000), ""),
    (replace(USUAL, size=9_000), "drift_smaller"), (replace(USUAL, size=60_000), ""),
    (replace(USUAL, size=900_000), ""),
    (replace(USUAL, undated=True), "drift_undated"), (replace(USUAL, feed_title=True), "drift_feed_title"),
    (replace(USUAL, feed_date=True), "drift_feed_date"), (replace(USUAL, page_title=True), "drift_page_title"),
    (replace(USUAL, page_date=True), "drift_page_date"), (USUAL, ""), (Look(80_000), ""),
])
def test_each_measure_that_leaves_the_past_is_named_and_ends_when_it_is_back(look: Look, code: str) -> None:
    habits = make_past()

    drifted = visit(habits, look, 6)
    back = visit(drifted, USUAL, 6)

    assert [name for name, _ in find_drifts(drifted)] == ([code] if code else [])
    assert find_drifts(back) == []


def test_a_drift_says_its_numbers() -> None:
    shorter = visit(make_past(), replace(USUAL, length=300, undated=True), 6)

    assert find_drifts(shorter) == [
        ("drift_undated", {"bad": 10, "of": 10, "usual": 0}), ("drift_shorter", {"of": 10, "now": 330, "usual": 2_000})]


@pytest.mark.parametrize(("past", "drifts"), [(5, False), (20, True)])
def test_an_outlet_without_a_past_cannot_leave_it(past: int, drifts: bool) -> None:
    assert bool(find_drifts(visit(make_past(past), replace(USUAL, length=300), 8))) is drifts


def test_what_was_bad_now_and_then_may_go_on_so() -> None:
    habits: Habits = {}
    for n in range(60):
        habits = visit(habits, replace(USUAL, undated=n % 3 == 0, length=(300, 2_000, 6_000)[n % 3]))

    three_in_a_row = visit(habits, replace(USUAL, undated=True, length=300), 3)

    assert find_drifts(three_in_a_row) == []
    assert bool(find_drifts(visit(habits, replace(USUAL, feed_title=True), 6)))


@pytest.mark.parametrize(("counts", "code"), [
    ({"saved": 0, "refused:no_text": 3}, "drift_pages"), ({"saved": 2, "refused:too_deep": 1}, ""),
    ({"saved": 3, "from_feed:wall": 3}, "drift_pages"), ({"saved": 3, "refused:paywall": 9}, ""),
    ({"entries_seen": 20, "undated": 20}, "drift_entries"), ({"entries_seen": 20, "undated": 4}, ""),
    ({"gone": 30, "screened_out": 50}, ""),
])
def test_lost_pages_and_entries_without_a_date_are_counted(counts: dict[str, int], code: str) -> None:
    habits: Habits = {}
    for _ in range(20):
        habits = learn_visit(habits, {"saved": 3, "entries_seen": 20})

    for _ in range(5):
        habits = learn_visit(habits, counts)

    assert [name for name, _ in find_drifts(habits)] == ([code] if code else [])


def test_one_visit_with_a_batch_of_short_notices_is_no_drift() -> None:
    habits = learn_visit(make_past(), {"saved": 40}, [replace(USUAL, length=300)] * 40)

    assert find_drifts(habits) == []
    assert AT_ONCE <= 3


def test_a_new_way_that_lasts_becomes_the_outlets_own_but_lost_pages_never_do() -> None:
    habits, lost = make_past(), {"refused:no_text": 2}
    for _ in range(LASTING):
        habits = learn_visit(habits, lost, [replace(USUAL, length=300)] * 2)

    assert [name for name, _ in find_drifts(habits)] == ["drift_pages"]


def test_what_is_kept_stays_small() -> None:
    random, habits = Random(1), make_past()
    for _ in range(1_500):
        habits = visit(habits, replace(USUAL, length=int(random.lognormvariate(7, 1))))

    kept = habits["drift"]["length"]  # type: ignore[index]
    assert sum(kept["past"].values()) <= 1_000 and len(kept["past"]) < 40 and len(kept["lately"]) == 10


def look_steady(random: Random, bursts: bool) -> Look:
    return make_random(random, random.lognormvariate(7.4, 0.35), 0.01)


def look_varied(random: Random, bursts: bool) -> Look:
    return make_random(random, random.lognormvariate(7.2, 0.9), 0.1)


def look_mixed(random: Random, bursts: bool) -> Look:
    short = random.random() < 0.3
    return make_random(random, random.lognormvariate(5.5 if short else 7.8, 0.4), 0.3)


def look_in_bursts(random: Random, bursts: bool) -> Look:
    return make_random(random, random.lognormvariate(5.5 if bursts else 7.8, 0.4), 0.15)


def make_random(random: Random, length: float, share: float) -> Look:
    amiss = [random.random() < share for _ in range(5)]
    return Look(int(80_000 * random.lognormvariate(0, 0.4)), max(80, int(length)), *amiss)


def live(look: Callable[[Random, bool], Look], random: Random, visits: int, habits: Habits, factor: float = 1) -> int:
    """Articles until a drift is named, 0 for none; `habits` goes on. A visit in five brings only notices, if any do."""
    articles = 0
    for _ in range(visits):
        bursts, count = random.random() < 0.2, random.randrange(7)
        looks = [look(random, bursts) for _ in range(count)]
        looks = [replace(one, length=max(80, int((one.length or 0) * factor))) for one in looks]
        articles += count
        habits.update(learn_visit(habits, {"saved": count, "entries_seen": 20, "undated": random.randrange(3)}, looks))
        if find_drifts(habits):
            return articles
    return 0


@pytest.mark.parametrize("look", [look_steady, look_varied, look_mixed, look_in_bursts])
def test_outlets_that_vary_do_not_drift_in_a_year(look: Callable[[Random, bool], Look]) -> None:
    for seed in range(2):
        assert live(look, Random(seed), 730, {}) == 0


@pytest.mark.parametrize(("look", "within"), [(look_steady, 30), (look_varied, 60)])
def test_articles_cut_to_an_eighth_are_named_soon(look: Callable[[Random, bool], Look], within: int) -> None:
    random, habits = Random(3), dict[str, object]()
    assert live(look, random, 100, habits) == 0

    assert 0 < live(look, random, 100, habits, 1 / 8) <= within


def make_entry(title: str = "Huế ký kết với Daegu", hours: float = 0) -> FrontierEntry:
    return FrontierEntry(1, "a", "a:1", "http://a/1", title, "", START_AT - hours * HOUR, False, 0)


@pytest.mark.parametrize(("title", "hours", "source", "expected"), [
    ("Huế ký kết với Daegu", 0, "json-ld", (False, False, False)),
    ("Tin: Huế ký kết với Daegu", 30, "json-ld", (False, False, False)),
    ("Trang chủ", 72, "meta", (False, True, True)),
    ("", 72, "address", (True, None, None)),
])
def test_a_look_compares_the_page_with_its_entry(
    title: str, hours: float, source: str, expected: tuple[bool | None, ...]) -> None:
    found = Extracted("http://a/1", "Huế ký kết với Daegu", text="x" * 500, published_at=START_AT, date_source=source,
                      apart=("date",))

    look = make_look(9_000, make_entry(title, hours), found)

    assert (look.undated, look.feed_title, look.feed_date) == expected
    assert (look.size, look.length, look.page_title, look.page_date) == (9_000, 500, False, True)
    assert make_look(9_000, make_entry(), Extracted("http://a/1", refused="wall")) == Look(9_000)
