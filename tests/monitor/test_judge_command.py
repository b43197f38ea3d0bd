"""A reader's yes and no, from the command line on: lists, digests, ties and training follow, whatever comes later."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.application import Application
from monitor.assess import assess
from monitor.commands.input import Desk
from monitor.commands.main import run_command
from monitor.commands.training import Corpus, add_judgements
from monitor.judging.judge import Knowledge
from seeds.catalogue import Catalogue
from seeds.settings import load_settings
from storage.repository.events import EventFilter
from storage.values import EventView, Judgement
from tests.factories import new_digest, new_fact, new_verdict
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import DIEN_BIEN, DIEN_BIEN_AGAIN, HUE_EN, HUE_KO, HUE_VI, NOISE, save_story

DIEN_BIEN_PAIR = ("VN-11", "KR-46900")
EMPTY = Corpus([], "0" * 16, 0)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(
    clean_folder: Path, database: str, clock: FakeClock, knowledge: Knowledge, catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Application]:
    """An application on SQLite and then on PostgreSQL, whose store the commands use too."""
    monkeypatch.setenv("TWINWATCH_DATABASE_URL", database)
    made = Application(load_settings(), clock)
    made.knowledge, made.catalogue = knowledge, catalogue
    yield made
    made.store.close()


@pytest.fixture
def run(desk: Application, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command on the store: exit code, standard output, standard error."""
    monkeypatch.setattr("monitor.application.load_knowledge", lambda _: desk.knowledge)
    monkeypatch.setattr("monitor.application.load_catalogue", lambda _: desk.catalogue)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_command(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def save_doubt(desk: Application) -> str:
    """An event of which the judge is not sure: Điện Biên and Jindo."""
    article_id = save_story(desk.store, NOISE, 9)
    fact = new_fact(vn_key="VN-11", kr_key="KR-46900", block="VN-11|KR-46")
    desk.store.articles.save_verdict(new_verdict(article_id, fact, verdict="unsure"), START_AT)
    assess(desk)
    [event] = desk.store.events.find(EventFilter(verdict="unsure"))
    return event.id


def save_true(desk: Application, story: dict[str, str] = DIEN_BIEN, number: int = 1, **values: Any) -> str:
    save_story(desk.store, story, number, **values)
    [event_id] = assess(desk).new_events
    return event_id


def get(desk: Application, event_id: str) -> EventView:
    event = desk.store.events.get(event_id)
    assert event is not None
    return event


def ties(desk: Application) -> list[tuple[str, str, int]]:
    return [(tie.vn_key, tie.kr_key, tie.events) for tie in desk.store.ties.all()]


# The command


def test_a_judgement_is_kept_with_who_and_when_and_said(run: Run, desk: Application) -> None:
    event_id = save_doubt(desk)

    code, out, err = run("judge", event_id, "yes", "--reader", "  Lan   Anh ")

    assert (code, err) == (0, "")
    assert out.startswith(f"{event_id}: yes, says Lan Anh. 2026-03-01, Điện Biên - Jindo")
    [kept] = desk.store.judgements.find(event_id)
    assert (kept.answer, kept.reader) == ("yes", "Lan Anh")


def test_who_says_nothing_of_themselves_is_known_by_their_login(
    run: Run, desk: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = save_doubt(desk)
    monkeypatch.setenv("LOGNAME", "minho")

    run("judge", event_id, "no")

    assert [one.reader for one in desk.store.judgements.find(event_id)] == ["minho"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["e999", "yes"], 1, "no event 'e999' (`twinwatch events` lists them"),
        (["e999", "maybe"], 2, "maybe"),
        (["e999"], 2, "Choose from: yes, no"),
        (["e999", "yes", "--reader", " "], 1, "--reader: no name"),
    ],
)
def test_what_cannot_be_judged_gets_one_line(run: Run, arguments: list[str], code: int, said: str) -> None:
    found, out, err = run("judge", *arguments)

    assert (found, out) == (code, "")
    assert err.startswith("twinwatch: ") and err.count("\n") == 1 and said in err


