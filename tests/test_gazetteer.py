"""The tables of localities: what loads, what is refused, and how units of two eras lead to one."""

from pathlib import Path

import pytest

from seeds.errors import SeedError
from seeds.gazetteer import Gazetteer, load_gazetteer
from seeds.places import TIE_KINDS

VN_HEAD = (
    "key,level,kind,parent,name,name_full,name_ascii,name_en,alt_latin,alt_pl,alt_zh,hangul,hangul_alt,"
    "merged_into,lat,lon"
)
RULE_HEAD = "name,languages,keys,severity,kind,needs,masks,rejects,default"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def write(folder: Path, name: str, *lines: str) -> Path:
    target = folder / "localities" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_every_unit_of_both_countries_is_there(gazetteer: Gazetteer) -> None:
    by_country = [unit.country for unit in gazetteer.localities.values()]

    assert (by_country.count("VN"), by_country.count("KR")) == (801, 288)
    assert len(gazetteer.ties) == 101


@pytest.mark.parametrize(("key", "current", "province", "contract"), [
    ("VN63-24", "VN-24", "VN-24", "Bắc Giang"),
    ("VN-46", "VN-46", "VN-46", "Huế"),
    ("VNH-497", "VNH-497", "VN-48", "Hòa Vang"),
    ("VNH-492", "VNH-492", "VN-48", "Hải Châu"),
    ("KR-44", "KR-44", "KR-44", "Chungcheongnam"),
    ("KR-41430", "KR-41430", "KR-41", "Uiwang"),
    ("KR-41111", "KR-41111", "KR-41", "Jangan"),
])
def test_a_key_leads_to_its_present_unit_and_its_province(
    gazetteer: Gazetteer, key: str, current: str, province: str, contract: str,
) -> None:
    found = gazetteer.current(key), gazetteer.province(key), gazetteer.contract_name(key)

    assert found == (current, province, contract)


def test_what_lies_above_is_named_as_of_its_own_day_and_of_today(gazetteer: Gazetteer) -> None:
    assert gazetteer.ancestors("VNH-213") == ("VN63-24", "VN-24")
    assert gazetteer.ancestors("KR-41111") == ("KR-41110", "KR-41")
    assert gazetteer.ancestors("KR-41") == ()


def test_a_tie_holds_for_the_unit_that_signed_and_for_its_successor(gazetteer: Gazetteer) -> None:
    assert "KR-30" in gazetteer.tied["VN63-74"]
    assert "KR-30" in gazetteer.tied["VN-79"]
    assert "KR-30" not in gazetteer.tied["VN-46"]


def test_a_name_is_shown_in_the_asked_language_or_in_english(gazetteer: Gazetteer) -> None:
    shown = [gazetteer.name("VN-46", lang) for lang in ("vi", "ko", "en", "pl")]

    assert shown == ["Huế", "후에", "Huế", "Huế"]


def test_a_folder_of_ones_own_adds_aliases_and_overrides_names(tmp_path: Path) -> None:
    write(tmp_path, "mine.csv", "key,lang,forms,note", "KR-44,en,Chungnamland,")
    write(tmp_path, "vn.csv", "key,name_full,name,alt_latin", "VN-46,Thành phố Huế Ngự,Huế Ngự,Huewhere")

    gazetteer = load_gazetteer(tmp_path)

    assert "Chungnamland" in gazetteer.localities["KR-44"].aliases["*"]
    assert {"Huewhere", "Thua Thien Hue"} <= set(gazetteer.localities["VN-46"].aliases["*"])
    assert gazetteer.name("VN-46") == "Huế Ngự"


def test_kinds_of_ties_are_keys_however_a_table_writes_them(gazetteer: Gazetteer, tmp_path: Path) -> None:
    write(tmp_path, "ties.csv", "vn_key,kr_key,kind,since,source,confidence",
          "VN-46,KR-44,Letter of Intent,2025,mine,high", "VN-46,KR-43,seasonal workers,2025,mine,high")

    own = [tie.kind for tie in load_gazetteer(tmp_path).ties if tie.source == "mine"]

    assert {tie.kind for tie in gazetteer.ties} <= set(TIE_KINDS)
    assert own == ["letter_of_intent", "seasonal_workers"]


def test_a_rule_of_ones_own_takes_the_place_of_the_bundled_one(tmp_path: Path) -> None:
    write(tmp_path, "ambiguous.csv", RULE_HEAD, "부여,ko,KR-44760,low,common word,,,,")

    rules = [rule for rule in load_gazetteer(tmp_path).ambiguities if rule.name == "부여"]

    assert [rule.needs for rule in rules] == [()]


@pytest.mark.parametrize(("name", "lines", "said"), [
    ("vn.csv", [VN_HEAD, "VN-99,1,province,XX,Tên,Tỉnh Tên,Ten,Ten,,,,텐,,,1,1"], "unknown parent 'XX'"),
    ("vn.csv", [VN_HEAD, "VN-99,1,province,VN,,Tỉnh Tên,Ten,Ten,,,,텐,,,1,1"], "a name is empty"),
    ("vn.csv", [VN_HEAD, "VN-99,1,province,VN,Tên,Tỉnh Tên,Ten,Ten,,,,텐,,VN-98,1,1"], "'VN-98', which is not"),
    ("vn.csv", [VN_HEAD, "VN-46" + "," * 15, "VN-46" + "," * 15], "double key 'VN-46'"),
    ("mine.csv", ["key,lang,forms,note", "VN-98,en,Nowhere,"], "unknown locality 'VN-98'"),
    ("mine.csv", ["this,that", "a,b"], "no table has the columns"),
    ("ambiguous.csv", [RULE_HEAD, "부여,ko,KR-99999,low,common word,,,,"], "unknown locality 'KR-99999'"),
    ("ambiguous.csv", [RULE_HEAD, "부여,ko,KR-44760,grave,common word,,,,"], "severity 'grave' is none of"),
    ("mine.csv", ["key,lang,forms,note", "KR-44,en"], "other columns than the header"),
    ("mine.csv", ["office,role", "Sở Thể thao,desk"], "role 'desk' is none of body, department, head"),
    ("mine.csv", ["office,role", "Sở Y tế,department"], "double office 'Sở Y tế'"),
    ("mine.csv", ["office,role", " ,body"], "an office has no name"),
])
def test_a_wrong_table_is_refused_by_name(tmp_path: Path, name: str, lines: list[str], said: str) -> None:
    write(tmp_path, name, *lines)

    with pytest.raises(SeedError, match=said):
        load_gazetteer(tmp_path)


@pytest.mark.parametrize(("key", "language", "name"), [
    ("KR-41610", "en", "Gwangju (Gyeonggi)"), ("KR-41610", "vi", "Gwangju (Gyeonggi)"), ("KR-41610", "ko", "광주시"),
    ("KR-29", "en", "Gwangju"), ("KR-31200", "ko", "울산광역시 북구"), ("VNH-008", "ko", "호앙마이(하노이)"),
    ("VN-46", "ko", "후에"), ("KR-44", "en", "Chungcheongnam"),
])
def test_a_name_that_another_unit_has_too_says_its_province(key: str, language: str, name: str) -> None:
    assert load_gazetteer().name(key, language) == name
