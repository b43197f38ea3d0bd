"""Every phrase exists in every language and is used; Korean particles fit the sound of any name."""

import re
from pathlib import Path
from string import Formatter

import pytest

from monitor.digests.particles import add_particle
from monitor.digests.wording import CATALOGUES, LANGUAGES, load_wording

CODE = Path(__file__).parents[1] / "monitor"
# Keys that are put together at run time, by how they begin.
MADE = re.compile(r"f[\"']([a-z_]+\.)\{")
WHOLE = re.compile(r"[\"']([a-z_]+(?:\.[a-z_]+)*)[\"']")


def read_phrases(language: str) -> dict[str, list[str]]:
    """The phrases of a catalogue by key, all plural forms of each."""
    blocks = (CATALOGUES / f"{language}.po").read_text(encoding="utf-8").split("\n\n")[1:]
    found = {}
    for block in blocks:
        key = re.search(r'^msgid "(.*)"', block, re.MULTILINE)
        if key and key.group(1):
            found[key.group(1)] = re.findall(r'^msgstr(?:\[\d\])? "(.*)"', block, re.MULTILINE)
    return found


def find_gaps(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_missing_empty_or_of_another_language(language: str) -> None:
    english, mine = read_phrases("en"), read_phrases(language)

    assert set(mine) == set(english) == load_wording(language).keys - {""}
    assert all(phrase.strip() for phrases in mine.values() for phrase in phrases)
    assert {key for key in mine if {n for p in mine[key] for n in find_gaps(p)} != {
        n for p in english[key] for n in find_gaps(p)
    }} == set()


def test_every_phrase_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    made, whole = set(MADE.findall(code)), set(WHOLE.findall(code))

    unused = [
        key for key in read_phrases("en")
        if key not in whole and not any(key.startswith(beginning) for beginning in made)
    ]

    assert unused == []


@pytest.mark.parametrize(("name", "written"), [
    ("부산", "부산을 부산이 부산과 부산으로"),
    ("후에", "후에를 후에가 후에와 후에로"),
    ("서울", "서울을 서울이 서울과 서울로"),  # after ㄹ it is 로
    ("2024", "2024를 2024가 2024와 2024로"),
    ("10", "10을 10이 10과 10으로"),
    ("제1", "제1을 제1이 제1과 제1로"),
    ("7", "7을 7이 7과 7로"),
    ("MOU", "MOU를 MOU가 MOU와 MOU로"),
    ("KTX-M", "KTX-M을 KTX-M이 KTX-M과 KTX-M으로"),
    ("HR", "HR을 HR이 HR과 HR로"),
    ("Hà Nội", "Hà Nội를 Hà Nội가 Hà Nội와 Hà Nội로"),
    ("Bắc Ninh", "Bắc Ninh을 Bắc Ninh이 Bắc Ninh과 Bắc Ninh으로"),
    ("Đắk Lắk", "Đắk Lắk을 Đắk Lắk이 Đắk Lắk과 Đắk Lắk으로"),
    ("Seoul", "Seoul을 Seoul이 Seoul과 Seoul로"),
    ("후에(Huế)", "후에(Huế)를 후에(Huế)가 후에(Huế)와 후에(Huế)로"),
    ("“다낭”", "“다낭”을 “다낭”이 “다낭”과 “다낭”으로"),
    ("체결 (미상)", "체결 (미상)을 체결 (미상)이 체결 (미상)과 체결 (미상)로"),
    ("", "를 가 와 로"),
    ("(?)", "(?)를 (?)가 (?)와 (?)로"),
])
def test_particles_fit_the_end_of_a_name(name: str, written: str) -> None:
    pairs = ("을/를", "이/가", "과/와", "으로/로")

    assert " ".join(add_particle(name, pair) for pair in pairs) == written


def test_phrases_of_korean_take_the_particle_of_what_is_filled_in() -> None:
    korean = load_wording("ko")

    dated = korean.say("correction.merged", told="가", now="후에 ↔ 부산: 방문, 2026년 3월 1일")
    undated = korean.say("correction.changed", told="가", now="후에 ↔ 부산: 교류 (날짜 미상)")

    assert dated == "“가” 소식은 “후에 ↔ 부산: 방문, 2026년 3월 1일”과 같은 일입니다."
    assert undated == "“가” 소식을 “후에 ↔ 부산: 교류 (날짜 미상)”로 바로잡습니다."


def test_no_particle_stands_behind_a_gap_where_it_cannot_fit() -> None:
    loose = re.compile(r"\{[a-z]+\}[”’」]?(을|를|이|가|은|는|와|과|로|으로)(?![가-힣])")

    assert [phrase for phrases in read_phrases("ko").values() for phrase in phrases if loose.search(phrase)] == []
