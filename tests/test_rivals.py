"""Signs that what a story tells is somebody else's doing: another country's paper, a row of partners, no meeting."""

import pytest

from monitor.judging.candidates import find_candidates
from monitor.judging.judge import judge, load_knowledge, read_story
from monitor.judging.values import Story

KNOWLEDGE = load_knowledge()


def rules(lang: str, text: str, title: str = "-") -> set[str]:
    verdict = judge(Story("1", "", lang, title, text), KNOWLEDGE)
    return {evidence.rule for evidence in verdict.evidence}


@pytest.mark.parametrize(("lang", "told", "own"), [
    ("vi", "UBND tỉnh Quảng Ninh và tỉnh Phúc Kiến (Trung Quốc) ký bản ghi nhớ. Tỉnh cũng có bạn ở Gangwon (Hàn Quốc).",
     "UBND tỉnh Quảng Ninh và tỉnh Gangwon (Hàn Quốc) ký bản ghi nhớ. Tỉnh cũng có bạn ở Trung Quốc."),
    ("ko", "파주시는 12일 몽골 다르항과 협약을 체결했다. 시는 베트남 하장성과도 교류한다.",
     "파주시는 12일 베트남 하장성과 협약을 체결했다. 시는 몽골 다르항과도 교류한다."),
    ("en", "Yeosu City and Varna, Bulgaria, signed an agreement. The council has friends in Cam Ranh, Vietnam.",
     "Yeosu City and Cam Ranh, Vietnam, signed an agreement. The council has friends in Bulgaria."),
])
def test_a_paper_with_another_country_speaks_against_the_pair(lang: str, told: str, own: str) -> None:
    assert "pact_elsewhere" in rules(lang, told)
    assert "pact_elsewhere" not in rules(lang, own)


@pytest.mark.parametrize(("lang", "row", "own"), [
    ("vi", "UBND tỉnh Quảng Ninh có các bạn Gangwon (Hàn Quốc), Hokkaido (Nhật Bản) và Vân Nam (Trung Quốc).",
     "UBND tỉnh Quảng Ninh có bạn là tỉnh Gangwon (Hàn Quốc)."),
    ("ko", "파주시는 중국 진저우, 튀르키예 에스키셰히르, 베트남 하장성과 교류한다.",
     "파주시는 베트남 하장성과 교류한다."),
    ("en", "Yeosu City works with China, Japan and Russia and with Cam Ranh, Vietnam.",
     "Yeosu City works with Cam Ranh, Vietnam."),
])
def test_a_place_in_a_row_of_partners_is_seen(lang: str, row: str, own: str) -> None:
    assert "partner_row" in rules(lang, row)
    assert "partner_row" not in rules(lang, own)


@pytest.mark.parametrize(("lang", "told", "met"), [
    ("vi", "Đoàn Hội đồng thành phố Gunpo (Hàn Quốc) tới Hạ Long, nhưng buổi làm việc không diễn ra.",
     "Đoàn Hội đồng thành phố Gunpo (Hàn Quốc) tới Hạ Long, buổi làm việc diễn ra tốt đẹp."),
    ("ko", "군포시의회는 하롱시 방문을 협의했으나 이뤄지지 않았다.", "군포시의회의 하롱시 방문이 이뤄졌다."),
    ("en", "Gunpo City Council went to Ha Long, Vietnam. A meeting did not take place.",
     "Gunpo City Council went to Ha Long, Vietnam. A meeting took place."),
])
def test_a_meeting_that_never_was_is_heard(lang: str, told: str, met: str) -> None:
    assert "unmet" in rules(lang, told)
    assert "unmet" not in rules(lang, met)


