"""The judge on whole stories: who acts with whom, and the near misses that must stay quiet."""

import os
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.judging.judge import judge, load_knowledge
from monitor.judging.values import Story, Verdict

KNOWLEDGE = load_knowledge()
SHARED = Path(__file__).parents[2] / "shared"
MENU = "\n".join(
    KNOWLEDGE.gazetteer.name(key, "vi") for key, unit in KNOWLEDGE.gazetteer.localities.items()
    if unit.country == "VN" and unit.level == 1 and key.startswith("VN-")
)


def story(lang: str, title: str, text: str) -> Story:
    return Story("1", "", lang, title, text, datetime(2024, 5, 5, 9, tzinfo=UTC))


def ask(lang: str, title: str, text: str) -> Verdict:
    return judge(story(lang, title, text), KNOWLEDGE)


def find_pairs(verdict: Verdict) -> list[tuple[str, str]]:
    name = KNOWLEDGE.gazetteer.contract_name
    return [(name(fact.vn_key), name(fact.kr_key)) for fact in verdict.facts]


YES = [
    (
        "vi", "Chủ tịch UBND tỉnh Thanh Hóa tiếp đoàn thành phố Seongnam",
        "Chiều 3/5, Chủ tịch UBND tỉnh Thanh Hóa tiếp đoàn thành phố Seongnam (Hàn Quốc) do Phó Thị trưởng dẫn đầu. "
        "Hai bên trao đổi về hợp tác nông nghiệp và giao lưu học sinh.", ("Thanh Hóa", "Seongnam"),
    ),
    (
        "ko", "함평군, 동탑성과 교류 논의",
        "함평군은 3일 베트남 동탑성 대표단을 맞아 농업 교류 방안을 논의했다. 군수는 상호 방문을 제안했다.",
        ("Đồng Tháp", "Hampyeong"),
    ),
    (
        "en", "Thanh Hoa, Seongnam sign memorandum",
        "Leaders of Thanh Hoa Province and Seongnam City of the Republic of Korea signed a memorandum of understanding "
        "on May 3. The mayor and the chairman attended.", ("Thanh Hóa", "Seongnam"),
    ),
    (
        "pl", "Hue i prowincja Chungcheongnam podpisały porozumienie",
        "Przewodniczący Komitetu Ludowego miasta Hue i gubernator prowincji Chungcheongnam podpisali porozumienie.",
        ("Huế", "Chungcheongnam"),
    ),
]
NO = [
    ("vi", "Samsung và UBND tỉnh Thái Nguyên ký bản ghi nhớ",
     "Ngày 3/5, UBND tỉnh Thái Nguyên và Công ty Samsung Electronics, có trụ sở tại Suwon (Hàn Quốc), ký bản ghi nhớ."),
    ("vi", "Mở đường bay Cần Thơ - Busan",
     "Từ ngày 1/7, hãng hàng không mở đường bay thẳng Cần Thơ - Busan. Lãnh đạo thành phố Cần Thơ dự lễ."),
    ("vi", "Đại sứ Hàn Quốc thăm Nghệ An",
     "Chủ tịch UBND tỉnh Nghệ An tiếp Đại sứ Hàn Quốc. Tỉnh có quan hệ hữu nghị với tỉnh Gyeonggi từ năm 2009."),
    ("vi", "Đại học Huế hợp tác với Đại học Quốc gia Pusan",
     "Đại học Huế và Đại học Quốc gia Pusan ký thỏa thuận trao đổi sinh viên tại Busan."),
    ("ko", "부산 클럽서 마약 베트남인 검거", "부산경찰청은 마약을 투약한 하노이, 하이퐁 출신 20명을 검거했다."),
    ("ko", "인천~하이퐁 직항 노선 취항", "항공사가 인천과 베트남 하이퐁을 잇는 직항 노선을 운항한다. 인천시는 반겼다."),
    ("ko", "부산 기업, 호치민서 수출상담회", "부산상공회의소는 3일 호치민에서 부산 중소기업의 수출상담회를 열었다."),
    ("ko", "축구 감독, 하노이서 부산 유망주 만나", "감독이 하노이에서 부산 축구 유망주들과 만났다."),
    ("ko", "결혼이주여성 친정 방문 지원", "함양군은 친정 방문을 지원한다. 이들은 껀터와 하이퐁의 친정을 찾는다."),
    ("en", "Leaders of Vietnam and the RoK hold talks in Hanoi",
     "The two presidents held talks in Hanoi on May 3. Ministers signed agreements. Busan's Expo bid was raised."),
    ("en", "Hai Phong signs pact with Kobe",
     "Hai Phong People's Committee signed an agreement with the Japanese city of Kobe on May 3. "
     "The city also has ties with Incheon."),
    ("en", "Korean firm to build plant in Dong Nai",
     "A Busan-based company will build a plant in Dong Nai. The provincial People's Committee granted the licence."),
]


