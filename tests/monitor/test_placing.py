"""Places by their names: each label means one place, a name in any language is understood, and none is guessed."""

from pathlib import Path

import pytest

from monitor.placing import PlaceBook, make_place_book
from seeds.gazetteer import Gazetteer, load_gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.fixture(scope="module")
def book(gazetteer: Gazetteer) -> PlaceBook:
    return make_place_book(gazetteer)


@pytest.mark.parametrize("language", ["en", "ko", "vi"])
def test_every_place_has_a_label_that_means_it_alone(book: PlaceBook, gazetteer: Gazetteer, language: str) -> None:
    labels = {key: book.label(key, language) for key in gazetteer.localities}

    assert not [(key, label) for key, label in labels.items() if book.find(label).key != key]
    assert not [label for key, label in labels.items() if key in label]


@pytest.mark.parametrize(("words", "key"), [
    ("Quảng Nam", "VN63-49"), ("quang nam", "VN63-49"), ("꽝남", "VN63-49"), ("tỉnh Quảng Nam", "VN63-49"),
    ("Quang Nam province", "VN63-49"), ("  Huế ", "VN-46"), ("후에", "VN-46"), ("충남", "KR-44"), ("KR-44", "KR-44"),
    ("Chungnam", "KR-44"), ("Gwangju (Gyeonggi)", "KR-41610"), ("gwangju (gyeonggi)", "KR-41610"),
    ("경기도 광주시", "KR-41610"), ("Gwangju (metropolitan city)", "KR-29"), ("광주광역시", "KR-29"),
    ("Thanh Hóa (city)", "VNH-380"), ("thanh hoa (thành phố)", "VNH-380"), ("Ho Chi Minh City", "VN-79"),
])
def test_a_name_in_any_language_means_its_place(book: PlaceBook, words: str, key: str) -> None:
    found = book.find(words)

    assert (found.key, found.is_open) == (key, False)


def test_a_name_means_the_place_that_holds_all_others_of_that_name(book: PlaceBook, gazetteer: Gazetteer) -> None:
    named = [key for key, one in gazetteer.localities.items() if one.names["vi"] == "Đà Nẵng"]

    assert len(named) > 1 and book.find("Da Nang").key == "VN-48"


@pytest.mark.parametrize(("words", "offers"), [
    ("Gwangju", {"KR-29", "KR-41610"}), ("광주시", {"KR-29", "KR-41610"}), ("Thanh Hoa", {"VN-38", "VNH-800"}),
])
def test_a_name_of_several_places_is_not_guessed(book: PlaceBook, words: str, offers: set[str]) -> None:
    found = book.find(words)

    assert (found.key, set(found.offers), found.is_known, found.is_open) == ("", offers, True, True)


def test_marks_that_are_written_are_meant(book: PlaceBook) -> None:
    assert (book.find("Thanh Hóa").key, book.find("Thạnh Hóa").key) == ("VN-38", "VNH-800")


@pytest.mark.parametrize(("words", "offered"), [
    ("Hwaseon", "KR-41590"), ("Quang N", "VN63-49"), ("Chungju i", "KR-43130"),
])
def test_an_unknown_name_leads_to_those_like_it(book: PlaceBook, words: str, offered: str) -> None:
    found = book.find(words)

    assert offered in found.offers and not found.is_known and found.is_open


def test_what_is_like_no_name_leads_nowhere(book: PlaceBook) -> None:
    assert book.find("Xyzzy").offers == () and not book.find("   ").is_open


def test_a_place_of_the_user_is_understood(tmp_path: Path) -> None:
    (tmp_path / "localities").mkdir()
    header = "key,code,level,kind,parent,hangul_full,hangul_short,hangul_forms,hanja,rr,rr_short,name_en,alt_en,alt_vi,"
    header += "alt_pl,alt_other,lat,lon,valid_from,valid_to,note"
    row = "KR-99999,,2,hamlet,KR-44,새말,새말,새말,,Saemal,Saemal,Saemal,,,,,,,,,"
    (tmp_path / "localities" / "own.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")

    assert PlaceBook(load_gazetteer(tmp_path)).find("saemal").key == "KR-99999"
