"""A verdict and a grouping in words: every rule has a sentence, and the points add up to the score."""

import json
import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from monitor.judging.explanation import StoryExplanation, explain_grouping, explain_story
from monitor.judging.judge import WEIGHTS_FILE, Knowledge, judge, load_knowledge
from monitor.judging.localities import SURE
from monitor.judging.values import Act, DetailKind, Stage, Story
from seeds.errors import SeedError
from seeds.explanations import TABLES, Wording, load_wording
from seeds.lexicon import FIELDS
from storage.values import BlockFact

PUBLISHED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIGNED = {
    "title": "Da Nang and Daegu sign cooperation agreement",
    "text": "The Da Nang People's Committee, Vietnam, and Daegu city government, South Korea, signed an agreement.",
}
FOOTBALL = {
    "title": "Vietnam beat South Korea in football final",
    "text": "The football team left Da Nang for Daegu after the final. The coach praised his players.",
}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_wording()


def make_story(**values: Any) -> Story:
    return Story(**({"id": "1", "url": "", "lang": "en", "published_at": PUBLISHED_AT} | SIGNED | values))


def explain(knowledge: Knowledge, wording: Wording, **values: Any) -> StoryExplanation:
    return explain_story(make_story(**values), knowledge, wording)


@pytest.mark.parametrize("story", [SIGNED, FOOTBALL], ids=["signed", "football"])
def test_the_points_of_all_reasons_add_up_to_the_judges_own_score(
    knowledge: Knowledge, wording: Wording, story: dict[str, str],
) -> None:
    told = explain(knowledge, wording, **story)
    verdict = judge(make_story(**story), knowledge)

    assert sum(reason.points for reason in told.reasons) == pytest.approx(told.points, abs=0.01)
    assert 1 / (1 + math.exp(-told.points)) == pytest.approx(verdict.score, abs=0.001)
    assert (told.verdict, told.score, told.rules_version) == (verdict.verdict, verdict.score, knowledge.rules_version)
    assert (told.yes_from, told.unsure_from) == (knowledge.weights.yes, knowledge.weights.no)


def test_reasons_begin_at_the_start_then_for_then_against_the_heaviest_first(
    knowledge: Knowledge, wording: Wording,
) -> None:
    start, *rest = explain(knowledge, wording, text=SIGNED["text"] + " A company from Hanoi came along.").reasons
    points = [reason.points for reason in rest]

    assert start.rule == "bias"
    assert points == sorted(points, key=lambda one: (one < 0, -abs(one)))
    assert any(one > 0 for one in points) and any(one < 0 for one in points)


def test_a_reason_quotes_the_words_that_it_rests_on(knowledge: Knowledge, wording: Wording) -> None:
    reasons = {reason.rule: reason for reason in explain(knowledge, wording).reasons}
    title = reasons["title_both"]

    assert (title.words, title.field, title.why) == (SIGNED["title"], "title", "The headline names both places.")
    assert SIGNED["title"][title.start:title.end] == title.words


def test_a_story_that_names_one_country_has_places_but_no_reasons(knowledge: Knowledge, wording: Wording) -> None:
    told = explain(knowledge, wording, title="Da Nang cleans its beach", text="Da Nang city cleaned its beach.")

    assert told.verdict == "no" and not told.reasons and not told.places
    assert [(m.name, m.country) for m in told.mentions] == [("Đà Nẵng", "VN"), ("Đà Nẵng", "VN")]


@pytest.mark.parametrize(
    ("name", "acts", "rule"),
    [
        ("Daegu city", True, "type"), ("Daegu University", False, "organisation"),
        ("Daegu-based firms", False, "passing"),
    ],
)
def test_a_place_says_whether_it_can_act(
    knowledge: Knowledge, wording: Wording, name: str, acts: bool, rule: str,
) -> None:
    told = explain(knowledge, wording, title="Talks in Vietnam", text=f"The city of Da Nang met {name} in Vietnam.")

    daegu = [m for m in told.mentions if m.key == "KR-27"]

    assert [(m.acts, m.rule, m.why) for m in daegu] == [(acts, rule, wording.mentions[rule])]


def test_facts_carry_their_sentences_and_the_words_behind_their_parts(knowledge: Knowledge, wording: Wording) -> None:
    (fact,) = explain(knowledge, wording).facts

    assert (fact.vn_name, fact.kr_name, fact.act, fact.stage) == ("Đà Nẵng", "Daegu", "agreement", "signed")
    assert fact.act_why == wording.acts["agreement"] and fact.stage_why == "A paper was signed."
    assert {"vn", "kr", "act", "stage"} <= {detail.kind for detail in fact.details}


# Sentences


def test_every_rule_of_the_weights_has_a_sentence(wording: Wording) -> None:
    weights = json.loads(WEIGHTS_FILE.read_text("utf-8"))

    silent = [n for n in weights["relevance"] if wording.explain_feature(n, "Huế", "Jindo") == n.replace("_", " ")]

    assert not silent


