"""Which localities a text names: each rule has a row that needs it and, beside it, a near miss."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.judging.localities import find_mentions, find_story_mentions
from monitor.judging.text import fold, nfc, plain
from monitor.judging.values import Mention, Story
from seeds.gazetteer import Gazetteer, load_gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def actors(mentions: list[Mention]) -> list[str]:
    return [mention.key for mention in mentions if mention.actor]


KOREAN = [
    ("후에시와 경주시가 협약했다", ["VN-46", "KR-47130"]),
    ("이후에 시장이 왔다", []),
    ("경기도는 하남성과 협약했다", ["KR-41", "VN-37"]),
    ("경기 침체로 하남성 정저우 공장이 멈췄다", []),
    ("베트남 하남성 인민위원회", ["VN-37"]),
    ("하남시의회", ["KR-41450"]),
    ("서울 강남구", ["KR-11680"]),
    ("부산 남구", ["KR-26290"]),
    ("부산남구", ["KR-26290"]),
    ("경북 봉화군 박현국 군수", ["KR-47920"]),
    ("봉화를 올리는 날", []),
    ("예산군과 다낭시", ["KR-44810", "VN-48"]),
    ("예산 편성과 추경예산", []),
    ("상주시와 다낭시", ["KR-47250", "VN-48"]),
    ("직원을 상주시키다", []),
    ("경주-후에 교류", ["KR-47130", "VN-46"]),
    ("자동차 경주 대회", []),
    ("다낭시 하이쩌우동을 찾은 의왕시", ["VNH-492", "KR-41430"]),
    ("다낭시 화방면", ["VNH-497"]),
    ("미술 화방에서", []),
    ("호찌민시 7군", ["VNH-778"]),
    ("타이응웅성과 경상북도", ["VN-19", "KR-47"]),
    ("광주와 응에안성", ["KR-29", "VN-40"]),
    ("경기 광주시와 베트남", ["KR-41610"]),
    ("강화군과 다낭시", ["KR-28710", "VN-48"]),
    ("교류 강화를 위한 공무원 연수", []),
    ("베트남 퀴논을 찾았다", ["VNH-540"]),
    ("세계대전과 대구탕", []),
    ("대전시와 빈증성", ["KR-30", "VN-79"]),
]
VIETNAMESE = [
    ("tỉnh Hòa Bình và thành phố Gimje", ["VN-25", "KR-52210"]),
    ("Hoà Bình và thành phố Gimje", ["VN-25", "KR-52210"]),
    ("vì hòa bình và ổn định", []),
    ("tỉnh Thái Bình", ["VN-33"]),
    ("khu vực Thái Bình Dương", []),
    ("Thành phố Gwangju", ["KR-29"]),
    ("Quảng Châu (Trung Quốc)", []),
    ("TP. Huế", ["VN-46"]),
    ("Huếx", []),
    ("đường Nguyễn Huế", []),
    ("Bình Dương và Daejeon", ["VN-79", "KR-30"]),
    ("tỉnh Bắc Chungcheong", ["KR-43"]),
    ("Chungcheong Bắc", ["KR-43"]),
    ("tỉnh Chungcheongbuk-do", ["KR-43"]),
    ("Chungbuk", ["KR-43"]),
    ("Nam Chung Cheong", ["KR-44"]),
    ("Thừa Thiên - Huế", ["VN-46"]),
    ("Bà Rịa–Vũng Tàu", ["VN-79"]),
    ("TP.HCM", ["VN-79"]),
    ("Chủ tịch Hồ Chí Minh", []),
    ("TP. Vinh", ["VNH-412"]),
    ("ông Vinh và niềm vinh dự", []),
    ("huyện Châu Thành, tỉnh Long An", ["VNH-808"]),
    ("huyện Châu Thành", []),
    ("TP Hà Nội tiếp Kim Dong-yeon", ["VN-01"]),
    ("TP Hà Nội tiếp huyện Kim Động", ["VN-01", "VNH-331"]),
    ("quận Yongsan và TP Quy Nhơn", ["KR-11170", "VNH-540"]),
    ("HÀ NỘI VÀ SEOUL", ["VN-01", "KR-11"]),
]
ENGLISH = [
    ("Hue City, Vietnam", ["VN-46"]),
    ("a hue and cry in Vietnam", []),
    ("North Chungcheong and Chungcheongbuk-do", ["KR-43", "KR-43"]),
    ("Gyoengsangbuk-do and Nam Chungcheong", ["KR-47", "KR-44"]),
    ("Chungcheong", []),
    ("Hanam City", ["KR-41450"]),
    ("Ha Nam province", ["VN-37"]),
    ("Hoa Vang commune of Da Nang", ["VNH-497"]),
    ("Goseong County, South Gyeongsang Province", ["KR-48820"]),
    ("Goseong County", []),
    ("Ho Chi Minh City", ["VN-79"]),
    ("President Ho Chi Minh", []),
    ("Bonghwa-gun", ["KR-47920"]),
]
OTHERS = [
    ("pl", "prowincja Chungcheong Południowy", ["KR-44"]),
    ("pl", "z Chungcheong Południowym", ["KR-44"]),
    ("pl", "w Busanie i Hajfongu", ["KR-26", "VN-31"]),
    ("pl", "w Daegu", ["KR-27"]),
    ("fr", "Seul le maire de Busan", ["KR-26"]),
    ("pl", "Seul i Hanoi", ["KR-11", "VN-01"]),
    ("ru", "провинции Тэйнинь", ["VN-80"]),
    ("ja", "ベトナムのホーチミン市と慶尚北道", ["VN-79", "KR-47"]),
    ("ja", "グエンフエ通り", []),
]
ROWS = [
    *(("ko", text, keys) for text, keys in KOREAN), *(("vi", text, keys) for text, keys in VIETNAMESE),
    *(("en", text, keys) for text, keys in ENGLISH), *OTHERS,
]


@pytest.mark.parametrize(("lang", "text", "keys"), ROWS)
def test_names_and_near_misses(gazetteer: Gazetteer, lang: str, text: str, keys: list[str]) -> None:
    found = find_mentions(nfc(text), "text", lang, gazetteer)

    assert actors(found) == keys


SLIPS = [
    ("en", "Gyoengsangbuk-do signed", ["KR-47"]), ("vi", "tỉnh Geonggy", ["KR-41"]),
    ("ko", "타이응웅성과 협약", ["VN-19"]), ("vi", "tỉnh Nam Chungcheong", ["KR-44"]),
    ("vi", "tỉnh Bắc Gyeongsang", ["KR-47"]), ("vi", "thành phố Gangwon", ["KR-51"]),
    ("vi", "quận Hamyang", ["KR-48870"]), ("ko", "광남성과 베트남", ["VN-48"]),
    ("vi", "tỉnh Chungcheong Bắc", ["KR-43"]),
    ("vi", "tỉnh Gyeongsang Nam", ["KR-48"]),
    ("vi", "Jeolla Bắc", ["KR-52"]),
    ("en", "Chungheongbuk Province", ["KR-43"]), ("en", "Chungheongbuk", ["KR-43"]),
    ("en", "Pyeongtek City", ["KR-41220"]), ("en", "Pyeongtek rice", []),
    ("en", "Chungcheongnum-do", ["KR-44"]), ("en", "Jeollabook-do", ["KR-52"]),
    ("en", "Gamcheon City of stairs", []), ("vi", "xã Changpyeong", []), ("en", "Gyeongsu County", []),
    ("de", "Nord Kyongsang", ["KR-47"]), ("en", "Kyongsang County", []), ("en", "Seongsan Ilchulbong Province", []),
    ("ko", "동탑성 사덱동", ["VN-82"]), ("ko", "다낭시 호아카인동", ["VN-48"]), ("ko", "다낭시 동료", ["VN-48"]),
    ("en", "Hoa Khanh ward, Da Nang", ["VN-48"]), ("vi", "Phường Hòa Khánh (TP Đà Nẵng)", ["VN-48"]),
    ("vi", "Doan dai bieu tinh Nghe An tham Gangwon", ["VN-40", "KR-51"]), ("vi", "Chu tich tinh", []),
    ("vi", "Thừa Thiên\nHuế", ["VN-46"]), ("en", "Ho Chi\nMinh City", ["VN-79"]),
    ("vi", "HÒA BÌNH VÀ HỮU NGHỊ", []), ("vi", "TỈNH HÒA BÌNH VÀ BUSAN", ["VN-25", "KR-26"]),
]
NO_ACTORS = [
    ("en", "Gyeongju World Culture Expo held by Gyeongsangbuk-do", ["KR-47"]),
    ("en", "Busan International Film Festival", []), ("en", "a film on Busan", ["KR-26"]),
    ("en", "Hue Festival", []), ("vi", "Festival Huế", []), ("vi", "thành phố Huế", ["VN-46"]),
    ("vi", "phố Hà Nội", []), ("vi", "thành phố Hà Nội", ["VN-01"]), ("vi", "phở Hà Nội", []),
    ("en", "Hanoi Street in Busan", ["KR-26"]), ("ko", "하노이 거리", []), ("ko", "하노이시", ["VN-01"]),
    ("en", "Busan Film Commission", []), ("en", "Incheon International Airport", []), ("en", "Daegu university", []),
    ("vi", "Đại học Daegu", []), ("vi", "Dai hoc Da Nang", []), ("vi", "Thi truong Daejeon", ["KR-30"]),
    ("ko", "부산국제영화제", []), ("ko", "부산국제교류재단", ["KR-26"]), ("ko", "보령머드축제", []),
    ("ko", "하노이한국국제학교", []), ("ko", "대구지방검찰청", []),
    ("vi", "Kim Hà Nam", []), ("en", "Lee Jeju", []), ("vi", "Kim Jin-ju và tỉnh Hà Nam", ["VN-37"]),
    ("ja", "ベトナムのダナン・フエ", ["VN-48", "VN-46"]),
    ("ja", "韓国の釜山・大邱・光州", ["KR-26", "KR-27", "KR-29"]),
]
NAMESAKES = [
    ("ko", "후에 시장이 왔다", []),
    ("ko", "그 후에 다낭시가", ["VN-48"]),
    ("ko", "다낭과 후에를 찾은", ["VN-48", "VN-46"]),
    ("ko", "경기 후에 다낭시로", ["VN-48"]),
    ("ko", "경기가 열린 하노이시", ["VN-01"]),
    ("ko", "경기도와 하노이시", ["KR-41", "VN-01"]),
    ("ko", "하남시와 베트남 하남성", ["KR-41450", "VN-37"]), ("ko", "고성군", []),
    ("ko", "경남 고성군", ["KR-48820"]),
    ("ko", "강원 고성군", ["KR-51820"]),
    ("ko", "강원특별자치도 고성군", ["KR-51820"]),
    ("en", "Goseong County in South Gyeongsang", ["KR-48820"]),
    ("vi", "huyện Goseong thuộc tỉnh Gangwon", ["KR-51820"]),
    ("ko", "광주광역시", ["KR-29"]),
    ("ko", "경기도 광주시", ["KR-41610"]),
    ("ko", "서구", []),
    ("ko", "인천 서구", ["KR-28260"]),
    ("vi", "quận Nam, TP Daegu", ["KR-27200"]), ("en", "Daegu's Nam-gu", ["KR-27200"]),
    ("vi", "huyện Cao Lãnh", ["VNH-873"]), ("vi", "TP Cao Lãnh", ["VNH-866"]),
]


@pytest.mark.parametrize(("lang", "text", "keys"), [*SLIPS, *NO_ACTORS, *NAMESAKES])
def test_slips_names_of_other_things_and_namesakes(
    gazetteer: Gazetteer, lang: str, text: str, keys: list[str],
) -> None:
    found = find_mentions(nfc(text), "text", lang, gazetteer)

    assert actors(found) == keys


@pytest.mark.parametrize(("lang", "text", "home", "key"), [
    ("vi", "Chu tich UBND tinh tiep doan Busan", "VN-40", "VN-40"),
    ("vi", "LÃNH ĐẠO TỈNH TIẾP ĐOÀN BUSAN", "VN-40", "VN-40"),
    ("vi", "(Báo Nghệ An) - Chủ tịch UBND tỉnh tiếp đoàn Busan", None, "VN-40"),
    ("vi", "Nghệ An (TTXVN) - Chủ tịch UBND tỉnh tiếp đoàn Busan", None, "VN-40"),
    ("vi", "Hà Nội (TTXVN) - Chủ tịch UBND thành phố tiếp đoàn Busan", None, None),
    ("vi", "Đọc báo Nghệ An - Chủ tịch UBND tỉnh tiếp đoàn Busan", None, None),
    ("en", "The provincial People's Committee met a delegation from Busan", "VN-40", "VN-40"),
    ("en", "Nghe An met Busan. Nghe An was glad. The province hopes", "VN-40", "VN-40"),
    ("en", "Gyeonggi Province is large. The province hopes", "VN-40", None),
    ("en", "The county signed with Ninh Binh", "KR-47920", "KR-47920"),
    ("en", "The county of Ninh Binh", "KR-47920", None),
    ("ko", "군 관계자가 닌빈성과", "KR-47920", "KR-47920"), ("ko", "해군 관계자가 닌빈성과", "KR-47920", None),
    ("en", "The provincial Department of Health met Busan", "VN-40", "VN-40"),
    ("ko", "도는 타이응우옌성과", "KR-47", "KR-47"), ("ko", "도는 타이응우옌성과", "KR-47920", None),
])
def test_the_unnamed_home_in_every_language(
    gazetteer: Gazetteer, lang: str, text: str, home: str | None, key: str | None,
) -> None:
    found = find_mentions(text, "text", lang, gazetteer, home=home)

    assert next((m.key for m in found if m.note == "home"), None) == key


@pytest.mark.parametrize(("lang", "text", "key"), [
    ("en", "Jeju Air", "KR-50"), ("vi", "Đại học Đà Nẵng", "VN-48"), ("ko", "부산은행", "KR-26"),
    ("en", "Gwangju FC", "KR-29"), ("vi", "Samsung Thái Nguyên", "VN-19"), ("vi", "sân bay Đà Nẵng", "VN-48"),
    ("ko", "부산대학교", "KR-26"), ("ko", "광주FC", "KR-29"), ("ko", "서울대는", "KR-11"),
])
def test_a_name_inside_an_organisation_is_no_actor(gazetteer: Gazetteer, lang: str, text: str, key: str) -> None:
    (found,) = find_mentions(text, "text", lang, gazetteer)

    assert (found.key, found.actor, found.note) == (key, False, "organisation")


@pytest.mark.parametrize(("lang", "text", "key"), [
    ("en", "Jeju Province", "KR-50"), ("vi", "đại biểu Đà Nẵng", "VN-48"), ("ko", "부산시의회", "KR-26"),
    ("ko", "서울대표단", "KR-11"),
])
def test_its_people_and_its_council_are_actors(gazetteer: Gazetteer, lang: str, text: str, key: str) -> None:
    (found,) = find_mentions(text, "text", lang, gazetteer)

    assert (found.key, found.actor) == (key, True)


def test_the_unit_above_a_district_only_says_where_it_lies(gazetteer: Gazetteer) -> None:
    found = find_mentions("Q.Hải Châu (TP.Đà Nẵng) và TP.Uiwang (Hàn Quốc)", "text", "vi", gazetteer)

    assert [(m.alias, m.key, m.level, m.actor, m.note) for m in found] == [
        ("Q.Hải Châu", "VNH-492", 2, True, "context"),
        ("TP.Đà Nẵng", "VN-48", 1, False, "parent"),
        ("TP.Uiwang", "KR-41430", 2, True, "type"),
    ]


def test_a_korean_name_takes_its_province_into_its_span(gazetteer: Gazetteer) -> None:
    (found,) = find_mentions("오늘 경북 봉화군은", "text", "ko", gazetteer)

    assert (found.start, found.end, found.alias) == (3, 9, "경북 봉화군")


@pytest.mark.parametrize(("text", "alias"), [
    ("xã Sơn Lâm, tỉnh Khánh Hòa", "xã Sơn Lâm, tỉnh Khánh Hòa"),
    ("Sơn Lâm ở tỉnh Khánh Hòa", "tỉnh Khánh Hòa"),
])
def test_an_unknown_commune_counts_as_the_province_beside_it(gazetteer: Gazetteer, text: str, alias: str) -> None:
    (found,) = find_mentions(text, "text", "vi", gazetteer)

    assert (found.key, found.alias) == ("VN-56", alias)


def test_namesakes_stay_unresolved_without_evidence(gazetteer: Gazetteer) -> None:
    (found,) = find_mentions("남구는 베트남과 교류한다", "text", "ko", gazetteer)

    assert (found.key, found.actor, found.note) == ("", False, "namesake")


@pytest.mark.parametrize(("text", "is_home"), [
    ("Sở Thể thao đón đoàn Busan", True), ("Giám đốc Sở Thể thao đón đoàn Busan", True),
    ("So The thao don doan Busan", True), ("Sở Thể thao tỉnh Nghệ An đón đoàn Busan", False),
    ("Hội quán tỉnh đón đoàn Busan", True), ("Hội quán đón đoàn Busan", False), ("Hội quán. tỉnh đón Busan", False),
])
def test_offices_of_ones_own_are_those_of_the_home_too(tmp_path: Path, text: str, is_home: bool) -> None:
    rows = "office,role\nSở Thể thao,department\nHội quán,body\n"
    (tmp_path / "localities").mkdir()
    (tmp_path / "localities" / "mine.csv").write_text(rows, encoding="utf-8")

    found = find_mentions(text, "text", "vi", load_gazetteer(tmp_path), home="VN-40")

    assert ("home" in {mention.note for mention in found}) is is_home


@pytest.mark.parametrize(("context", "home", "key"), [
    ("부산 남구, 베트남과 교류", None, "KR-26290"),
    ("", "KR-31", "KR-31140"),
    ("", "KR-26320", ""),
])
def test_the_title_or_the_outlets_home_tells_namesakes_apart(
    gazetteer: Gazetteer, context: str, home: str | None, key: str,
) -> None:
    (found,) = find_mentions("남구는 베트남과 교류한다", "text", "ko", gazetteer, home=home, context=context)

    assert found.key == key


@pytest.mark.parametrize(("other", "key"), [
    ("tỉnh Long An", "KR-44"), ("TP Huế và TP Hà Nội", "KR-44"), ("TP Hải Phòng", ""),
])
def test_a_known_tie_gives_a_direction(gazetteer: Gazetteer, other: str, key: str) -> None:
    found = find_mentions(f"{other} và tỉnh Chungcheong", "text", "vi", gazetteer)

    assert found[-1].key == key


@pytest.mark.parametrize(("text", "home", "homes"), [
    ("Chủ tịch UBND tỉnh tiếp đoàn Busan", "VN-40", ["VN-40"]),
    ("Chủ tịch UBND tỉnh Bình Dương tiếp đoàn Busan", "VN-40", []),
    ("Chủ tịch UBND tỉnh tiếp đoàn Busan", None, []),
    ("UBND thành phố ký với TP Busan", "VN-46", ["VN-46"]),
    ("UBND tỉnh ký với TP Busan", "VN-46", []),
    ("Sở Nội vụ đón cán bộ huyện Muan", "VN-40", ["VN-40"]),
    ("Sở Nội vụ tỉnh Bình Dương đón cán bộ huyện Muan", "VN-40", []),
    ("Sở Nội vụ Bình Dương đón cán bộ huyện Muan", "VN-40", []),
    ("Sở thích của Muan", "VN-40", []),
])
def test_an_unnamed_body_is_the_outlets_own(
    gazetteer: Gazetteer, text: str, home: str | None, homes: list[str],
) -> None:
    found = find_mentions(text, "text", "vi", gazetteer, home=home)

    assert [mention.key for mention in found if mention.note == "home"] == homes


def test_a_byline_is_no_actor_but_names_the_unnamed_county(gazetteer: Gazetteer) -> None:
    found = find_mentions("(봉화=연합뉴스) 군은 닌빈성에서 뽑는다", "text", "ko", gazetteer)

    assert [(m.key, m.note, m.actor) for m in found] == [
        ("KR-47920", "byline", False), ("KR-47920", "home", True), ("VN-37", "type", True),
    ]


def test_a_national_desk_is_nobodys_home(gazetteer: Gazetteer) -> None:
    found = find_mentions("(서울=연합뉴스) 시는 닌빈성에서 뽑는다", "text", "ko", gazetteer)

    assert actors(found) == ["VN-37"]


def test_a_dateline_is_no_actor(gazetteer: Gazetteer) -> None:
    found = find_mentions("HANOI (VNA) - A delegation from Hanoi came", "text", "en", gazetteer)

    assert [mention.actor for mention in found] == [False, True]


def test_title_and_text_of_a_story_help_each_other(gazetteer: Gazetteer) -> None:
    story = Story(
        "1", "", "ko", "부산 남구, 베트남과 교류", "남구는 다낭시와 협약했다", datetime(2026, 1, 1, tzinfo=UTC),
    )

    found = find_story_mentions(story, gazetteer)

    assert [(m.field, m.key) for m in found] == [
        ("title", "KR-26290"), ("text", "KR-26290"), ("text", "VN-48"),
    ]


@pytest.mark.parametrize("text", ["Đắk Lắk – Huế", "İstanbul Hoà Bình", "ßẞ Łódź", "후에(HUE)시"])
def test_normalising_moves_no_character(text: str) -> None:
    assert len(plain(text)) == len(fold(text)) == len(text)


def test_every_mention_quotes_its_own_span(gazetteer: Gazetteer) -> None:
    text = "TP. Huế, Q.Hải Châu (TP.Đà Nẵng), xã Sơn Lâm, tỉnh Khánh Hòa và Bonghwa-gun; 경북 봉화군은 다낭시와"

    for mention in find_mentions(text, "text", "vi", gazetteer):
        assert text[mention.start:mention.end] == mention.alias


@pytest.mark.parametrize(("lang", "text", "keys"), [
    ("en", "Nine came from the People's Committee of Thu Dau Mot", ["VNH-718"]),
    ("en", "Nine came from the bakers of Thu Dau Mot", []),
    ("de", "Das Volkskomitee von Bien Hoa", ["VNH-731"]),
    ("en", "Three teachers from Hue came", ["VN-46"]), ("en", "A pale hue of blue", []),
])
def test_a_peoples_committee_names_its_country(
    gazetteer: Gazetteer, lang: str, text: str, keys: list[str],
) -> None:
    found = find_mentions(text, "text", lang, gazetteer)

    assert [mention.key for mention in found if mention.key] == keys
