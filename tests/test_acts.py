"""Act and stage of a happening: form before topic, and what only looks like a form."""

from datetime import UTC, datetime

import pytest

from monitor.judging.acts import choose_act, choose_stage
from monitor.judging.judge import load_knowledge, read_story
from monitor.judging.values import Story

KNOWLEDGE = load_knowledge()


def read(lang: str, title: str, text: str) -> tuple[str, str]:
    story = Story("1", "", lang, title, text, datetime(2024, 5, 5, 9, tzinfo=UTC))
    views = read_story(story, KNOWLEDGE)[0].views
    titles = [view for view in views if view.is_title]
    act = choose_act(titles, views)
    return act, choose_stage(views, act)


@pytest.mark.parametrize(
    ("lang", "title", "text", "act"),
    [
        ("ko", "대구시-다낭시 자매결연 협약", "대구시와 다낭시가 3일 자매결연 협정을 체결했다.", "twinning"),
        ("ko", "다낭시 대표단, 대구 방문", "1997년 자매결연을 맺은 다낭시 대표단이 대구를 방문했다.", "visit"),
        ("ko", "봉화군, 화방현과 MOU", "봉화군과 다낭시 화방현이 양해각서를 체결했다.", "agreement"),
        ("ko", "봉화군, 화방현과 계절근로자 MOU", "봉화군과 다낭시 화방현이 양해각서를 체결했다.", "seasonal_workers"),
        ("vi", "Huế và Chungcheongnam ký thỏa thuận", "TP. Huế và tỉnh Chungcheongnam ký kết hợp tác.", "agreement"),
        ("vi", "TP. Huế tiếp đoàn Chungcheongnam", "Huế tiếp đoàn Chungcheongnam, bàn các nội dung đã ký.", "visit"),
        ("vi", "Thanh niên Long An và Chungcheongnam", "Học sinh Long An giao lưu tại Chungcheongnam.", "training"),
        ("vi", "Muối nắng", "UBND Đức Phổ và huyện Sinan ngồi xuống, cùng đặt bút vào bản hợp tác.", "agreement"),
        ("vi", "Muối nắng", "UBND Đức Phổ và huyện Sinan ngồi xuống, trò chuyện với nhau.", "visit"),
        ("ko", "흙", "이천시장과 동찌에우시 주석은 자매 증서를 나눠 가졌다.", "twinning"),
        ("ko", "흙", "이천시장과 동찌에우시 주석은 이야기를 나눴다.", "visit"),
        ("en", "Two towns", "Busan and Hanoi put their names to a friendship pact.", "agreement"),
        ("en", "Busan gives masks to Hanoi", "Busan donated masks to Hanoi on May 3.", "aid"),
        ("en", "Busan receives Hanoi delegation", "Busan received guests. A deal was signed in 2009.", "visit"),
        ("en", "Ansan culture week in Hue", "Ansan opened a culture week in Hue.", "culture_tourism"),
    ],
)
def test_form_comes_before_topic_and_history_is_no_form(lang: str, title: str, text: str, act: str) -> None:
    assert read(lang, title, text)[0] == act


@pytest.mark.parametrize(
    ("lang", "title", "text", "stage"),
    [
        ("ko", "봉화군, 화방현과 MOU", "봉화군과 다낭시 화방현이 양해각서를 체결했다.", "signed"),
        ("ko", "봉화군, 화방현과 MOU 추진", "봉화군은 다낭시 화방현과 협약을 추진할 계획이다.", "planned"),
        ("ko", "봉화군, 화방현 계절근로자 중단", "봉화군은 다낭시 화방현의 근로자 도입을 중단했다.", "suspended"),
        ("vi", "TP. Huế tiếp đoàn Chungcheongnam", "Chiều 3/5, TP. Huế tiếp đoàn tỉnh Chungcheongnam.", "done"),
    ],
)
def test_the_stage_is_how_far_it_came(lang: str, title: str, text: str, stage: str) -> None:
    assert read(lang, title, text)[1] == stage
