"""Real saved pages and feeds, where the shared folder is there: no crash, and a floor under what is found."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.feeds import guess_kind, parse_feed
from crawler.generic import make_generic_outlet
from seeds.catalogue import load_catalogue
from seeds.outlet import Outlet
from tests.bench.extraction import HERE, load_articles, score_pages, score_trafilatura

WEB = Path(__file__).parents[2] / "shared" / "web"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
pytestmark = pytest.mark.skipif(not (WEB / "index.jsonl").is_file(), reason="no saved pages here")


def load_rows(*kinds: str) -> list[dict[str, Any]]:
    lines = (WEB / "index.jsonl").read_text().splitlines()
    return [row for row in map(json.loads, lines) if row["kind"] in kinds]


@pytest.fixture(scope="module")
def find_outlet() -> Any:
    catalogue = load_catalogue()

    def find(url: str, row: dict[str, Any]) -> Outlet:
        sample = {"ko": "한국어로 쓴 글", "vi": "được viết bằng tiếng Việt"}.get(row["lang"], "")
        return catalogue.find_outlet(url) or make_generic_outlet(url, sample)

    return find


def test_the_saved_articles_give_what_was_read_in_them_by_hand() -> None:
    score = score_pages(load_articles(HERE), load_catalogue())

    assert score.asked["must-have"] > 95 and score.asked["must-not"] > 95 and score.asked["title"] >= 23
    assert score.misses == []


def test_articles_in_other_languages_are_read_no_worse_than_by_trafilatura_alone() -> None:
    rows = load_articles(("pl", "zh", "ja"))

    ours, theirs = score_pages(rows, load_catalogue()), score_trafilatura(rows)

    assert len(rows) == 19
    assert ours.right["must-have"] >= theirs.right["must-have"]
    assert ours.right["must-not"] >= theirs.right["must-not"]


def test_every_item_of_every_saved_feed_is_read(find_outlet: Any) -> None:
    counted = {}
    for row in load_rows("feed"):
        body, url = (WEB / row["file"]).read_bytes(), row["url"] or f"https://{row['host']}/rss"
        found = parse_feed(body, url=url, kind=guess_kind(body), outlet=find_outlet(url, row), now=NOW)
        left_out = sum(found.skipped.values())
        counted[row["file"]] = (len(found.entries) + left_out, row["feed"]["items"])
        assert all(entry.url.startswith("http") and "\n" not in entry.url for entry in found.entries)
        assert all(entry.published_at for entry in found.entries) or "one_date_for_all" in found.notes

    assert len(counted) == 36
    assert {name: pair for name, pair in counted.items() if pair[0] != pair[1]} == {}


def test_every_saved_list_and_sitemap_is_read(find_outlet: Any) -> None:
    few = []
    for row in load_rows("list", "sitemap"):
        body, url = (WEB / row["file"]).read_bytes(), row["url"] or f"https://{row['host']}/sitemap.xml"
        found = parse_feed(body, url=url, kind=guess_kind(body), outlet=find_outlet(url, row), now=NOW)
        old_addresses = "_2015" in row["file"]  # of a system that tuoitre.vn has left
        if not old_addresses and len(found.entries) + len(found.more) < row.get("list_links", 1):
            few.append((row["file"], len(found.entries)))

    assert few == []