def test_refuted_events_are_listed_by_their_verdict_only(run: Run, desk: Application) -> None:
    event_id = save_true(desk)
    run("judge", event_id, "no", "--reader", "Lan")

    listed = {
        asked: [json.loads(line)["id"] for line in run("events", "--format", "jsonl", *asked.split())[1].splitlines()]
        for asked in ("", "--unsure", "--verdict no")
    }

    assert listed == {"": [], "--unsure": [], "--verdict no": [event_id]}
    assert run("events", "--verdict", "maybe")[0] == 1


# Digests and ties


def test_a_yes_makes_a_doubt_an_event_with_a_new_tie_that_is_news(run: Run, desk: Application) -> None:
    desk.store.digests.begin_subscription("daily", START_AT)
    event_id = save_doubt(desk)
    desk.store.digests.save_digest(new_digest(passed_over=(event_id,)))  # this reader wants new ties only
    before = ties(desk)

    run("judge", event_id, "yes", "--reader", "Lan")

    assert (before, ties(desk)) == ([], [(*DIEN_BIEN_PAIR, 1)])
    assert (get(desk, event_id).verdict, get(desk, event_id).new_tie) == ("yes", True)
    assert [event.id for event in desk.store.events.untold("daily")] == [event_id]
    assert desk.store.events.ungrouped_blocks() == []


def test_a_no_takes_the_event_from_digests_and_its_tie_from_the_register_and_a_yes_gives_both_back(
    run: Run, desk: Application
) -> None:
    desk.store.digests.begin_subscription("daily", START_AT)
    event_id = save_true(desk)

    states = []
    for answer in ("no", "yes"):
        run("judge", event_id, answer, "--reader", "Lan")
        told = [event.id for event in desk.store.events.untold("daily")]
        states.append((told, ties(desk), get(desk, event_id).new_tie))

    assert states == [([], [], False), ([event_id], [(*DIEN_BIEN_PAIR, 1)], True)]


def test_of_a_tie_with_two_events_one_no_leaves_the_other(run: Run, desk: Application) -> None:
    first = save_true(desk)
    second = save_true(desk, DIEN_BIEN_AGAIN, 2, published_at=START_AT.replace(day=20))

    run("judge", first, "no", "--reader", "Lan")

    [tie] = desk.store.ties.all()
    assert (tie.events, tie.since, tie.kind) == (1, "2026-03-20", "seasonal_workers")
    assert get(desk, second).new_tie


def test_a_known_tie_stays_when_its_event_is_refuted(run: Run, desk: Application) -> None:
    known = next(tie for tie in desk.gazetteer.ties if desk.gazetteer.current(tie.vn_key) == tie.vn_key)
    block = f"{desk.gazetteer.province(known.vn_key)}|{desk.gazetteer.province(known.kr_key)}"
    article_id = save_story(desk.store, NOISE)
    fact = new_fact(vn_key=known.vn_key, kr_key=known.kr_key, block=block)
    desk.store.articles.save_verdict(new_verdict(article_id, fact), START_AT)
    [event_id] = assess(desk).new_events
    before = [(tie.source, tie.events) for tie in desk.store.ties.all()]

    run("judge", event_id, "no", "--reader", "Lan")

    assert (before, [(tie.source, tie.events) for tie in desk.store.ties.all()]) == ([("known", 1)], [("known", 0)])


def test_what_newer_rules_call_noise_gives_its_tie_back(desk: Application) -> None:
    save_true(desk)
    [article] = desk.store.articles.outdated("r2", 0, 9)
    noise = new_verdict(article.article.id, verdict="no", rules_version="r2")
    before = ties(desk)

    desk.store.articles.save_verdict(noise, START_AT)
    assess(desk)

    assert (before, ties(desk)) == ([(*DIEN_BIEN_PAIR, 1)], [])


