"""A reader's own keywords are found as each language writes its words, and not inside others."""

import unicodedata

import pytest

from monitor.digests.filters import is_wanted
from monitor.digests.keywords import has_keyword
from tests.digest_samples import inside, make_article, make_event, make_subscription


@pytest.mark.parametrize(("keyword", "text", "found"), [
    ("계절근로자", "외국인 계절근로자를 유치", True),  # a particle
    ("계절근로자", "외국인계절근로자 유치", True),  # a compound
    ("계절근로자", "계절 근로 사업", False),
    ("쌀", "쌀을 지원했다", True),
    ("쌀", "햅쌀국수", False),  # a single syllable is no part of a word
    ("MOU", "업무협약(MOU)을 체결", True),
    ("mou", "MOU를 체결", True),
    ("MOU", "MOUNTAIN", False),
    ("hợp tác", "Hai bên HỢP TÁC về giáo dục", True),
    ("hợp tác", "hop tac", False),  # who writes marks means them
    ("hop tac", "Hai bên hợp tác về giáo dục", True),
    ("hop tac", "hợp\n tác", True),
    ("da nang", "thành phố Đà Nẵng", True),
    ("hoà bình", "tỉnh Hòa Bình", True),  # both places of the mark
    ("thuỷ sản", "ngành thủy sản", True),
    ("cá", "các tỉnh", False),
    ("cá", "cà phê", False),
    ("farm", "farmers", False),
    ("farm*", "farmers of both sides", True),
    ("smart farm", "a smart  farm", True),
    ("smart farm", "a smart-farm", False),
    ("C++", "C++ và Python", True),
    ("a.b", "axb", False),
])
def test_keywords(keyword: str, text: str, found: bool) -> None:
    assert has_keyword((keyword,), text) is found
    assert has_keyword((unicodedata.normalize("NFC", keyword),), unicodedata.normalize("NFD", text)) is found


@pytest.mark.parametrize(("keywords", "wanted"), [
    ([], True), (["quote"], True), (["title"], True), (["deep"], True), (["absent"], False), (["absent", "deep"], True),
])
def test_keywords_are_looked_for_in_title_quote_and_text(keywords: list[str], wanted: bool) -> None:
    event = make_event(articles=(make_article(article_id=7),))

    assert is_wanted(make_subscription(keywords=keywords), event, inside, {7: "Deep in the text."}) is wanted


@pytest.mark.parametrize(("score", "wanted"), [(0.59, False), (0.6, True), (0.97, True)])
def test_a_score_below_the_wished_one_is_not_wanted(score: float, wanted: bool) -> None:
    assert is_wanted(make_subscription(min_score=0.6), make_event(score=score), inside) is wanted


@pytest.mark.parametrize(("values", "wanted"), [
    ({"act": "agreement"}, True),
    ({"act": "twinning"}, True),
    ({"act": "visit", "new_tie": True}, True),
    ({"act": "visit"}, False),
    ({"act": "agreement", "verdict": "unsure"}, False),
])
def test_what_is_told_at_once_is_new_ties_agreements_and_twinnings(values: dict[str, object], wanted: bool) -> None:
    assert is_wanted(make_subscription(schedule="instant"), make_event(**values), inside) is wanted
