"""Pages of tens of thousands of elements: the article above them is read, and the rest costs little."""

import time

import pytest

from crawler.body import MAX_STRIPPED
from crawler.extract import extract_page
from crawler.generic import make_generic_outlet
from crawler.markup import cut_after, parse_page

OUTLET = make_generic_outlet("https://bao.vn/")
STORY = "".join(f"<p>Bà con tổ {n} cùng nhau quét dọn đường làng, trồng thêm hoa ven lối đi và sửa lại cổng chào.</p>"
                for n in range(12))
SECONDS = 8  # of CPU, on a busy machine; before, the first of these took 87 and the others 9
PAGES = {
    "spans in one paragraph": "<article><p>" + "<span>abc </span>" * 55_000,
    "paragraphs of links": "<p>a <a href=/x>b</a></p>" * 35_000,
    "headings": "<h1>abc</h1>" * 50_000,
    "rows of a table": "<table>" + "<tr><td>abc</td></tr>" * 50_000,
    "line breaks": "<article><p>" + "abc <br>" * 100_000,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_tens_of_thousands_of_elements_costs_seconds_at_most(name: str) -> None:
    page = f"<html><body>{PAGES[name]}".encode()
    started = time.process_time()

    extract_page(page, url="https://bao.vn/x", outlet=OUTLET)

    assert time.process_time() - started < SECONDS


def test_an_article_above_endless_comments_is_read() -> None:
    comments = "<section><div>" + "<p>Hay quá <b>bạn</b></p>" * 30_000 + "</div></section>"
    page = f"<html><body><main><h1>Tổ 7 dọn đường làng</h1><section><div>{STORY}</div></section></main>{comments}"

    found = extract_page(page.encode(), url="https://bao.vn/x", outlet=OUTLET)

    assert (found.refused, found.title) == ("", "Tổ 7 dọn đường làng")
    assert [n for n in range(12) if f"tổ {n} cùng" not in found.text] == []


@pytest.mark.parametrize("count", [1, 5, 40, MAX_STRIPPED])
def test_a_tree_is_cut_to_its_first_elements_in_reading_order(count: int) -> None:
    tree = parse_page("<html><body><div><ul>" + "<li><p>a</p>b</li>" * 30 + "</ul></div><div><p>z</p></div>")
    assert tree is not None
    before = [node.tag for node in tree.iter()]

    cut_after(tree, count)

    assert [node.tag for node in tree.iter()] == before[:count]
