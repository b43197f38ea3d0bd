"""However a page is set or spelt, the same localities are found and the same verdict is reached."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.judging.boundaries import is_wordless
from monitor.judging.judge import Knowledge, judge, load_knowledge
from monitor.judging.lines import parse_story
from monitor.judging.localities import find_mentions
from monitor.judging.mending import mend_story
from monitor.judging.text import TONE_PAIRS, nfc
from monitor.judging.values import Story, Verdict
from seeds.catalogue import Catalogue, load_catalogue
from seeds.gazetteer import Gazetteer
from seeds.places import Locality

STORIES = Path(__file__).parents[1] / "seeds" / "stories" / "dev.jsonl"
QUIET = 120
LEAST_SAME = 0.98
NEW_TONES = {old: new for new, old in TONE_PAIRS.items()}
CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff가-힣]")


@cache
def knowledge() -> Knowledge:
    return load_knowledge()


def gazetteer() -> Gazetteer:
    return knowledge().gazetteer


@cache
def stories() -> tuple[Story, ...]:
    """All relevant stories and some quiet ones, dated by their labels."""
    rows = [json.loads(line) for line in STORIES.read_text(encoding="utf-8").splitlines()]
    quiet = [row for row in rows if not row["relevant"]][:QUIET]
    return tuple(dated(row) for row in [*(row for row in rows if row["relevant"]), *quiet])


def dated(row: dict[str, object]) -> Story:
    on = str(row["event_date"] or "")
    at = f"{on}T12:00:00+07:00" if len(on) == 10 else None
    return parse_story({**row, "published_at": at}, catalogue())


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


def judged(story: Story) -> Verdict:
    return judge(story, knowledge())


@cache
def verdicts() -> dict[str, Verdict]:
    return {story.id: judged(story) for story in stories()}


def both(change: Callable[[str], str]) -> Callable[[Story], Story]:
    return lambda story: replace(story, title=change(story.title), text=change(story.text))


def unmark(text: str) -> str:
    bare = "".join(char if CJK.match(char) else unicodedata.normalize("NFD", char) for char in text)
    bare = bare.replace("đ", "d").replace("Đ", "D")
    return "".join(char for char in bare if not unicodedata.combining(char))


def put_new_tones(text: str) -> str:
    return re.sub("|".join(NEW_TONES), lambda match: NEW_TONES[match.group()], text)


def wrap(text: str, width: int) -> str:
    return "\n".join(part for line in text.split("\n") for part in wrap_line(line, width))


def wrap_line(line: str, width: int) -> Iterator[str]:
    filled = ""
    for word in line.split(" "):
        if filled and len(filled) + 1 + len(word) > width:
            yield filled
            filled = word
        else:
            filled = f"{filled} {word}" if filled else word
    yield filled


def break_names(story: Story) -> Story:
    """The story with a line break for the first space inside every locality's name."""
    text = list(story.text)
    for mention in verdicts()[story.id].mentions:
        space = mention.alias.find(" ")
        if mention.field == "text" and mention.note == "name" and space > 0:
            text[mention.start + space] = "\n"
    return replace(story, text="".join(text))


