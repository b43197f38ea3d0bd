"""The screen lets pass what names the other country, in every spelling, and little else."""

import unicodedata

import pytest

from crawler.screen import Screen, make_screen

VIETNAMESE = make_screen("VN", ["Chungcheongnam", "충남", "Asan", "남구", "구", "Jeju"])
KOREAN = make_screen("KR", ["Huế", "후에", "번호", "다낭", "동호이", "Thừa Thiên Huế", "Đà Nẵng", "Da", "안장",
                            "Khánh Hòa"])

PASSES = [
    (VIETNAMESE, "<p>đoàn Hàn Quốc sang thăm</p>"), (VIETNAMESE, "ĐOÀN HÀN QUỐC SANG THĂM"), (VIETNAMESE, "han quoc"),
    (VIETNAMESE, unicodedata.normalize("NFD", "Hàn Quốc")), (VIETNAMESE, "H&agrave;n Qu&#7889;c"),
    (VIETNAMESE, "Hàn&nbsp;Quốc"), (VIETNAMESE, "Hàn\n        Quốc"), (VIETNAMESE, "tỉnh CHUNGCHEONGNAM-DO"),
    (VIETNAMESE, "thành phố Asan."), (VIETNAMESE, "충남도"), (VIETNAMESE, unicodedata.normalize("NFD", "충남도")),
    (KOREAN, "베트남 후에시"), (KOREAN, "후에시와 손잡다"), (KOREAN, "thành phố Huế"), (KOREAN, "Da Nang"),
    (KOREAN, "ĐÀ NẴNG"), (KOREAN, "Khánh Hoà"), (KOREAN, "Thua Thien Hue"), (KOREAN, "officials of Hue said"),
    (KOREAN, "동호이시"), (KOREAN, "다낭"),  (KOREAN, "Vietnam's delegation"),
]
STOPS = [
    (VIETNAMESE, "<p>giá lúa ở miền Tây</p>"), (VIETNAMESE, "a pleasant day"), (VIETNAMESE, "구청"),
    (VIETNAMESE, "hàn xì quốc lộ"), (KOREAN, "그 후에 비가 왔다"), (KOREAN, "국립묘지 안장"),
    (KOREAN, "전화 번호를 적는다"),
    (KOREAN, "hue-rotate(90deg) Hues"),
    (KOREAN, "Da capo"), (KOREAN, "hue"),
]


@pytest.mark.parametrize(("screen", "text"), PASSES)
def test_a_page_that_names_the_other_country_passes(screen: Screen, text: str) -> None:
    assert screen.passes(text)


@pytest.mark.parametrize(("screen", "text"), STOPS)
def test_a_page_that_does_not_is_stopped(screen: Screen, text: str) -> None:
    assert not screen.passes(text)


def test_the_words_that_let_a_page_pass_can_be_shown() -> None:
    assert VIETNAMESE.find("Jeju và Hàn Quốc") == ["Jeju", "Hàn Quốc"]
