"""Pictures are painted with fonts that hold every sign, are small and always the same, or are not painted at all."""

import logging
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from monitor.digests.content import DigestPair, Register, RegisterLine, Summary
from monitor.digests.register import MOST_LINES
from monitor.fonts import MOST_READ, POSTSCRIPT_NAME, PictureError, find_fonts
from monitor.illustrating import illustrate
from monitor.painting import MAX_BYTES, paint
from tests.digest_samples import make_content
from tests.made_font import make_font

LATIN = "".join(map(chr, range(33, 127))) + "ếềệạảãâăđôơưĐàẵắ…"
HANGUL = "충청남도후에교류관계목록베트남한국건그림더있음주황색새로운"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40" font-family="Nobody, sans-serif">' \
      '<text x="5" y="30">{}</text></svg>'


def read_size(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def paint_text(text: str, folder: Path) -> bytes:
    return paint(SVG.format(text).encode(), [folder]).png


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """A folder with a font for Latin letters and one for Hangul, as the image has them."""
    make_font(tmp_path / "a" / "DejaVuSans.ttf", LATIN, "Latin Test")
    make_font(tmp_path / "b" / "NanumGothic.ttf", HANGUL + "0123456789", "Hangul Test")
    return tmp_path


@pytest.mark.parametrize(("text", "families"), [
    ("Huế 3", ["Latin Test"]), ("후에 3", ["Hangul Test"]), ("Đà Nẵng 도", ["Latin Test", "Hangul Test"]),
    ("후에 충청남도 Đ", ["Hangul Test", "Latin Test"]), (" \n", ["Latin Test"]),
])
def test_the_fewest_fonts_that_hold_every_sign_are_taken(fonts: Path, text: str, families: list[str]) -> None:
    assert [font.family for font in find_fonts(text, [fonts])] == families


@pytest.mark.parametrize("text", ["Huế ก", "쀍", "Huế 도 쀍"])
def test_a_sign_that_no_font_has_is_refused_by_name(fonts: Path, text: str) -> None:
    with pytest.raises(PictureError, match=r"no font here has 1 of its signs, such as '.' \(U\+"):
        find_fonts(text, [fonts])


def test_what_is_no_font_and_a_folder_that_is_not_there_keep_nobody_from_the_others(fonts: Path) -> None:
    (fonts / "NotoSans-Regular.ttf").write_bytes(b"no font")
    (fonts / "Broken.otf").write_bytes((fonts / "a" / "DejaVuSans.ttf").read_bytes()[:300])
    (fonts / "notes.txt").write_text("no font either")

    assert [font.family for font in find_fonts("Huế", [fonts / "nowhere", fonts])] == ["Latin Test"]


def test_a_font_that_the_painter_would_leave_out_in_silence_is_not_taken(tmp_path: Path) -> None:
    path = make_font(tmp_path / "Nameless.ttf", LATIN, "Nameless")
    with TTFont(path) as font:
        font["name"].names = [record for record in font["name"].names if record.nameID != POSTSCRIPT_NAME]
        font.save(path)

    with pytest.raises(PictureError, match="no font here has"):
        paint_text("Huế", tmp_path)


def test_a_plain_font_is_liked_better_than_an_odd_one(tmp_path: Path) -> None:
    for stem in ("Aaa-BoldItalic", "AaaMono", "Bbb", "DejaVuSans"):
        make_font(tmp_path / f"{stem}.ttf", LATIN, stem)

    order = []
    for _ in range(3):
        [font] = find_fonts("Huế", [tmp_path])
        order.append(font.family)
        Path(font.path).unlink()

    assert order == ["DejaVuSans", "Bbb", "Aaa-BoldItalic"]


def test_letters_are_painted_with_the_font_that_was_found_twice_as_fine_and_always_the_same(fonts: Path) -> None:
    empty, words = paint_text("", fonts), paint_text("Huế", fonts)

    assert read_size(words) == (120, 80)
    assert words != empty and words == paint_text("Huế", fonts)
    assert paint_text("후에", fonts) != empty


def test_the_system_s_fonts_are_not_asked_where_a_folder_is_named(fonts: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(PictureError):
        paint_text("Huế", tmp_path / "empty")


def test_own_fonts_of_a_person_are_found(
    fonts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    make_font(tmp_path / "home" / ".fonts" / "Own.ttf", "\ue123", "Own")

    assert [font.family for font in find_fonts("\ue123")] == ["Own"]


def test_own_fonts_of_a_person_are_found_beside_more_fonts_than_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for number in range(MOST_READ):
        make_font(tmp_path / "all" / f"A{number:03}.ttf", "a", f"A{number}")
    make_font(tmp_path / "home" / ".fonts" / "Own-Bold.ttf", "\ue123a", "Own")
    make_font(tmp_path / "home" / ".fonts" / "Plain.ttf", "a", "Plain")
    monkeypatch.setattr("monitor.fonts.FOLDERS", (str(tmp_path / "all"), "~/.fonts"))

    assert [font.family for font in find_fonts("\ue123")] == ["Own"]
    assert [font.family for font in find_fonts("a")] == ["Plain"]


def test_what_the_painter_refuses_is_a_picture_that_cannot_be_painted(fonts: Path) -> None:
    with pytest.raises(PictureError, match="ValueError"):
        paint(b'<svg width="0" height="0" xmlns="http://www.w3.org/1999/xhtml"/>', [fonts])


def test_the_largest_picture_is_small_enough_and_as_fine_as_it_may_be(fonts: Path) -> None:
    lines = tuple(
        RegisterLine(DigestPair(f"VN-{n}", f"Đà Nẵng {n:014}", f"KR-{n}", f"Chungcheong {n:08}"), n + 1, is_new=n < 9)
        for n in range(MOST_LINES)
    )
    content = replace(make_content(), summary=Summary(register=Register(lines, 5_000)))

    picture = illustrate(content, [fonts])

    assert picture and len(picture.png) <= MAX_BYTES
    assert (picture.width, picture.height) == (560, 822) and read_size(picture.png) == (1120, 1644)


def test_where_a_font_is_missing_the_digest_has_its_links_and_the_log_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_font(tmp_path / "Latin.ttf", LATIN, "Latin Test")
    line = RegisterLine(DigestPair("VN-46", "후에", "KR-44", "충청남도"), 1)
    content = replace(make_content(language="ko"), summary=Summary(register=Register((line,), 1)))

    with caplog.at_level(logging.WARNING):
        picture = illustrate(content, [tmp_path])

    assert picture is None
    assert "digest desk goes without its picture: no font here has" in caplog.text and "fonts-nanum" in caplog.text


def test_what_has_no_register_is_not_painted_and_asks_for_no_font(tmp_path: Path) -> None:
    assert illustrate(make_content(), [tmp_path]) is None
