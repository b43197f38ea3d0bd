"""The words behind each part of a fact: quoted as printed, none where nothing was said, persons where they sign."""

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.judging.judge import Knowledge, judge, load_knowledge
from monitor.judging.values import Detail, Fact, Story
from seeds.lexicon import FIELDS, load_lexicon

VI = {
    "lang": "vi", "title": "Đồng Nai và Gyeongsangnam ký kết hợp tác",
    "text": "Ngày 1/3, Chủ tịch UBND tỉnh Đồng Nai Võ Văn Bình và Thống đốc tỉnh Gyeongsangnam (Hàn Quốc) Park Min Soo "
            "đã ký kết bản ghi nhớ hợp tác về nông nghiệp, du lịch và nông sản.",
}
KO = {
    "lang": "ko", "title": "경북도, 베트남 박닌성과 업무협약",
    "text": "경상북도는 지난 28일 베트남 박닌성에서 이민수 경북도지사와 응우옌 반 A 인민위원장이 "
            "농업·관광 분야 업무협약을 체결했다.",
}
EN = {
    "lang": "en", "title": "Da Nang and Daegu sign cooperation agreement",
    "text": "Mayor Hong Min-pyo of Daegu, South Korea, and chairman of the Da Nang People's Committee Nguyen Van A "
            "signed an agreement on health care and tourism on February 27.",
}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def main_fact(knowledge: Knowledge, story: dict[str, str], **changes: Any) -> Fact:
    """The main fact of a story of 1 March 2026, with the check that every quote stands where it is said to."""
    values: dict[str, Any] = {"id": "1", "url": "", "published_at": datetime(2026, 3, 1, 12, tzinfo=UTC)}
    read = Story(**(values | story | changes))
    fact = judge(read, knowledge).facts[0]
    for detail in fact.details:
        assert (read.title if detail.field == "title" else read.text)[detail.start:detail.end] == detail.quote
    return fact


def find(fact: Fact, kind: str) -> list[Detail]:
    return [detail for detail in fact.details if detail.kind == kind]


@pytest.mark.parametrize(
    ("story", "words"),
    [
        (VI, {"vn": "tỉnh Đồng Nai", "kr": "tỉnh Gyeongsangnam", "act": "ký kết", "stage": "ký kết",
              "day": "Ngày 1/3"}),
        (KO, {"vn": "박닌성", "kr": "경상북도", "act": "업무협약", "stage": "체결했다", "day": "지난 28일"}),
        (EN, {"vn": "Da Nang", "kr": "Daegu", "act": "sign", "stage": "sign", "day": "February 27"}),
    ],
    ids=["vi", "ko", "en"],
)
def test_each_part_of_a_fact_has_its_words(knowledge: Knowledge, story: dict[str, str], words: dict[str, str]) -> None:
    fact = main_fact(knowledge, story)

    assert {kind: [d.quote for d in find(fact, kind)] for kind in words} == {k: [w] for k, w in words.items()}
    assert [d.name for d in find(fact, "vn")] == [fact.vn_key]
    assert [d.name for d in find(fact, "act")] == [fact.act]
    assert [d.name for d in find(fact, "day")] == [fact.happened_on]


def test_what_was_only_the_default_has_no_words(knowledge: Knowledge) -> None:
    fact = main_fact(
        knowledge, EN, title="Da Nang and Daegu in friendship",
        text="The Da Nang People's Committee and Daegu city government, South Korea, spoke of friendship and ties.",
    )

    assert not find(fact, "act") and not find(fact, "stage") and not find(fact, "day")
    assert fact.happened_on is None


def test_the_day_to_come_is_what_makes_a_plan(knowledge: Knowledge) -> None:
    fact = main_fact(
        knowledge, EN, title="Da Nang delegation in Daegu",
        text="A delegation of the Da Nang People's Committee meets Daegu city government, South Korea, on March 9.",
    )

    assert fact.stage == "planned"
    assert [d.quote for d in find(fact, "stage")] == ["March 9"]


