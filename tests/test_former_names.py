"""Names of provinces of before July 2025 in a text that is read today, and what is none of them."""

import pytest

from monitor.judging.former_names import find_former_names
from seeds.gazetteer import Gazetteer, load_gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.mark.parametrize(("lang", "text", "key", "found"), [
    ("vi", "UBND tỉnh Hải Dương và Busan đã ký", "VN-31", ("VN63-30",)),
    ("vi", "Hải Phòng và Busan đã ký", "VN-31", ()),
    ("vi", "UBND tỉnh Hải Dương và Busan đã ký", "VN-46", ()),
    ("vi", "ngành hải dương học", "VN-31", ()),
    ("vi", "Nam Định, Hà Nam và lại Nam Định", "VN-37", ("VN63-36", "VN63-35")),
    ("ko", "베트남 하이즈엉성과 협약", "VN-31", ("VN63-30",)),
    ("ko", "베트남 하남성과 협약", "VN-37", ()),  # Hanam of Korea is written so too
    ("vi", "UBND tỉnh Hòa Bình", "VN-25", ("VN63-17",)),  # a district elsewhere has the name too
    ("en", "Bac Giang province signed", "VN-24", ("VN63-24",)),
    ("en", "Hai Duong and Busan", "KR-26", ()),
])
def test_former_provinces_are_those_of_the_present_one(
    gazetteer: Gazetteer, lang: str, text: str, key: str, found: tuple[str, ...],
) -> None:
    assert find_former_names(text, lang, key, gazetteer) == found


def test_the_present_provinces_own_name_is_no_former_one(gazetteer: Gazetteer) -> None:
    units = [one for one in gazetteer.localities.values() if one.level == 1 and not one.merged_into]

    assert not [one.key for one in units if find_former_names(f"tỉnh {one.names['vi']}", "vi", one.key, gazetteer)]