@pytest.mark.parametrize(("lang", "title", "text", "pair"), YES)
def test_two_local_bodies_that_act_are_flagged_with_their_pair(
    lang: str, title: str, text: str, pair: tuple[str, str]
) -> None:
    verdict = ask(lang, title, text)

    assert (verdict.verdict, find_pairs(verdict)) == ("yes", [pair])


@pytest.mark.parametrize(("lang", "title", "text"), NO)
def test_near_misses_are_not_flagged(lang: str, title: str, text: str) -> None:
    assert ask(lang, title, text).verdict != "yes"


@pytest.mark.parametrize(("lang", "title", "text", "pair"), YES[:1])
def test_menus_and_related_headlines_change_nothing(lang: str, title: str, text: str, pair: tuple[str, str]) -> None:
    buried = f"{MENU}\n{text}\nTin liên quan\nĐà Nẵng đón đoàn Daegu\nThị trưởng Seoul thăm Hà Nội\nHà Tĩnh mưa lớn"

    assert find_pairs(ask(lang, title, buried)) == [pair]


def test_a_round_up_gives_its_one_true_item() -> None:
    items = [f"■ {text}" for lang, _, text in NO if lang == "ko"]
    true = YES[1]

    verdict = ask("ko", "지역 소식", "\n".join([*items[:2], f"■ {true[2]}", *items[2:]]))

    assert (verdict.verdict, find_pairs(verdict)[0]) == ("yes", true[3])


def test_the_district_that_acts_is_the_pair_and_not_its_city() -> None:
    verdict = ask(
        "vi", "Quận Hải Châu đón đoàn TP. Uiwang",
        "Chiều 3/5, UBND quận Hải Châu (TP. Đà Nẵng) đón tiếp đoàn TP. Uiwang (Hàn Quốc), hai bên ký biên bản hợp tác.",
    )

    assert find_pairs(verdict) == [("Hải Châu", "Uiwang")]


TELLS_PLACE = " và chính quyền huyện Muan (tỉnh Jeollanam, Hàn Quốc) ký bản ghi nhớ về hợp tác nông nghiệp."


@pytest.mark.parametrize(("begins", "pair"), [
    ("Ngày 3/5, tại TP Cao Lãnh, UBND tỉnh Đồng Tháp", ("Đồng Tháp", "Muan")),
    ("Ngày 3/5, tại TP Vinh, UBND tỉnh Nghệ An", ("Nghệ An", "Muan")),
    ("Ngày 3/5, UBND TP Cao Lãnh, tỉnh Đồng Tháp", ("Cao Lãnh", "Muan")),
    ("Ngày 3/5, UBND TP Cao Lãnh (Đồng Tháp)", ("Cao Lãnh", "Muan")),
])
def test_a_province_whose_own_body_stands_behind_a_town_is_no_mere_place_of_it(
    begins: str, pair: tuple[str, str]
) -> None:
    verdict = ask("vi", "Ký bản ghi nhớ hợp tác với huyện Muan", begins + TELLS_PLACE)

    assert find_pairs(verdict)[:1] == [pair]