def test_a_day_in_figures_says_it_better_than_the_weekday_beside_it(knowledge: Knowledge) -> None:
    fact = main_fact(knowledge, EN, text=EN["text"].replace("on February 27", "on Friday, February 27"))

    assert [d.quote for d in find(fact, "day")] == ["February 27"]


# Fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("hợp tác về nông nghiệp, du lịch và nông sản", ["agriculture", "tourism"]),
        ("hợp tác về du lịch", ["tourism"]),
        ("hợp tác; dự có Giám đốc Sở Y tế", []),
        ("hợp tác về y tế; dự có Giám đốc Sở Y tế", ["health"]),
    ],
)
def test_fields_are_named_the_most_named_first_and_a_department_is_no_field(
    knowledge: Knowledge, text: str, fields: list[str],
) -> None:
    fact = main_fact(
        knowledge, VI, text=f"UBND tỉnh Đồng Nai và tỉnh Gyeongsangnam (Hàn Quốc) đã ký kết bản ghi nhớ {text}."
    )

    assert [d.name for d in find(fact, "field")] == fields


@pytest.mark.parametrize(("word", "fields"), [("농업", ["agriculture"]), ("반도체", ["industry"]), ("서울반도체", [])])
def test_a_field_inside_a_longer_korean_name_is_none(knowledge: Knowledge, word: str, fields: list[str]) -> None:
    fact = main_fact(knowledge, KO, text=f"경상북도는 28일 베트남 박닌성과 {word} 업무협약을 체결했다.")

    assert [d.name for d in find(fact, "field")] == fields


@pytest.mark.parametrize(
    ("story", "told", "fields"),
    [
        (VI, "UBND tỉnh Đồng Nai và tỉnh Gyeongsangnam (Hàn Quốc) ký kết bản ghi nhớ tại thành phố cảng", []),
        (VI, "UBND tỉnh Đồng Nai và tỉnh Gyeongsangnam (Hàn Quốc) đã ký kết bản ghi nhớ về cảng", ["transport"]),
        (VI, "UBND tỉnh Đồng Nai và tỉnh Gyeongsangnam (Hàn Quốc) ký kết, Báo Nông nghiệp đưa tin", []),
        (VI, "Trung tâm Xúc tiến đầu tư, thương mại và du lịch Đồng Nai ký kết với tỉnh Gyeongsangnam (Hàn Quốc)", []),
        (KO, "항구도시 박닌성과 경상북도가 협약을 체결했다. 농민신문이 전했다", []),
        (KO, "베트남 박닌성 교육훈련국과 경상북도가 농업과 관광 협약을 체결했다", ["agriculture", "tourism"]),
        (EN, "The port city of Da Nang and Daegu, South Korea, signed an agreement, the Tourism Times says", []),
        (EN, "Da Nang and Daegu city government, South Korea, signed an agreement on ports", ["transport"]),
    ],
)
def test_what_a_place_an_office_or_an_outlet_is_called_is_no_field(
    knowledge: Knowledge, story: dict[str, str], told: str, fields: list[str],
) -> None:
    fact = main_fact(knowledge, story, title="-", text=f"{told}.")

    assert [d.name for d in find(fact, "field")] == fields


def test_a_field_is_named_where_cooperation_is_told_not_where_guests_are_shown_around(knowledge: Knowledge) -> None:
    told = EN["text"].replace("health care and tourism", "tourism")
    text = f"{told} The mayor visited Da Nang's seaport and hospital."

    assert [d.name for d in find(main_fact(knowledge, EN, text=text), "field")] == ["tourism"]


