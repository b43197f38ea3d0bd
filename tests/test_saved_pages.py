"""Real saved pages and feeds, where the shared folder is there: no crash, and a floor under what is found."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.extract import extract_page
from crawler.feeds import guess_kind, parse_feed
from crawler.generic import make_generic_outlet
from crawler.text import clean_line, squeeze
from seeds.catalogue import load_catalogue
from seeds.outlet import Outlet

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


def test_the_saved_articles_give_what_was_read_in_them_by_hand(find_outlet: Any) -> None:
    missing, kept, wrong, phrases = [], [], [], 0
    for row in load_rows("article", "charset-sample"):
        url = row["url"] or f"https://{row['host']}/news/articleView.html?idxno=1"
        found = extract_page((WEB / row["file"]).read_bytes(), url=url, outlet=find_outlet(url, row), now=NOW)
        if row["file"].startswith(("_traf_eval", "_charset")):
            continue
        text = clean_line(found.text)
        phrases += len(row["must_have"])
        missing += [(row["file"], phrase) for phrase in row["must_have"] if clean_line(phrase) not in text]
        kept += [(row["file"], phrase) for phrase in row["must_not"] if clean_line(phrase) in text]
        at = found.published_at
        if row["title"] and found.title != clean_line(row["title"]):
            wrong.append((row["file"], found.title))
        if row["date"] and at != datetime.fromisoformat(row["date"]):
            wrong.append((row["file"], str(at)))
        if row.get("lead") and squeeze(row["lead"])[:60] not in squeeze(found.text):
            wrong.append((row["file"], "lead"))

    assert phrases > 90
    assert (missing, kept, wrong) == ([], [], [])


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
