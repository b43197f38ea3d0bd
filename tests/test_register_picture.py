"""The picture of the register in a weekly email: which ties it shows, in which words, and that an email carries it."""

from collections import Counter
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from xml.etree import ElementTree

import pytest

from monitor.digests.content import DigestContent, DigestPair, Filters, Register, RegisterLine, Summary
from monitor.digests.picture import IN_AN_EMAIL, SVG, draw_register
from monitor.digests.register import MOST_LINES, choose_ties, describe_picture, draw_picture
from monitor.digests.render_email import render_email
from monitor.digests.rendered import Picture
from monitor.digests.wording import load_wording
from monitor.notifiers.message import make_message
from storage.values import TieRow
from tests.digest_samples import make_content, make_delivery

PICTURE = Picture(b"\x89PNG not looked at", 560, 400)
BASE = "https://watch.example/ties"


def make_tie(vn: str, kr: str, last: str | None = None) -> TieRow:
    return TieRow(vn, kr, "contact", None, last, 1, "events")


def choose(ties: list[TieRow], *localities: str, new: set[tuple[str, str]] = frozenset()) -> Register | None:  # type: ignore[assignment]
    """Of keys such as `VN-1.7`: the seventh unit of the first province."""
    return choose_ties(
        ties, localities, name=lambda key: f"name of {key}", province=lambda key: key.partition(".")[0],
        inside=lambda key: (key.partition(".")[0],) if "." in key else (), new=new,
    )


def find_pairs(register: Register | None) -> list[tuple[str, str]]:
    return [(line.pair.vn_key, line.pair.kr_key) for line in register.lines] if register else []


def make_weekly(language: str = "en", **summary: object) -> DigestContent:
    lines = (
        RegisterLine(DigestPair("VN-46", "Huế", "KR-44", "충청남도"), 3, is_new=True),
        RegisterLine(DigestPair("VN-48", "<b>&", "KR-26", "Busan"), 1),
    )
    told = Summary(register=Register(lines, 11), **summary)  # type: ignore[arg-type]
    return replace(make_content(language=language), kind="weekly", summary=told)