CHANGES: dict[str, Callable[[Story], Story]] = {
    "NFD": both(lambda text: unicodedata.normalize("NFD", text)),
    "no Vietnamese marks at all": lambda story: both(unmark)(story) if story.lang == "vi" else story,
    "a headline in capitals": lambda story: replace(story, title=story.title.upper()),
    "new tone placement": both(put_new_tones),
    "doubled spaces": both(lambda text: text.replace(" ", "  ")),
    "non-breaking spaces": both(lambda text: text.replace(" ", "\u00a0")),
    "soft hyphens and joiners": both(lambda text: text.replace("a", "a\u00ad").replace(" ", " \u200b")),
    "lines of 72": lambda story: replace(story, text=wrap(story.text, 72)),
    "lines of 45": lambda story: replace(story, text=wrap(story.text, 45)),
    "line breaks inside names": break_names,
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_verdict_is_the_same(name: str) -> None:
    changed = [(story, judged(CHANGES[name](story))) for story in stories()]

    other = [
        f"{story.id} ({story.lang}): {verdicts()[story.id].verdict} became {verdict.verdict}"
        for story, verdict in changed if verdict.verdict != verdicts()[story.id].verdict
    ]

    assert len(changed) > 2 * QUIET
    assert len(other) <= (1 - LEAST_SAME) * len(changed), "\n".join(other)


@pytest.mark.parametrize("name", ["NFD", "new tone placement", "doubled spaces", "non-breaking spaces"])
def test_the_mentions_are_the_same_up_to_their_offsets(name: str) -> None:
    for story in stories():
        found = judged(CHANGES[name](story)).mentions

        assert [m.key for m in found] == [m.key for m in verdicts()[story.id].mentions], story.id


@pytest.mark.parametrize("name", ["doubled spaces", "soft hyphens and joiners", "lines of 45"])
def test_offsets_lead_back_to_the_text_as_it_came(name: str) -> None:
    for story in stories()[:60]:
        changed = CHANGES[name](story)
        verdict = judged(changed)

        for one in verdict.mentions:
            whole = nfc(changed.title if one.field == "title" else changed.text)
            assert whole[one.start:one.end] == one.alias
        for fact in verdict.facts:
            whole = nfc(changed.title if fact.field == "title" else changed.text)
            assert whole[fact.start:fact.end] == fact.quote


@pytest.mark.parametrize(("text", "mended"), [
    ("tỉnh Thừa Thiên\nHuế ký với Busan", "tỉnh Thừa Thiên Huế ký với Busan"),
    ("Nghệ An\nBusan\nGangwon", "Nghệ An\nBusan\nGangwon"),
    ("Tin khác:\nĐà Nẵng đón khách", "Tin khác:\nĐà Nẵng đón khách"),
    ("Busan  và   Huế", "Busan và Huế"),
    ("Một đoạn.\n\nĐoạn hai.", "Một đoạn.\n\nĐoạn hai."),
    (wrap("Đoàn đại biểu tỉnh đã đến thăm và làm việc với chính quyền thành phố trong ba ngày qua.", 40),
     "Đoàn đại biểu tỉnh đã đến thăm và làm việc với chính quyền thành phố trong ba ngày qua."),
])
def test_only_broken_lines_are_joined(text: str, mended: str) -> None:
    assert mend_story(Story("1", "", "vi", "", text), gazetteer()).story.text == mended


SPACES = st.sampled_from([" ", "  ", "\u00a0", "\n", " \u200b"])


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_vietnamese_name_is_found_however_it_is_set(data: st.DataObject) -> None:
    names = [unit.contract for unit in gazetteer().localities.values() if unit.key.startswith("VN63")]
    name = data.draw(st.sampled_from(names))
    form = data.draw(st.sampled_from([nfc, put_new_tones, str.upper, lambda text: unicodedata.normalize("NFD", text)]))
    space = data.draw(SPACES)

    text = form(f"Đoàn tỉnh {name.replace(' - ', ' ').replace(' ', space)} đã đến Busan")
    found = judged(Story("1", "", "vi", "Tin", text)).mentions

    assert {m.side for m in found} == {"VN", "KR"}
    assert bearers(name) & {m.key for m in found}


def test_a_text_wholly_without_marks_is_read() -> None:
    story = Story("1", "", "vi", "Doan dai bieu tinh Nghe An tham Gangwon",
                  "Chu tich UBND tinh Nghe An da ky ket ban ghi nho hop tac voi tinh Gangwon (Han Quoc).")

    verdict = judged(story)

    assert verdict.verdict == "yes"
    assert [(fact.vn_key, fact.kr_key, fact.act) for fact in verdict.facts] == [("VN-40", "KR-51", "agreement")]


# The word of type that goes with a name in a sentence of each language, by kind of unit; "" for all other kinds.
TYPES = {
    "vi": {"province": "tỉnh", "gun": "huyện", "gu": "quận", "quận": "quận", "huyện": "huyện", "thị xã": "thị xã",
           "": "thành phố"},
    "en": {"province": "Province", "gun": "County", "gu": "District", "quận": "District", "huyện": "District",
           "thị xã": "Town", "": "City"},
    "ko": {"province": "도", "gun": "군", "gu": "구", "quận": "군", "huyện": "현", "thị xã": "시사", "": "시"},
    "zh": {"province": "道", "gun": "郡", "gu": "区", "quận": "郡", "huyện": "郡", "": "市"},
    "pl": {"province": "prowincja", "gun": "powiat", "gu": "dzielnica", "quận": "dzielnica", "huyện": "powiat",
           "": "miasto"},
    "ru": {"province": "провинция", "gun": "уезд", "gu": "район", "quận": "район", "huyện": "уезд", "": "город"},
}
PROVINCES_OF_VIETNAM = {"ko": "성", "zh": "省"}
COUNTRY = {"ko": ("베트남", "한국"), "ja": ("ベトナム", "韓国"), "zh": ("越南", "韩国"), "ru": ("Вьетнам", "Корея"),
           "vi": ("Việt Nam", "Hàn Quốc"), "en": ("Vietnam", "Korea")}
JOINTS = {"ko": " ", "ja": "の", "zh": ""}
# Names of which another unit is mostly meant, on purpose: Gwangju the big city, Huế the municipality.
MOST_LEFT_OUT = 11


def carry(unit: Locality, lang: str, name: str) -> tuple[str, str]:
    """A sentence that names the unit with its type word and its country, and the language of the sentence."""
    name = name.rstrip("*")
    if re.search("[가-힣]", name):
        lang = "ko"
    elif is_wordless(name) != (lang in ("ko", "ja", "zh")):
        lang = "zh" if is_wordless(name) else "en"
    lang = "en" if lang == "*" else lang
    country = COUNTRY.get(lang, COUNTRY["en"])[unit.country == "KR"]
    kind = type_word(unit, lang)
    if is_wordless(name):
        typed = name if name[-1] in "시군구도市省郡県县縣區区道府" else name + kind
        return f"{country}{JOINTS[lang]}{typed} ", lang
    if lang == "en":
        return f"a delegation of {name} {kind}, {country}, came", lang
    return f"{kind} {name} ({country})".strip(), lang


def type_word(unit: Locality, lang: str) -> str:
    lang = "zh" if lang == "ja" else lang
    kind = "province" if "province" in unit.kind else "gu" if unit.kind == "general gu" else unit.kind
    if unit.country == "VN" and kind == "province" and lang in PROVINCES_OF_VIETNAM:
        return PROVINCES_OF_VIETNAM[lang]
    words = TYPES.get(lang, {"": ""})
    return words.get(kind, words[""])


@cache
def bearers(name: str) -> frozenset[str]:
    """The present units, and their provinces, of all units that bear the name."""
    return frozenset(
        found for key in _units_by_name().get(name.rstrip("*").lower(), ())
        for found in (gazetteer().current(key), gazetteer().province(key))
    )


@cache
def _units_by_name() -> dict[str, set[str]]:
    units: dict[str, set[str]] = {}
    for key, unit in gazetteer().localities.items():
        for names in unit.aliases.values():
            for name in names:
                units.setdefault(name.rstrip("*").lower(), set()).add(key)
    return units


def test_every_name_of_the_tables_is_found_in_every_language() -> None:
    left_out, namesakes, count = [], 0, 0
    for unit in gazetteer().localities.values():
        for lang, names in unit.aliases.items():
            for name in names:
                count += 1
                text, spoken = carry(unit, lang, name)
                found = {m.key for m in find_mentions(text, "text", spoken, gazetteer())}
                namesakes += found == {""}
                if not found & {*bearers(name), ""}:
                    left_out.append(f"{unit.key} {lang} {name!r}: {found or 'nothing'}")

    assert count > 15_000
    assert namesakes < 0.06 * count
    assert len(left_out) <= MOST_LEFT_OUT, "\n".join(left_out)