@pytest.mark.parametrize(("title", "text", "pair"), [
    ("Da Lat and Chuncheon establish friendship", "The People's Committee of Lam Dong Province received the mayor of "
     "Chuncheon City, Republic of Korea, on May 3. Da Lat and Chuncheon signed a friendship agreement. The chairman of "
     "Lam Dong Province thanked Chuncheon City.", ("Đà Lạt", "Chuncheon")),
    ("Long Xuyen and Jeollanam become friends", "The People's Committee of An Giang Province received the governor of "
     "Jeollanam Province, Republic of Korea, on May 3, who signed a friendship agreement.", ("An Giang", "Jeollanam")),
])
def test_a_headline_that_joins_two_towns_says_whose_tie_it_is(title: str, text: str, pair: tuple[str, str]) -> None:
    assert find_pairs(ask("en", title, text))[:1] == [pair]


def test_ties_mentioned_in_passing_are_no_pairs() -> None:
    verdict = ask(
        "vi", "Hà Nội và tỉnh Gyeonggi ký bản ghi nhớ",
        "Ngày 3/5, thành phố Hà Nội và tỉnh Gyeonggi ký bản ghi nhớ, địa phương thứ ba của Gyeonggi tại Việt Nam "
        "sau tỉnh Nghệ An và thành phố Hồ Chí Minh.",
    )

    assert find_pairs(verdict) == [("Hà Nội", "Gyeonggi")]


@pytest.mark.parametrize(("lang", "title", "text", "pair"), YES)
def test_evidence_quotes_the_nfc_text_at_its_offsets(
    lang: str, title: str, text: str, pair: tuple[str, str]
) -> None:
    decomposed = unicodedata.normalize("NFD", title), unicodedata.normalize("NFD", text)

    verdict = ask(lang, *decomposed)

    fields = {"title": unicodedata.normalize("NFC", title), "text": unicodedata.normalize("NFC", text)}
    shown = [*verdict.evidence, *verdict.facts]
    assert find_pairs(verdict) == [pair]
    assert verdict.evidence
    assert all(fields[one.field][one.start:one.end] == one.quote and len(one.quote) <= 200 for one in shown)


def test_judging_twice_gives_the_same() -> None:
    assert ask(*YES[0][:3]) == ask(*YES[0][:3])


def test_the_version_of_the_rules_changes_with_a_weight() -> None:
    other = replace(KNOWLEDGE, weights=replace(KNOWLEDGE.weights, yes=0.51))

    assert other.rules_version != KNOWLEDGE.rules_version
    assert load_knowledge().rules_version == KNOWLEDGE.rules_version


def test_an_empty_story_is_no_and_breaks_nothing() -> None:
    assert [ask("", "", "").verdict, ask("xx", " ", "\n\n").verdict] == ["no", "no"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real pages are not part of the project")
@pytest.mark.parametrize(
    ("start", "pair", "act"),
    [
        ("000", ("Huế", "Chungcheongnam"), "agreement"),
        ("001", ("Huế", "Chungcheongnam"), "agreement"),
        ("002", ("Hà Nội", "Gyeonggi"), "agreement"),
        ("003", ("Hồ Chí Minh", "Busan"), "visit"),
        ("004", ("Hải Châu", "Uiwang"), "agreement"),
    ],
)
def test_the_real_pages_give_their_one_pair(start: str, pair: tuple[str, str], act: str) -> None:
    page = next((SHARED / "seeds").glob(f"{start}_*.txt")).read_text(encoding="utf-8")
    title, _, text = page.partition("\n")

    verdict = judge(replace(story("", title, text), published_at=None), KNOWLEDGE)

    assert (verdict.verdict, find_pairs(verdict), verdict.act) == ("yes", [pair], act)


def test_every_process_has_the_same_version_of_the_rules() -> None:
    ask_version = "from monitor.judging.judge import load_knowledge; print(load_knowledge().rules_version)"

    told = {
        subprocess.run(
            [sys.executable, "-c", ask_version], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
            capture_output=True, text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert told == {KNOWLEDGE.rules_version}
