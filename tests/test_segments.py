"""What of a page is its story: menus, related headlines and counters are set aside, captions are not."""

import pytest

from monitor.judging.cues import CueFinder
from monitor.judging.segments import split_segments, split_sentences
from seeds.lexicon import load_lexicon

LEXICON = load_lexicon()
PROSE = "Chiều 22.1, lãnh đạo TP. Huế đón tiếp đoàn đại biểu tỉnh Chungcheongnam và trao đổi về hợp tác nông nghiệp."


def find_told(text: str, lang: str = "vi") -> list[str]:
    segments = split_segments("Tiêu đề", text, CueFinder(LEXICON.find_words(lang)))
    return [text[s.start:s.end] for s in segments if s.field == "text" and s.kind != "tail"]


def test_a_run_of_short_lines_is_a_menu() -> None:
    menu = "\n".join(["Hà Nội", "Hải Phòng", "Đà Nẵng", "Cần Thơ", "Nghệ An"])

    assert find_told(f"{menu}\n{PROSE}") == [PROSE]


def test_a_caption_between_paragraphs_is_told() -> None:
    assert find_told(f"{PROSE}\nLãnh đạo hai bên ký kết biên bản\n{PROSE}")[1] == "Lãnh đạo hai bên ký kết biên bản"


def test_what_stands_behind_related_news_is_not_told() -> None:
    assert find_told(f"{PROSE}\nTin liên quan\nĐà Nẵng đón đoàn Daegu\nHà Nội mưa lớn") == [PROSE]


def test_a_heading_in_front_of_the_story_hides_nothing() -> None:
    assert find_told(f"Tin tức\n{PROSE}") == ["Tin tức", PROSE]


@pytest.mark.parametrize("line", ["2025.09.16 12:33", "Lượt xem 1486", "+1", "22/01/2024 18:53 GMT+7"])
def test_counters_and_stamps_are_not_told(line: str) -> None:
    assert find_told(f"{PROSE}\n{line}") == [PROSE]


@pytest.mark.parametrize(
    ("lang", "text", "count"),
    [
        ("vi", "Đoàn thăm TP. Huế. Hai bên hội đàm.", 2),
        ("vi", "Ông Q. Hải Châu nói.", 1),
        ("de", "Er kam am 17. April nach Hue. Dann ging er.", 2),
        ("en", "They met on May 3. The city has other ties.", 2),
        ("ko", "협약을 맺었다. 군수가 말했다.", 2),
        ("ja", "市長が会った。協力を話した。", 2),
    ],
)
def test_sentences_end_where_they_end_and_not_at_abbreviations(lang: str, text: str, count: int) -> None:
    finder = CueFinder(LEXICON.find_words(lang))

    assert len(split_sentences("", text, split_segments("", text, finder), finder)) == count