def test_every_note_act_stage_detail_and_field_has_a_sentence(wording: Wording) -> None:
    assert set(SURE) | {"home", "passing"} <= set(wording.mentions)
    assert set(wording.acts) == set(get_args(Act)) and set(wording.stages) == set(get_args(Stage))
    assert set(wording.details) == set(get_args(DetailKind)) and set(wording.fields) == set(FIELDS)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("place_vn", "Huế is only where something happens, not who does it."),
        ("title_crime", "The headline speaks of police, courts or crime."),
        ("a_rule_of_tomorrow", "a rule of tomorrow"),
    ],
)
def test_a_rule_is_put_into_words(wording: Wording, name: str, said: str) -> None:
    assert wording.explain_feature(name, "Huế", "Jindo") == said


@pytest.mark.parametrize(("points", "words"), [(2.0, "very strongly"), (-0.7, "strongly"), (0.1, "a little")])
def test_points_have_a_strength_whatever_their_sign(wording: Wording, points: float, words: str) -> None:
    assert wording.name_strength(points) == words


def test_a_users_folder_words_a_rule_anew(tmp_path: Path) -> None:
    (tmp_path / "explanations.yml").write_text("features: {apart: They never meet.}", "utf-8")

    wording = load_wording(tmp_path)

    assert wording.features["apart"] == "They never meet." and wording.features["title_both"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("features: [", "cannot be read"),
        ("- apart", "not a mapping"),
        ("reasons: {}", "unknown key 'reasons'"),
        ("features: {apart: 3}", "'features' must map names to sentences"),
        ("strengths: [strongly]", "'strengths' must be a list of from and words"),
        ("strengths: [{from: 1, words: strongly}]", "'strengths' must have words from 0 on"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "explanations.yml").write_text(text, "utf-8")

    with pytest.raises(SeedError, match=r"explanations\.yml") as refusal:
        load_wording(tmp_path)

    assert said in str(refusal.value)


# Grouping

FACT = BlockFact(
    id=1, article_id=1, outlet_id="a", url="https://a.example/1", lang="en", verdict="yes", block="VN-48|KR-27",
    vn_key="VN-48", kr_key="KR-27", act="agreement", stage="signed", happened_on="2026-02-27",
    published_at=PUBLISHED_AT, fetched_at=PUBLISHED_AT, backlog=False, title="One", text="", quote="", position=0,
)


def make_fact(number: int, **values: Any) -> BlockFact:
    """The fact of another article, an hour later for each number."""
    at = PUBLISHED_AT + timedelta(hours=number)
    mine = {"id": number, "article_id": number, "title": f"Story {number}", "published_at": at}
    return replace(FACT, **(mine | values))


def test_stories_of_an_event_say_what_joins_them_and_near_ones_what_does_not(
    knowledge: Knowledge, wording: Wording,
) -> None:
    facts = [FACT, make_fact(2, act="visit"), make_fact(3, happened_on="2025-06-10"), make_fact(4, kr_key="KR-27710")]
    events = {"e1": {1, 2, 4}, "e2": {3}}

    told = explain_grouping("e1", facts, events, knowledge.gazetteer, wording)

    assert told and told.first_id == 1
    assert [(m.article_id, m.other_id, m.together) for m in told.members] == [(2, 1, True), (4, 1, True)]
    assert "a visit and its paper are one trip" in told.members[0].reasons
    assert [(n.article_id, n.event_id, n.together) for n in told.near] == [(3, "e2", False)]
    assert told.near[0].reasons == ("the days are 262 apart",)


def test_a_story_that_only_another_one_joins_says_so(knowledge: Knowledge, wording: Wording) -> None:
    facts = [FACT, make_fact(2, happened_on="2026-05-20", published_at=PUBLISHED_AT + timedelta(days=90))]

    told = explain_grouping("e1", facts, {"e1": {1, 2}}, knowledge.gazetteer, wording)

    assert told and told.members[0].reasons[-1] == wording.grouping["helped"]


def test_a_story_that_would_fit_but_is_elsewhere_says_so(knowledge: Knowledge, wording: Wording) -> None:
    facts = [FACT, make_fact(2)]

    told = explain_grouping("e1", facts, {"e1": {1}, "e2": {2}}, knowledge.gazetteer, wording)

    assert told and told.near[0].reasons == (wording.grouping["rival"],)


def test_an_event_without_facts_has_no_grouping(knowledge: Knowledge, wording: Wording) -> None:
    assert explain_grouping("e9", [FACT], {"e1": {1}}, knowledge.gazetteer, wording) is None


@pytest.mark.parametrize("language", ["ko", "vi"])
def test_every_sentence_is_there_in_every_language(language: str) -> None:
    english, other = load_wording(), load_wording(language=language)

    for table in TABLES:
        ours, theirs = getattr(english, table), getattr(other, table)
        assert ours.keys() == theirs.keys()
        for key, sentence in theirs.items():
            assert sentence != ours[key], f"{table}.{key} is not translated"
            assert sorted(re.findall(r"{\w+}", sentence)) == sorted(re.findall(r"{\w+}", ours[key])), key
    assert [least for least, _ in other.strengths] == [least for least, _ in english.strengths]


def test_what_another_language_lacks_is_said_in_english(tmp_path: Path) -> None:
    (tmp_path / "explanations.yml").write_text("topics:\n  moon: the moon\n  sport: games\n", "utf-8")
    (tmp_path / "explanations.ko.yml").write_text("topics:\n  crime: 범죄 소식\n", "utf-8")

    topics = load_wording(tmp_path, "ko").topics

    assert (topics["moon"], topics["sport"], topics["crime"]) == ("the moon", "스포츠", "범죄 소식")