@pytest.mark.parametrize(("lang", "told", "acting"), [
    ("ko", "동해시가 잔치를 열었다. 하이퐁에서 시집온 부이 씨가 왔다.",
     "동해시가 잔치를 열었다. 하이퐁에서 대표단이 왔다."),
    ("ko", "동해시가 잔치를 열었다. 하이퐁 댁이 국수를 냈다.", "동해시가 잔치를 열었다. 하이퐁시가 국수를 냈다."),
    ("vi", "Thành phố Gimje (Hàn Quốc) mở tiệc. Cô dâu Hải Phòng nấu phở.",
     "Thành phố Gimje (Hàn Quốc) mở tiệc. UBND Hải Phòng nấu phở."),
    ("en", "Gimje City in South Korea held a feast. A cook born in Hai Phong was there.",
     "Gimje City in South Korea held a feast. The mayor of Hai Phong was there."),
])
def test_where_a_person_is_from_is_nobody_who_acts(lang: str, told: str, acting: str) -> None:
    def actors(text: str) -> set[str]:
        mentions = judge(Story("1", "", lang, "-", text), KNOWLEDGE).mentions
        return {m.key for m in mentions if m.key}

    pairs = [bool(judge(Story("1", "", lang, "-", text), KNOWLEDGE).evidence) for text in (told, acting)]
    assert "VN-31" in actors(told) and "VN-31" in actors(acting)
    assert pairs == [False, True]


@pytest.mark.parametrize(("lang", "many", "two"), [
    ("vi", "UBND TP Huế dự diễn đàn ở Incheon (Hàn Quốc) cùng 24 quốc gia.",
     "UBND TP Huế dự diễn đàn ở Incheon (Hàn Quốc) cùng 2 quốc gia."),
    ("ko", "하이퐁시는 창원시 포럼에 갔다. 14개국이 참가했다.", "하이퐁시는 창원시 포럼에 갔다. 2개국이 참가했다."),
    ("en", "Hue City went to a forum of 40 cities in Incheon City, South Korea.",
     "Hue City went to a forum of 2 cities in Incheon City, South Korea."),
])
def test_a_gathering_of_many_is_counted(lang: str, many: str, two: str) -> None:
    assert "gathering" in rules(lang, many)
    assert "gathering" not in rules(lang, two)


def features(lang: str, text: str) -> set[str]:
    reading, _ = read_story(Story("1", "", lang, "-", text), KNOWLEDGE)
    (candidate,) = find_candidates(reading, KNOWLEDGE.gazetteer)
    return set(candidate.features)


@pytest.mark.parametrize(("lang", "alone", "both"), [
    ("ko", "여수의 한 업체가 까마우성에 우물을 팠다. 까마우성 인민위원회가 반겼다.",
     "여수시장이 까마우성에 우물을 팠다. 까마우성 인민위원회가 반겼다."),
    ("vi", "Chủ tịch UBND tỉnh Cà Mau tiếp công ty ở Yeosu (Hàn Quốc).",
     "Chủ tịch UBND tỉnh Cà Mau tiếp Thị trưởng Yeosu (Hàn Quốc)."),
    ("en", "A firm in Yeosu dug wells in Ca Mau, Vietnam. The People's Committee of Ca Mau was glad.",
     "The mayor of Yeosu dug wells in Ca Mau, Vietnam. The People's Committee of Ca Mau was glad."),
])
def test_a_side_without_any_local_body_is_hollow(lang: str, alone: str, both: str) -> None:
    assert "hollow_kr" in features(lang, alone)
    assert "hollow_kr" not in features(lang, both)


@pytest.mark.parametrize(("lang", "place", "acting"), [
    ("ko", "안성시가 보냐이 마을에 베트남 말로 인사했다.", "안성시가 보냐이현에 베트남 말로 인사했다."),
    ("vi", "Thành phố Gunsan (Hàn Quốc) ký trên bến Ninh Kiều.", "Thành phố Gunsan (Hàn Quốc) ký với quận Ninh Kiều."),
])
def test_a_village_or_a_wharf_of_that_name_is_only_a_place(lang: str, place: str, acting: str) -> None:
    assert "place_vn" in features(lang, place)
    assert "place_vn" not in features(lang, acting)


def test_a_disaster_does_not_speak_against_relief() -> None:
    quake = "Sau động đất, UBND tỉnh Sơn La và thành phố Pocheon (Hàn Quốc)"

    assert "shared_incident" not in features("vi", f"{quake} trao tặng máy bơm.")
    assert "shared_incident" in features("vi", f"{quake} họp.")


def test_officers_are_no_ministry() -> None:
    assert "shared_national" not in features("vi", "UBND tỉnh Sơn La đón cán bộ nông nghiệp thành phố Sangju.")
    assert "shared_national" in features("vi", "UBND tỉnh Sơn La và Bộ Nông nghiệp đón đoàn thành phố Sangju.")
