"""What tells a site's country and language, and what of it outweighs the rest."""

import pytest

from crawler.discover import Front
from crawler.origins import find_origin

KOREAN = "충북도는 20일 베트남 후에시와 우호협력 협약을 맺었다"
VIETNAMESE = "Thành phố Huế và tỉnh Chungcheongbuk ký thỏa thuận hợp tác về di sản"
ENGLISH = "The city of Hue and the province of North Chungcheong have signed an agreement on heritage and trade"
META = b"<meta charset='euc-kr'>"


@pytest.mark.parametrize(("url", "lang", "words", "body", "country", "language"), [
    ("https://segye.example/", "", KOREAN, b"", "KR", "ko"),
    ("https://segye.example/", "vi", KOREAN, b"", "KR", "ko"),  # letters outweigh a template's leftover
    ("https://bao.example/", "en", VIETNAMESE, b"", "VN", "vi"),
    ("https://segye.example/", "ko", "", b"", "KR", "ko"),
    ("https://segye.example/", "", "", META, "KR", "ko"),
    ("https://segye.example/", "ko", f"로그인 회원가입 {ENGLISH}", b"", "KR", "ko"),
    ("https://herald.example/", "ko", ENGLISH, b"", "KR", "en"),
    ("https://bao.vn/", "ko", KOREAN, b"", "VN", "ko"),  # an edition for readers of the other country
    ("https://herald.kr:8080/", "", ENGLISH, b"", "KR", "en"),
    ("https://paper.example/", "en", ENGLISH, b"<meta charset='utf-8'>", None, "en"),
])
def test_host_letters_page_and_charset_tell_in_this_order(
    url: str, lang: str, words: str, body: bytes, country: str | None, language: str
) -> None:
    origin = find_origin(url, Front("", lang, (), "", words), body)

    assert (origin.country, origin.lang) == (country, language)


def test_what_a_person_says_outweighs_all() -> None:
    origin = find_origin("https://bao.vn/", Front("", "vi", (), "", VIETNAMESE), country="KR", lang="en")

    assert origin.say() == "country KR (as you say), language en (as you say)"
