"""What the judge makes of a report that sets a scene first and names the two places far down and apart."""

import pytest

from monitor.judging.judge import judge, load_knowledge
from monitor.judging.values import Story

KNOWLEDGE = load_knowledge()
SCENES = {
    "vi": "Sương chưa tan trên đỉnh núi. " * 9,
    "ko": "아침 안개가 아직 걷히지 않은 들판이었다. " * 9,
    "en": "The mist had not yet left the ridge above the fields. " * 9,
}
ROWS = [
    ("vi", "Người dẫn đầu là {kr}.", "Chiều cùng ngày, đoàn làm việc với {vn}.", "Thị trưởng Dangjin",
     "Phó Chủ tịch UBND tỉnh Lạng Sơn", "tổng giám đốc công ty ở Dangjin"),
    ("ko", "맨 앞에 선 이는 {kr}였다.", "이튿날 일행은 {vn} 부위원장과 마주 앉아 협력 방안을 논의했다.", "영광군수",
     "카인호아성 인민위원회", "영광군의 한 기업 대표이사"),
    ("en", "The man in front was {kr}.", "In talks that evening he was received by {vn}.", "the mayor of Yeoju City",
     "the People's Committee of Hung Yen Province", "the owner of a company in Yeoju City"),
]


def rules(lang: str, *sentences: str) -> set[str]:
    story = Story("1", "", lang, "-", SCENES[lang] + " ".join(sentences))
    return {evidence.rule for evidence in judge(story, KNOWLEDGE).evidence}


@pytest.mark.parametrize(("lang", "one", "other", "kr", "vn", "firm"), ROWS)
def test_titles_of_both_countries_are_seen_where_the_two_places_meet(
    lang: str, one: str, other: str, kr: str, vn: str, firm: str,
) -> None:
    local = rules(lang, one.format(kr=kr), other.format(vn=vn))
    business = rules(lang, one.format(kr=firm), other.format(vn=vn))

    assert {"met_titles", "titles_both"} <= local
    assert not {"met_titles", "titles_both"} & business


@pytest.mark.parametrize(("lang", "one", "other", "kr", "vn", "firm"), ROWS)
def test_places_that_a_dozen_sentences_part_do_not_meet(
    lang: str, one: str, other: str, kr: str, vn: str, firm: str,
) -> None:
    apart = rules(lang, one.format(kr=kr), SCENES[lang], other.format(vn=vn))

    assert "met_titles" not in apart
    assert "titles_both" in apart


@pytest.mark.parametrize(("lang", "sides", "alone"), [
    ("vi", "Hai địa phương hẹn gặp lại.", "Địa phương hẹn gặp lại."),
    ("ko", "두 지역은 다시 만나기로 했다.", "지역은 다시 열기로 했다."),
    ("en", "The two localities will see each other again.", "The locality will be seen again."),
])
def test_words_for_both_sides_are_heard_without_their_names(lang: str, sides: str, alone: str) -> None:
    _, one, other, kr, vn, _ = next(row for row in ROWS if row[0] == lang)
    told = (one.format(kr=kr), other.format(vn=vn).replace("일행은 ", ""))

    assert "sides" in rules(lang, *told, sides)
    assert "sides" not in rules(lang, *told, alone)