def find_texts(svg: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{{{SVG}}}text")]


def test_few_ties_are_shown_between_the_places_themselves() -> None:
    register = choose([make_tie("VN-1.1", "KR-2"), make_tie("VN-1.2", "KR-2")])

    assert find_pairs(register) == [("VN-1.1", "KR-2"), ("VN-1.2", "KR-2")]
    assert register and register.ties == 2 and register.lines[0].pair.vn_name == "name of VN-1.1"


def test_many_ties_are_shown_between_provinces_those_with_most_first() -> None:
    ties = [make_tie(f"VN-{n}.{m}", "KR-1") for n in range(1, MOST_LINES + 3) for m in range(n)]

    register = choose(ties)

    assert register and register.ties == len(ties) and len(register.lines) == MOST_LINES
    assert [line.ties for line in register.lines] == list(range(MOST_LINES + 2, 2, -1))
    assert find_pairs(register)[0] == (f"VN-{MOST_LINES + 2}", "KR-1")


@pytest.mark.parametrize(("count", "is_rolled_up"), [(MOST_LINES, False), (MOST_LINES + 1, True)])
def test_places_stand_for_themselves_as_long_as_they_can(count: int, is_rolled_up: bool) -> None:
    register = choose([make_tie(f"VN-1.{n}", "KR-1") for n in range(count)])

    assert (find_pairs(register) == [("VN-1", "KR-1")]) is is_rolled_up


@pytest.mark.parametrize(("localities", "expected"), [
    ((), {"VN-1", "VN-2.1", "VN-3"}), (("KR-1",), {"VN-1", "VN-2.1"}), (("KR-1.5",), {"VN-2.1"}),
    (("VN-2",), {"VN-2.1"}), (("VN-2.2",), set()),
])
def test_only_the_places_of_the_subscription_and_all_inside_them_are_shown(
    localities: tuple[str, ...], expected: set[str]
) -> None:
    ties = [make_tie("VN-1", "KR-1"), make_tie("VN-2.1", "KR-1.5"), make_tie("VN-3", "KR-2")]

    assert {vn for vn, _ in find_pairs(choose(ties, *localities))} == expected


def test_new_ties_come_first_then_the_latest() -> None:
    ties = [make_tie("VN-1", "KR-1"), make_tie("VN-2", "KR-1", "2025-08"), make_tie("VN-3", "KR-1", "2020-01-01"),
            make_tie("VN-4", "KR-1")]

    register = choose(ties, new={("VN-4", "KR-1")})

    assert [vn for vn, _ in find_pairs(register)] == ["VN-4", "VN-2", "VN-3", "VN-1"]
    assert register and [line.is_new for line in register.lines] == [True, False, False, False]


@pytest.mark.parametrize(("language", "note"), [
    ("en", "4 ties drawn, and 7 more in the register"), ("ko", "그림에 교류 관계 4건, 목록에 7건 더 있음"),
    ("vi", "Vẽ 4 quan hệ, còn 7 quan hệ khác trong danh mục"),
])
def test_the_picture_says_how_many_more_there_are(language: str, note: str) -> None:
    content = make_weekly(language)
    assert content.summary and content.summary.register

    svg = draw_picture(content, content.summary.register, load_wording(language))
    said = describe_picture(content, content.summary.register, load_wording(language))

    texts = find_texts(svg)
    assert note in texts and load_wording(language).say("picture.new") in texts
    assert {"Huế  3", "충청남도  3", "<b>&  1"} <= set(texts)
    assert note in said and "Huế ↔ 충청남도 (3)" in said


def test_a_register_that_is_drawn_whole_speaks_of_no_more_and_of_no_new_one() -> None:
    content = make_weekly()
    register = Register((RegisterLine(DigestPair("VN-46", "Huế", "KR-44", "Seoul"), 1),), 1)

    texts = find_texts(draw_picture(content, register, load_wording("en")))

    assert texts == ["Register of ties", "Vietnam", "Korea", "Huế  1", "Seoul  1", "1 tie"]


def test_the_title_names_the_places_of_the_subscription_but_not_without_end() -> None:
    few = replace(make_weekly(), filters=Filters(localities=("Busan", "Ulsan")))
    many = replace(make_weekly(), filters=Filters(localities=("Chungcheongnam",) * 9))
    assert few.summary and few.summary.register

    titles = [find_texts(draw_picture(one, few.summary.register, load_wording("en")))[0] for one in (few, many)]

    assert titles[0] == "Register of ties: Busan, Ulsan"
    assert titles[1].endswith("…") and len(titles[1]) == 48


@pytest.mark.parametrize(("name", "shown"), [
    ("Chungcheongnam", "Chungcheongnam"), ("x" * 20, "x" * 20), ("x" * 21, "x" * 19 + "…"), ("도" * 10, "도" * 10),
    ("도" * 11, "도" * 9 + "…"),
])
def test_a_name_that_does_not_fit_an_email_is_cut(name: str, shown: str) -> None:
    svg = draw_register({("VN", "KR"): 1}, {"VN": "Huế", "KR": name}.__getitem__, "", ("", ""), "", sizes=IN_AN_EMAIL)

    assert f"{shown}  1" in find_texts(svg)


def test_names_stand_in_the_order_of_vietnamese_dictionaries() -> None:
    ties = Counter({(vn, "KR"): 1 for vn in ("Gia Lai", "Đà Nẵng", "Điện Biên", "Đắk Lắk", "Dak", "Huế", "Cà Mau")})

    texts = find_texts(draw_register(ties, str, "", ("", ""), ""))

    assert [text.removesuffix("  1") for text in texts if text.endswith("  1")] == [
        "Cà Mau", "Dak", "Đà Nẵng", "Đắk Lắk", "Điện Biên", "Gia Lai", "Huế",
    ]


def test_an_email_carries_its_picture_inside_itself_with_size_words_and_link() -> None:
    rendered = render_email(make_weekly(register_url=BASE, picture_url=f"{BASE}.svg"), picture=PICTURE)
    raw = make_message(rendered, "tw@example.org", "desk@example.org", make_delivery()).as_bytes()

    told = message_from_bytes(raw, policy=default)
    text, related = told.iter_parts()
    html, image = related.iter_parts()
    page = html.get_content()

    assert [part.get_content_type() for part in told.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]
    assert image.get_content() == PICTURE.png and image["Content-ID"] == f"<{PICTURE.id}>"
    assert image.get_content_disposition() == "inline"
    assert page.count(f'src="cid:{PICTURE.id}"') == 1 and 'width="560" height="400"' in page
    assert 'alt="Register of ties, drawn as lines' in page and "&amp; ↔ Busan (1)" in page
    assert f'<a href="{BASE}" ' in page and f"{BASE}.svg" not in page
    assert f"As a picture: {BASE}.svg" in text.get_content()


def test_a_message_that_is_sent_again_is_the_same_byte_for_byte() -> None:
    def make(**changes: object) -> bytes:
        rendered = render_email(DigestContent.from_json(make_weekly().to_json()), picture=PICTURE)
        return make_message(rendered, "tw@example.org", "desk@example.org", make_delivery(**changes)).as_bytes()

    assert make() == make(attempts=3)
    assert make() != make(recipient="other@example.org")


@pytest.mark.parametrize("content", [
    make_content(), replace(make_weekly(), summary=Summary()), replace(make_weekly(), summary=None),
])
def test_what_holds_no_register_carries_no_picture(content: DigestContent) -> None:
    rendered = render_email(content, picture=PICTURE)

    assert rendered.picture is None and "<img" not in rendered.html


def test_without_a_picture_the_email_has_its_links() -> None:
    rendered = render_email(make_weekly(register_url=BASE, picture_url=f"{BASE}.svg"))

    assert "<img" not in rendered.html and "cid:" not in rendered.html
    assert f'href="{BASE}"' in rendered.html and f'href="{BASE}.svg"' in rendered.html


def test_without_an_address_the_picture_is_there_and_leads_nowhere() -> None:
    rendered = render_email(make_weekly(), picture=PICTURE)

    assert f"cid:{PICTURE.id}" in rendered.html and "<a href" not in rendered.html.partition("<img")[0][-200:]
    assert "data:image/png;base64," in rendered.html_for_browser and "cid:" not in rendered.html_for_browser
