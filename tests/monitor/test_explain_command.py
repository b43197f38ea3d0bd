"""`explain` as people meet it: a stored article, an event, a line to try; as text in plain words, and as JSON."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.application import Application
from monitor.assess import assess
from monitor.commands.main import run_command
from seeds.settings import load_settings
from storage.store import Store, open_store
from storage.values import Judgement
from tests.fake_clock import START_AT
from tests.monitor.desk import DIEN_BIEN, HUE_KO, HUE_VI, NOISE, save_story

Run = Callable[..., tuple[int, str, str]]
URL = "https://huengaynay.example/1"
LINE = {"id": "x", "url": "", "title": HUE_VI["title"], "text": HUE_VI["text"], "lang": "vi"}
# What a reader of a foreign-affairs desk has no use for.
JARGON = re.compile(r"log odds|feature|probabilit|coefficient|token|regex|_|None|null", re.IGNORECASE)


@pytest.fixture
def store(clean_folder: Path, sqlite_template: Path) -> Store:
    """The store of the commands, with an event in two languages, another one and a page that is none."""
    (clean_folder / "data").mkdir()
    (clean_folder / "data" / "twinwatch.db").write_bytes(sqlite_template.read_bytes())
    store = open_store(load_settings().database_address)
    for number, story in enumerate((HUE_VI, HUE_KO, DIEN_BIEN, NOISE), 1):
        save_story(store, story, number)
    assess(Application())
    return store


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_command(("explain", *arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


def run_json(run: Run, *arguments: str) -> dict[str, Any]:
    code, out, err = run(*arguments, "--format", "json")
    assert (code, err) == (0, "")
    return dict(json.loads(out))


@pytest.mark.parametrize("what", ["1", URL, f"{URL}#top", f"{URL}/"])
def test_an_article_is_found_by_its_number_and_by_its_address(run: Run, what: str) -> None:
    told = run_json(run, what)

    assert (told["kind"], told["id"], told["url"]) == ("article", 1, URL)


def test_an_article_is_explained_from_its_places_to_its_event(run: Run) -> None:
    told = run_json(run, "1")
    explanation, (event,) = told["explanation"], told["events"]

    assert list(told) == [
        "kind", "id", "url", "outlet", "lang", "title", "published_at", "stored", "explanation", "events",
    ]
    assert explanation["verdict"] == "yes" == told["stored"]["verdict"]
    assert told["stored"]["is_of_today"] and told["stored"]["rules_version"] == explanation["rules_version"]
    assert {m["name"] for m in explanation["mentions"]} == {"Huế", "Chungcheongnam"}
    assert sum(r["points"] for r in explanation["reasons"]) == pytest.approx(explanation["points"], abs=0.01)
    assert [(f["act"], f["happened_on"]) for f in explanation["facts"]] == [("agreement", "2026-03-01")]
    assert [m["article_id"] for m in event["grouping"]["members"]] == [2]


def test_an_event_shows_its_stories_why_they_are_one_and_what_readers_said(run: Run, store: Store) -> None:
    event_id = run_json(run, "1")["events"][0]["id"]
    store.judgements.save(Judgement(event_id, "yes", "Kim", START_AT))

    told = run_json(run, event_id)

    assert list(told) == [
        "kind", "id", "act", "stage", "happened_on", "verdict", "pairs", "judgements", "changes", "grouping",
        "articles",
    ]
    assert (told["kind"], told["id"], [a["id"] for a in told["articles"]]) == ("event", event_id, [1, 2])
    assert [(said["answer"], said["reader"]) for said in told["judgements"]] == [("yes", "Kim")]
    assert told["grouping"]["members"][0]["together"] and told["grouping"]["members"][0]["reasons"]


def test_the_text_is_in_plain_words_and_fits_eighty_columns(run: Run, store: Store) -> None:
    store.judgements.save(Judgement(run_json(run, "1")["events"][0]["id"], "yes", "Kim", START_AT))

    code, out, _ = run("1")

    assert code == 0 and not JARGON.search(out)
    assert max(len(line) for line in out.splitlines()) <= 80
    assert not [line for line in out.splitlines() if line != line.rstrip()]
    for part in ("YES: this is local cooperation", "PLACES FOUND", "Speaks for it", "In all +", "WHAT IT TELLS",
                 "Proof: “Chiều 1/3", "These stories tell of one happening", "Judged by Kim", "of today"):
        assert part in out


def test_an_event_as_text_names_each_story_by_its_number(run: Run) -> None:
    event_id = run_json(run, "1")["events"][0]["id"]

    code, out, _ = run(event_id)

    assert code == 0 and "story number 1" in out and "story number 2" in out and "with story 1" in out


def test_a_story_that_is_none_says_so(run: Run) -> None:
    code, out, _ = run("4")

    assert code == 0 and out.count("NO: this is not local cooperation") == 1 and "EVENT" not in out


def test_a_verdict_of_other_rules_is_named_as_such(run: Run, clean_folder: Path) -> None:
    seeds = clean_folder / "own" / "lexicon"
    seeds.mkdir(parents=True)
    (seeds / "vi.yml").write_text("groups: {act.aid: [tặng máy cày]}", "utf-8")
    (clean_folder / "twinwatch.toml").write_text('seeds_dir = "own"\n', "utf-8")

    told = run_json(run, "1")
    _, out, _ = run("1")

    assert not told["stored"]["is_of_today"] and "by other rules" in " ".join(out.split())


def test_an_article_not_yet_judged_is_explained_by_todays_rules(run: Run, store: Store) -> None:
    number = save_story(store, HUE_VI, 9)

    told = run_json(run, str(number))

    assert told["stored"] is None and told["explanation"]["verdict"] == "yes" and told["events"] == []


def test_lines_of_a_file_are_explained_one_by_one_and_a_broken_one_is_told(run: Run, clean_folder: Path) -> None:
    file = clean_folder / "stories.jsonl"
    file.write_text("\n".join([json.dumps(LINE), "{}", "", json.dumps(LINE | {"id": 7})]), "utf-8")

    code, out, err = run("--file", str(file), "--format", "json")

    assert code == 1 and [json.loads(line)["id"] for line in out.splitlines()] == ["x", 7]
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["story", "story"]
    assert err.startswith("line 2: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("99",), "no article and no event '99'"),
        (("https://nowhere.example/",), "no article and no event"),
        (("e000000000000",), "no article and no event"),
        ((), "nothing to explain"),
        (("1", "--file", "x.jsonl"), "not both"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)

    assert code == 1 and out == "" and said in err and err.count("\n") == 1
