"""One wave over outlets that each have a fault of real sites, and a second one after it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest

from seeds.newsroom import Newsroom, run_newsroom
from storage.clock import utc_now
from tests.crawl.conftest import ROOT, Crawl, Desk

ARTICLES = "/view/"


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with run_newsroom(utc_now(), slow_seconds=0.1) as room:
        room.set_fault("nr_chungcheong", "429", retry_after=3600)
        room.set_fault("nr_yna", "gzip_bomb", prefix=ARTICLES)
        room.set_fault("nr_yna_en", "endless_redirect", prefix=ARTICLES)
        room.set_fault("nr_vna_en", "drop", prefix="/rss")
        room.set_fault("nr_cantho", "500", prefix="/sinh-vien")
        room.set_fault("nr_vietnamvn_pl", "500", prefix="/robots.txt")
        room.set_fault("nr_hue", "403", prefix="/chinh-tri-xa-hoi/theo-dong-thoi-su/")
        room.set_fault("nr_thanhnien", "html_instead_of_feed", prefix="/rss/home")
        yield room


@pytest.fixture(scope="module")
def waves(newsroom: Newsroom, shared_desk: Desk) -> tuple[Crawl, Crawl]:
    outlets = newsroom.write_overlay(shared_desk.folder / "seeds")
    # No time-out is under test here: a busy machine must not be taken for a slow outlet.
    shared_desk.settings["TIMEOUT_SECONDS"] = "20"
    first = shared_desk.crawl(*outlets)
    newsroom.reset_counters()
    return first, shared_desk.crawl(*outlets)


def runs(desk: Desk, wave: int) -> dict[str, tuple[str, str, dict[str, int]]]:
    return {r.outlet_id: (r.outcome, r.reason, r.counts) for r in desk.open().runs.find() if r.wave_id == wave}


@pytest.mark.parametrize(("outlet", "outcome", "reason"), [
    ("nr_chungcheong", "blocked", "answers 429"),
    ("nr_yna", "broken", "pages cannot be read: the answer is too large"),
    ("nr_yna_en", "broken", "pages cannot be read: redirects without end"),
    ("nr_vna_en", "fine", "the connection broke off"),
    ("nr_dongthap", "fine", ""),
    ("nr_cantho", "fine", "2 pages failed: the server answers 500 (a fault of its own), an empty answer"),
    ("nr_vietnamvn_pl", "unproven", "robots.txt cannot be read"),
    ("nr_hue", "blocked", "answers 403"),
    ("nr_thanhnien", "fine", "1 of 2 feeds failed: a page came instead of a feed"),
    ("nr_dantoc", "fine", ""),
    ("nr_kimchi", "fine", ""),
])
def test_every_fault_ends_in_its_outcome(
    waves: tuple[Crawl, Crawl], shared_desk: Desk, outlet: str, outcome: str, reason: str) -> None:
    found = runs(shared_desk, 1)[outlet]

    assert found[0] == outcome
    assert reason in found[1]


def test_a_wave_with_faults_still_ends_well_and_tells_them(waves: tuple[Crawl, Crawl]) -> None:
    assert waves[0].code == 0, waves[0].errors
    assert "Traceback" not in waves[0].errors
    assert "wave: 11 outlets asked: 6 with something new, 0 unchanged, 5 failed" in waves[0].errors
    assert "5 failed (2 blocked, 2 broken, 1 unproven); " in waves[0].errors


@pytest.mark.parametrize(("outlet", "name", "count"), [
    ("nr_yna", "postponed", 3), ("nr_yna_en", "postponed", 3), ("nr_dantoc", "gone", 1),
    ("nr_dantoc", "refused:robots_forbid", 1), ("nr_cantho", "postponed", 2)])
def test_what_is_not_saved_is_counted_with_its_reason(
    waves: tuple[Crawl, Crawl], shared_desk: Desk, outlet: str, name: str, count: int) -> None:
    assert runs(shared_desk, 1)[outlet][2].get(name) == count


def test_an_article_of_two_addresses_is_one_entry_asked_for_once(
    waves: tuple[Crawl, Crawl], shared_desk: Desk) -> None:
    rows = shared_desk.rows("SELECT count(*) FROM entries WHERE outlet_id = 'nr_kimchi'")

    saved = [item for item in waves[0].items if item["outlet"] == "nr_kimchi"]
    assert rows == [(5,)]
    assert len({item["identity"] for item in saved}) == len(saved) == 5


def test_items_carry_the_article_and_the_time_with_the_offset_of_the_outlet(waves: tuple[Crawl, Crawl]) -> None:
    items = {item["outlet"]: item for item in waves[0].items}

    assert set(items["nr_dantoc"]) == {"id", "url", "outlet", "lang", "title", "lead", "text", "author", "published_at",
                                       "date_source", "identity"}
    assert items["nr_dantoc"]["published_at"].endswith("+07:00")
    assert all(item["text"] and item["title"] for item in waves[0].items)


def test_the_second_wave_asks_conditionally_and_for_no_page_again(
    waves: tuple[Crawl, Crawl], newsroom: Newsroom, shared_desk: Desk) -> None:
    assert waves[1].code == 0, waves[1].errors
    assert waves[1].items == []
    for outlet in ("nr_dantoc", "nr_cantho"):
        assert runs(shared_desk, 2)[outlet][0] == "nothing_new"
        assert (newsroom.counters[outlet].requests, newsroom.counters[outlet].not_modified) == (1, 1)


def test_a_host_that_asked_for_a_pause_is_not_asked(
    waves: tuple[Crawl, Crawl], newsroom: Newsroom, shared_desk: Desk) -> None:
    outcome, reason, _ = runs(shared_desk, 2)["nr_chungcheong"]
    due_at = shared_desk.open().outlets.states()["nr_chungcheong"].next_due_at

    assert newsroom.counters["nr_chungcheong"].requests == newsroom.counters["nr_chungcheong"].robots == 0
    assert (outcome, "asked to be left alone" in reason) == ("blocked", True)
    assert due_at and due_at > newsroom.now + timedelta(minutes=55)


def test_an_outlet_never_read_is_unproven_and_one_read_before_is_not(
    waves: tuple[Crawl, Crawl], shared_desk: Desk) -> None:
    states = {name: state.state for name, state in shared_desk.open().outlets.states().items()}

    assert states["nr_vietnamvn_pl"] == "unproven"
    assert (states["nr_hue"], states["nr_chungcheong"]) == ("blocked", "resting")
    assert states["nr_dantoc"] == states["nr_thanhnien"] == "fine"


def test_no_host_saw_two_requests_at_once_nor_a_forbidden_one(waves: tuple[Crawl, Crawl], newsroom: Newsroom) -> None:
    assert max(counters.max_at_once for counters in newsroom.counters.values()) == 1
    assert sum(counters.disallowed for counters in newsroom.counters.values()) == 0


def test_pages_that_never_come_are_put_off_and_the_host_is_left_alone(desk: Desk) -> None:
    with run_newsroom(utc_now(), only=("nr_dongthap",)) as room:
        room.set_fault("nr_dongthap", "slow", prefix="/thoi-su/2", seconds=30)
        desk.settings["TIMEOUT_SECONDS"] = "1"
        outlets = room.write_overlay(desk.folder / "seeds")

        crawl = desk.crawl(*outlets)

        (run,) = desk.open().runs.find()
        assert crawl.code == 0, crawl.errors
        assert (run.outcome, run.reason) == ("broken", "pages cannot be read: no answer in time")
        assert run.counts["postponed"] == 3


def test_an_outlet_that_is_taken_for_a_spider_gets_one_sentence(desk: Desk) -> None:
    command = [sys.executable, "-m", "scrapy", "crawl", "thanhnien"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TWINWATCH_")}
    done = subprocess.run(command, cwd=ROOT, env={**clean, **desk.make_environment()}, text=True, capture_output=True,
                          timeout=60)

    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert done.stderr.endswith(
        "no spider 'thanhnien'; there is one for all outlets: scrapy crawl outlet -a outlets=thanhnien\n")
