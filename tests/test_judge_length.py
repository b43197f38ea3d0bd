"""Long pages: what is read of them, and that the time it takes grows with the text and not with its square."""

from datetime import UTC, datetime
from time import process_time

import pytest

from monitor.judging.judge import MOST_TEXT, judge, load_knowledge
from monitor.judging.segments import LONGEST_SENTENCE
from monitor.judging.values import Story, Verdict

KNOWLEDGE = load_knowledge()
NEWS = "UBND TP. Huế và chính quyền TP. Busan (Hàn Quốc) ký kết thỏa thuận hợp tác."
RAIN = "Trời mưa to ở miền núi từ sáng đến chiều, nhiều đoạn đường lầy lội. "
TITLE = "TP. Huế và TP. Busan ký thỏa thuận"
# Processor time: 1 s on an idle core, with room for a busy one. Before, 168,000 characters took ten.
MOST_SECONDS = 4.0
LONG, HUGE = 200_000, 10_000_000
DENSE = {
    "sentences": ("vi", "Huế và Busan ký kết. "), "no stop": ("vi", "Huế và Busan ký kết "),
    "namesakes": ("ko", "남구 서구 중구 고성 하노이 부산 "),
    "korean": ("ko", "부산시는 3일 하노이와 협약을 체결했다. "),
    "days": ("vi", "Ngày 3/5 Huế và Busan ký ngày 4/5/2024. "), "signs": ("vi", "+"), "stops": ("vi", 'Huế. " Busan '),
    "homes": ("vi", "UBND tỉnh Quảng Nam và Busan. "), "bylines": ("ko", "(부산=한빛) 하노이 "),
}


def ask(text: str, lang: str = "vi", title: str = TITLE) -> Verdict:
    return judge(Story("1", "", lang, title, text, datetime(2026, 11, 21, tzinfo=UTC)), KNOWLEDGE)


@pytest.mark.parametrize(("lang", "words"), DENSE.values(), ids=DENSE)
def test_a_long_and_dense_text_is_judged_in_time(lang: str, words: str) -> None:
    text = (words * (LONG // len(words))) + "a"
    started = process_time()

    ask(text, lang)

    assert process_time() - started < MOST_SECONDS


def test_a_line_of_ten_megabytes_is_judged_in_time() -> None:
    text = DENSE["sentences"][1] * (HUGE // len(DENSE["sentences"][1]))
    started = process_time()

    verdict = ask(text)

    assert process_time() - started < MOST_SECONDS
    assert verdict.verdict == "yes"


def test_a_story_is_read_to_a_named_length_and_no_further() -> None:
    room = MOST_TEXT // len(RAIN)

    inside = ask(RAIN * (room - 3) + "\n" + NEWS, title="Mưa to")
    outside = ask(RAIN * (room + 3) + "\n" + NEWS, title="Mưa to")

    assert {m.side for m in inside.mentions} == {"VN", "KR"}
    assert outside.mentions == ()


def test_names_a_page_apart_without_a_stop_share_no_sentence() -> None:
    gap = "mưa to và lầy lội " * (LONGEST_SENTENCE // 10)

    far = ask(f"UBND TP. Huế {gap} chính quyền TP. Busan ký kết thỏa thuận", title="Tin trong ngày")
    near = ask("UBND TP. Huế và chính quyền TP. Busan ký kết thỏa thuận", title="Tin trong ngày")

    together = {"sentence_both", "head_both", "lead_both", "near_both"}
    assert {e.rule for e in near.evidence} & together >= {"head_both"}
    assert {e.rule for e in far.evidence} & together == set()
    assert far.score < near.score
