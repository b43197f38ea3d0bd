"""Words of each language load loudly, and a user's folder adds to them."""

from pathlib import Path

import pytest

from monitor.judging.cues import CueFinder
from seeds.errors import SeedError
from seeds.lexicon import ACTS, load_lexicon


def write(folder: Path, lang: str, text: str) -> Path:
    (folder / "lexicon").mkdir(exist_ok=True)
    (folder / "lexicon" / f"{lang}.yml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("lang", ["vi", "ko", "en", "pl", "ja", "ru", "fr", "de", "es", "zh"])
def test_every_language_names_both_countries_and_every_act(lang: str) -> None:
    groups = load_lexicon().find_words(lang).groups

    assert all(groups[name] for name in ("country.VN", "country.KR", "body.any", "body.head"))
    assert all(groups[f"act.{act}"] for act in ACTS)


def test_no_word_stands_twice_in_a_group() -> None:
    double = [
        (lang, name, word)
        for lang, words in load_lexicon().languages.items() for name, group in words.groups.items()
        for word in set(group) if group.count(word) > 1
    ]

    assert double == []


def test_a_users_folder_adds_words_and_languages(tmp_path: Path) -> None:
    write(tmp_path, "vi", "groups: {act.aid: [tặng máy cày]}")
    write(tmp_path, "th", "groups: {country.VN: [เวียดนาม]}")

    lexicon = load_lexicon(tmp_path)

    assert "tặng máy cày" in lexicon.find_words("vi").groups["act.aid"]
    assert "tặng" in lexicon.find_words("vi").groups["act.aid"]
    assert "เวียดนาม" in lexicon.find_group("country.VN")
    assert lexicon.fingerprint != load_lexicon().fingerprint


@pytest.mark.parametrize(
    ("longer", "group", "alone"),
    [
        ("업무협약", "cue.agency", "무협"),
        ("문화재단", "cue.incident", "화재"),
        ("문화재청", "cue.incident", "화재"),
        ("무역사절단", "cue.listing", "역사"),
        ("환영사", "cue.embassy", "영사"),
        ("신도시", "cue.association", "신도"),
        ("기념촬영", "cue.entertainment", "촬영"),
        ("수수료", "stage.ended", "수료"),
    ],
)
def test_a_korean_word_is_not_found_where_two_others_meet(longer: str, group: str, alone: str) -> None:
    finder = CueFinder(load_lexicon().find_words("ko"))

    assert group in {cue.group for cue in finder.find_cues(f"{alone}와 함께")}
    assert group not in {cue.group for cue in finder.find_cues(f"{longer}과 함께")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("groups: [", "not valid YAML"),
        ("- word", "not a mapping"),
        ("words: {}", "unknown key 'words'"),
        ("groups: {act.dance: [x]}", "unknown group 'act.dance'"),
        ("groups: {act.aid: tặng}", "must be a list of words"),
        ("groups: {act.aid: ['*']}", "must be a list of words"),
        ("months: {may: five}", "'months' must map words"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SeedError, match=r"vi\.yml") as refusal:
        load_lexicon(write(tmp_path, "vi", text))

    assert said in str(refusal.value)
