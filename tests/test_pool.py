"""Pages that take too long, too much memory or the worker with them are refused, and the next page is read."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.generic import make_generic_outlet
from crawler.pool import ExtractionPool

OUTLET = make_generic_outlet("https://bao.vn/")
ENGLISH = (Path(__file__).parent / "pages" / "sidebar_trap.html").read_bytes()  # needs the language model
GOOD = (Path(__file__).parent / "pages" / "vietnamnet.html").read_bytes()


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    with ExtractionPool(seconds=20) as made:
        yield made


def test_a_page_is_read_in_a_worker_as_it_is_in_line(pool: ExtractionPool) -> None:
    found = pool.submit(GOOD, url="https://bao.vn/x", outlet=OUTLET).result(60)

    assert (found.refused, found.title) == ("", "Huế mời Gangneung cùng làm lễ hội đèn")


def test_a_fault_of_ours_costs_one_page(pool: ExtractionPool) -> None:
    broken = replace(OUTLET, zone="No/Where")

    assert pool.submit(GOOD, url="https://bao.vn/x", outlet=broken).result(60).refused == "fault"
    assert pool.submit(GOOD, url="https://bao.vn/x", outlet=OUTLET).result(60).refused == ""


def test_a_page_over_the_time_limit_is_refused_and_the_worker_replaced() -> None:
    slow = b"<html><body>" + b"<p>a <a href=/x>b</a></p>" * 9_000

    with ExtractionPool(seconds=0.05) as pool:
        assert pool.submit(slow, url="https://bao.vn/x", outlet=OUTLET).result(60).refused == "timeout"


def test_a_hostile_page_costs_its_time_limit_and_nothing_else() -> None:
    # Links in nested blocks: each block asks how much of its text they are. Half a minute and more of one core.
    hostile = b'<html><body><div itemprop="articleBody">' + b"<div>" * 200 + b"<a href=/x>abc</a> some words " * 25_000
    started = time.monotonic()

    with ExtractionPool(seconds=5) as pool:
        found = [pool.submit(page, url="https://bao.vn/x", outlet=OUTLET) for page in (GOOD, hostile, GOOD)]
        refused = [future.result(60).refused for future in found]

    assert refused == ["", "timeout", ""]
    assert time.monotonic() - started < 40


def test_a_page_over_the_memory_limit_is_refused() -> None:
    with ExtractionPool(seconds=60, megabytes=150) as pool:
        assert pool.submit(ENGLISH, url="https://bao.vn/x", outlet=OUTLET).result(60).refused == "memory"


def test_a_pool_that_broke_is_made_anew() -> None:
    wide = b"<html><body><p>" + b"a " * 1_500_000

    with ExtractionPool(seconds=60, megabytes=100) as pool:
        refused = [pool.submit(wide, url="https://bao.vn/x", outlet=OUTLET).result(60).refused for _ in range(3)]

    assert set(refused) <= {"memory", "crash"}


def test_closing_refuses_what_is_under_way() -> None:
    pool = ExtractionPool()
    waiting = [pool.submit(GOOD, url="https://bao.vn/x", outlet=OUTLET) for _ in range(3)]

    pool.close()

    assert {future.result(10).refused for future in waiting} <= {"", "stopped"}