def test_what_was_told_stays_told(run: Run, desk: Application) -> None:
    desk.store.digests.begin_subscription("daily", START_AT)
    event_id = save_true(desk)
    desk.store.digests.save_digest(new_digest(event_id))

    for answer in ("no", "yes"):
        run("judge", event_id, answer, "--reader", "Lan")

    assert desk.store.digests.count_told(event_id) == 1
    assert desk.store.events.untold("daily") == []


# What comes later


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_judgement_outlives_later_stories_and_rules(run: Run, desk: Application, answer: str) -> None:
    event_id = save_true(desk, HUE_VI)
    run("judge", event_id, answer, "--reader", "Lan")

    save_story(desk.store, HUE_KO, 2)
    joined = assess(desk)
    for judged in desk.store.articles.outdated("r2", 0, 9):
        noise = new_verdict(judged.article.id, verdict="no", rules_version="r2")
        desk.store.articles.save_verdict(noise, START_AT)
    assess(desk)

    assert joined.new_events == ()
    assert get(desk, event_id).verdict == answer
    assert len(get(desk, event_id).articles) == 2
    assert desk.store.events.ungrouped_blocks() == []


def test_an_id_that_was_merged_is_followed_and_said(run: Run, desk: Application) -> None:
    first, second = save_true(desk, HUE_VI, 1), save_doubt(desk)
    with desk.store.database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE events SET merged_into = '{first}' WHERE id = '{second}'")

    code, out, _ = run("judge", second, "no", "--reader", "Lan")

    assert code == 0 and out.startswith(f"{second} (it goes on as {first}): no")
    assert get(desk, first).verdict == "no"


# Training


def learn(desk: Application) -> Corpus:
    return add_judgements(EMPTY, Desk(desk.knowledge, desk.catalogue))


def judge(desk: Application, event_id: str, answer: Any) -> None:
    desk.store.judgements.save(Judgement(event_id, answer, "Lan", START_AT))


def test_the_articles_of_judged_events_join_the_corpus_with_what_they_are_about(desk: Application) -> None:
    for number, story in enumerate((HUE_VI, HUE_EN)):
        save_story(desk.store, story, number)
    [true] = assess(desk).new_events
    false = save_true(desk, DIEN_BIEN, 3)
    judge(desk, true, "yes")
    judge(desk, false, "no")

    rows = {(row.label.event_id, row.story.lang): row for row in learn(desk).stories}

    assert set(rows) == {(true, "vi"), (true, "en"), (false, "vi")}
    label = rows[true, "vi"].label
    assert (label.relevant, label.pairs, label.act) == (True, (("Huế", "Chungcheongnam"),), "agreement")
    assert (label.happened_on, label.stage, label.lang) == ("2026-03-01", "signed", "vi")
    refuted = rows[false, "vi"].label
    assert (refuted.relevant, refuted.pairs, refuted.act, refuted.happened_on) == (False, (), None, None)
    assert rows[true, "vi"].story.home == "VN-46"


def test_an_answer_is_part_of_the_corpus_fingerprint(desk: Application) -> None:
    event_id = save_true(desk)
    fingerprints = [learn(desk).fingerprint]
    for answer in ("yes", "no"):
        judge(desk, event_id, answer)
        fingerprints.append(learn(desk).fingerprint)

    assert fingerprints[0] == EMPTY.fingerprint
    assert len(set(fingerprints)) == 3
    assert learn(desk).fingerprint == fingerprints[-1]


def test_without_a_store_nothing_is_learnt_and_none_is_made(
    clean_folder: Path, knowledge: Knowledge, catalogue: Catalogue
) -> None:
    assert add_judgements(EMPTY, Desk(knowledge, catalogue)) == EMPTY
    assert list(clean_folder.iterdir()) == []
