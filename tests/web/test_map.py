"""The map shows what each country's own law lists, also where no outline does, in the language of the page."""

import re
from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from monitor.application import Application
from monitor.web.mapping import HEIGHT, WIDTH, Link, draw_arcs, draw_dots, draw_islands
from seeds.gazetteer import load_gazetteer
from seeds.outlines import load_islands
from storage.values import TieRow
from tests.web.desk import open_browser

NAMES = {
    "en": {"Hoàng Sa", "Trường Sa", "Dokdo", "Ulleungdo"}, "vi": {"Hoàng Sa", "Trường Sa", "Dokdo", "Ulleungdo"},
    "ko": {"호앙사(Hoàng Sa)", "쯔엉사(Trường Sa)", "독도", "울릉도"},
}


@pytest.fixture
def browser(application: Application) -> TestClient:
    return open_browser(application)


@pytest.mark.parametrize(("language", "said"), [
    ("en", "as each of the two countries’ own law lists them"), ("ko", "자국 법령으로 정한 행정구역에 따라"),
    ("vi", "theo danh mục đơn vị hành chính do pháp luật của mỗi nước quy định"),
])
def test_islands_are_drawn_and_named_and_it_is_said_by_whose_lists(
    browser: TestClient, language: str, said: str
) -> None:
    page = browser.get("/map", params={"lang": language}).text
    shown = {re.sub(r"<[^>]+>", "", text) for text in re.findall(r'<text class="name isle".*?</text>', page)}

    assert shown == NAMES[language] and said in page
    assert page.count('<circle class="island"') == 4


@pytest.mark.parametrize("language", ["en", "ko", "vi"])
def test_every_island_lies_within_the_drawing_and_no_name_on_another(language: str) -> None:
    marks = draw_islands(language)

    assert all(0 < mark.x < WIDTH and 0 < mark.y < HEIGHT and 0 < mark.name_y < HEIGHT for mark in marks)
    heights = sorted((mark.country, mark.name_y) for mark in marks)
    assert all(one[0] != other[0] or other[1] - one[1] > 25 for one, other in pairwise(heights))


def test_every_island_is_of_a_known_locality_and_says_where_its_point_is_from() -> None:
    gazetteer = load_gazetteer()

    for one in load_islands():
        assert gazetteer.localities[one.key].country == one.country and one.source and one.listed
        assert set(one.names) == {"en", "ko", "vi"}
    assert {one.key for one in load_islands()} == {"VN-48", "VN-56", "KR-47940"}


def test_a_tie_of_an_island_is_drawn(application: Application) -> None:
    links = [Link("VNH-576", "KR-47940", 1), Link("VNH-498", "KR-44", 2)]
    application.store.ties.save([TieRow("VNH-576", "KR-47940", "sister", "2026", "2026", 1, "events")])

    assert len(draw_arcs(links, load_gazetteer())) == 2
    assert 'href="/ties/VNH-576/KR-47940"' in open_browser(application).get("/map").text


@pytest.mark.parametrize(("key", "other", "language", "wide", "narrow"), [
    ("KR-41610", "VN-46", "vi", True, ""),  # Gwangju (Gyeonggi), which ran into Ulleungdo; turned on wide screens
    ("KR-41", "VN-46", "vi", True, "turned"),
    ("KR-11", "VN-46", "vi", True, "straight"),
    ("KR-43", "VN-46", "en", True, "turned"),  # Chungcheongbuk, into Dokdo
    ("KR-43", "VN-46", "ko", True, "straight"),
    ("KR-44", "VN-46", "vi", True, "turned"),
    ("KR-48", "VN-46", "vi", True, ""),  # Gyeongsangnam, out of a narrow drawing, and turned into Hoàng Sa
    ("KR-31", "VN-46", "vi", True, "straight"),
    ("VN-46", "KR-11", "vi", True, "straight"),
])
def test_a_name_without_room_is_turned_on_narrow_screens_or_not_shown(
    key: str, other: str, language: str, wide: bool, narrow: str
) -> None:
    gazetteer = load_gazetteer()
    link = Link(key, other, 1) if key.startswith("VN") else Link(other, key, 1)

    dots = draw_dots([link], gazetteer, lambda one: gazetteer.name(one, language))

    [dot] = [dot for dot in dots if dot.key == key]
    shown = "" if dot.minor or not dot.label else "turned" if dot.turned else "straight"
    assert (dot.label, shown) == (wide, narrow)