def test_fields_of_the_background_are_left_out(knowledge: Knowledge) -> None:
    told = "UBND tỉnh Đồng Nai và tỉnh Gyeongsangnam (Hàn Quốc) đã ký kết bản ghi nhớ hợp tác về du lịch."
    fact = main_fact(knowledge, VI, text=f"{told} Từ năm 1996, Đồng Nai và Gyeongsangnam hợp tác về thể thao.")

    assert [d.name for d in find(fact, "field")] == ["tourism"]


def test_at_most_five_fields_are_named(knowledge: Knowledge) -> None:
    fact = main_fact(knowledge, EN, text=EN["text"].replace(
        "health care and tourism", "health, tourism, trade, culture, sports, education and transport"
    ))

    assert [d.name for d in find(fact, "field")] == ["health", "tourism", "trade", "culture", "sport"]


@pytest.mark.parametrize("lang", sorted(load_lexicon().languages))
def test_every_language_has_words_for_every_field(lang: str) -> None:
    groups = load_lexicon().languages[lang].groups

    assert [name for name in FIELDS if not groups.get(f"field.{name}")] == []
    assert len(FIELDS) == 20


# Signatories


@pytest.mark.parametrize(
    ("story", "persons"),
    [
        (VI, [("Võ Văn Bình", "Chủ tịch UBND tỉnh Đồng Nai Võ Văn Bình"),
              ("Park Min Soo", "Thống đốc tỉnh Gyeongsangnam (Hàn Quốc) Park Min Soo")]),
        (KO, [("이민수", "이민수 경북도지사"), ("응우옌 반 A", "응우옌 반 A 인민위원장")]),
        (EN, [("Hong Min-pyo", "Mayor Hong Min-pyo"),
              ("Nguyen Van A", "chairman of the Da Nang People's Committee Nguyen Van A")]),
    ],
    ids=["vi", "ko", "en"],
)
def test_who_signed_is_named_with_the_office(
    knowledge: Knowledge, story: dict[str, str], persons: list[tuple[str, str]],
) -> None:
    fact = main_fact(knowledge, story)

    assert [(d.name, d.quote) for d in find(fact, "signatory")] == persons


@pytest.mark.parametrize(
    ("text", "persons"),
    [
        ("베트남 박닌성과 경북도지사 이민수가 업무협약을 체결했다.", ["이민수"]),
        ("쩐 반 미엔 박닌성 부위원장과 이민수 경북도지사가 업무협약을 체결했다.", ["쩐 반 미엔", "이민수"]),
        ("김천시 부시장과 박닌성 인민위원장이 업무협약을 체결했다.", []),
        ("이민수 경북도지사 등이 참석한 가운데 베트남 박닌성과 업무협약을 체결했다.", []),
        ("박닌성과 업무협약을 체결했다. 이민수 경북도지사는 박닌성 시장을 둘러봤다.", []),
        ("이민수 교수의 주선으로 베트남 박닌성과 업무협약을 체결했다.", []),
    ],
)
def test_in_korean_a_name_needs_its_office_and_a_sentence_that_signs(
    knowledge: Knowledge, text: str, persons: list[str],
) -> None:
    fact = main_fact(knowledge, KO, text=f"경상북도는 28일 {text}")

    assert [d.name for d in find(fact, "signatory")] == persons


def test_witnesses_have_not_signed(knowledge: Knowledge) -> None:
    witnessed = "đã, trước sự chứng kiến của Thị trưởng Lee Na Mi, ký"

    fact = main_fact(knowledge, VI, text=VI["text"].replace("đã ký", witnessed))

    assert [d.name for d in find(fact, "signatory")] == ["Võ Văn Bình", "Park Min Soo"]


def test_nobody_has_signed_what_is_planned(knowledge: Knowledge) -> None:
    fact = main_fact(knowledge, EN, title="Da Nang and Daegu plan cooperation agreement", text=(
        "Mayor Hong Min-pyo of Daegu, South Korea, and the Da Nang People's Committee will sign a deal on March 9."
    ))

    assert fact.stage == "planned" and not find(fact, "signatory")
