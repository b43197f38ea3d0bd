"""`reassess`: kept articles judged again, the diff before anything is written, and pages worth another fetch."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.application import Application
from monitor.assess import LEASE, LEASE_SECONDS, assess
from monitor.commands.main import run_command
from monitor.doctor import examine
from monitor.judging.judge import Knowledge
from monitor.reassess import (
    REFETCH,
    WAIT_SECONDS,
    Decision,
    Reading,
    fetch_again,
    find_events,
    find_lost,
    find_newly_named,
    judge_again,
    save_decisions,
)
from seeds.catalogue import Catalogue
from seeds.errors import TwinwatchError
from seeds.settings import load_settings
from storage.store import Store
from storage.values import Judgement, NewEntry
from tests.factories import new_fact, new_verdict
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import DIEN_BIEN, HUE_KO, HUE_VI, NOISE, save_story

Run = Callable[..., tuple[int, str, str]]
BEFORE = "rules of before"


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


def save_judged(desk: Application, story: dict[str, str], number: int, *facts: Any, verdict: str = "yes") -> int:
    """A story that the rules of before judged so, with its event."""
    article_id = save_story(desk.store, story, number)
    row = new_verdict(article_id, *facts, verdict=verdict, rules_version=BEFORE)
    desk.store.articles.save_verdict(replace(row, facts=facts), START_AT)
    assess(desk)
    return article_id


def save_screened(store: Store, outlet_id: str, number: int, title: str) -> int:
    store.outlets.register([outlet_id])
    url = f"https://{outlet_id}.example/{number}"
    store.entries.save_seen([NewEntry(outlet_id, f"{outlet_id}:{number}", url, title=title)], START_AT)
    [entry] = [e for e in store.entries.frontier(outlet_id, 9, START_AT) if e.url == url]
    store.entries.save_outcome(entry.id, "screened_out", "", START_AT, screen_version="1")
    return entry.id


def events(desk: Application) -> list[tuple[str, str]]:
    return sorted((event.act, event.verdict) for event in desk.store.events.find())


# Decisions


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ({"verdict": "no"}, {}, ("no→yes",)),
        ({}, {"verdict": "no"}, ("yes→no",)),
        ({"verdict": "unsure"}, {"act": "visit"}, ("unsure→yes",)),
        ({}, {}, ()),
        ({"verdict": "no", "act": None}, {"verdict": "no"}, ()),
        ({}, {"act": "visit"}, ("act",)),
        ({}, {"pairs": (("VN-46", "KR-44150"),)}, ("pairs",)),
        ({}, {"happened_on": "2026-03"}, ("day",)),
        ({"verdict": "unsure"}, {"verdict": "unsure", "stage": "planned", "act": "aid"}, ("act", "stage")),
    ],
)
def test_a_change_of_the_verdict_is_one_and_of_what_stays_flagged_its_parts_are(
    before: dict[str, Any], after: dict[str, Any], kinds: tuple[str, ...]
) -> None:
    read = Reading("yes", "agreement", (("VN-46", "KR-44"),), "2026-03-01", "signed")

    decision = Decision(
        1, "huengaynay", "Huế", replace(read, **before), replace(read, **after), new_verdict(1), ()
    )

    assert decision.kinds == kinds


def test_only_what_other_rules_judged_is_judged_again_and_nothing_is_written(desk: Application) -> None:
    save_judged(desk, NOISE, 1, new_fact(vn_key="VN-01", block="VN-01|KR-44", act="visit"))
    save_judged(desk, DIEN_BIEN, 2, verdict="no")
    save_story(desk.store, HUE_VI, 3)
    assess(desk)
    before = events(desk)

    decisions = judge_again(desk, None)

    assert sorted(decision.kinds for decision in decisions.changed()) == [("no→yes",), ("yes→no",)]
    assert (decisions.judged, dict(decisions.counts)) == (2, {"no→yes": 1, "yes→no": 1})
    assert before == events(desk) == [("agreement", "yes"), ("visit", "yes")]
    assert desk.store.articles.count_outdated(desk.knowledge.rules_version) == 2


@pytest.mark.parametrize(("by", "state"), [("rules of before", ["warning"]), ("", [])])
def test_articles_that_rules_of_before_judged_are_counted(desk: Application, by: str, state: list[str]) -> None:
    version = by or desk.knowledge.rules_version
    desk.store.articles.save_verdict(
        new_verdict(save_story(desk.store, HUE_VI), rules_version=version), START_AT)

    findings = [finding for finding in examine(desk) if finding.check == "judging"]

    assert [finding.state for finding in findings] == state
    assert all(one.said.startswith("1 article was judged by") and "reassess" in one.advice for one in findings)


def test_an_upgrade_says_that_articles_were_judged_by_rules_of_before_as_long_as_they_were(
    desk: Application, run: Run
) -> None:
    save_judged(desk, NOISE, 1, verdict="no")
    save_judged(desk, DIEN_BIEN, 2, verdict="no")
    save_story(desk.store, HUE_VI, 3)
    assess(desk)

    _, before, _ = run("db", "upgrade")
    save_decisions(desk, judge_again(desk, None))
    _, after, _ = run("db", "upgrade")

    assert before.splitlines()[1:] == [
        "2 articles were judged by rules of before, and stay as judged: `twinwatch reassess` shows what today's rules "
        "would change, --apply saves it."]
    assert after.splitlines()[1:] == []


@pytest.mark.parametrize(("limit", "judged"), [(1, 1), (60, 60), (None, 61)])
def test_so_many_articles_are_judged_as_wished_however_many_batches_it_takes(
    desk: Application, limit: int | None, judged: int
) -> None:
    for number in range(61):
        article_id = save_story(desk.store, NOISE, number)
        row = new_verdict(article_id, verdict="no", rules_version=BEFORE)
        desk.store.articles.save_verdict(replace(row, facts=()), START_AT)
    seen: list[int] = []

    decisions = judge_again(desk, limit, seen.append)

    assert (decisions.judged, seen[-1], len({decision.article_id for decision in decisions})) == (judged,) * 3


def test_saved_decisions_change_events_and_ties_and_a_second_time_there_is_nothing_left(desk: Application) -> None:
    save_judged(desk, NOISE, 1, new_fact(vn_key="VN-01", kr_key="KR-46900", block="VN-01|KR-46"))
    save_judged(desk, DIEN_BIEN, 2, verdict="no")

    applied = save_decisions(desk, judge_again(desk, None))

    assert (applied.saved, len(applied.new_events), applied.stuck, applied.is_whole) == (2, 1, (), True)
    [event] = desk.store.events.find()
    assert (event.id, event.pairs) == (applied.new_events[0], (("VN-11", "KR-46900"),))
    assert [(tie.vn_key, tie.kr_key) for tie in desk.store.ties.all()] == [("VN-11", "KR-46900")]
    assert judge_again(desk, None).judged == 0


def test_an_event_is_lost_when_all_its_articles_become_noise_and_nobody_judged_it(desk: Application) -> None:
    save_judged(desk, NOISE, 1, new_fact())
    [lost] = desk.store.events.find()
    decisions = judge_again(desk, None)
    known = find_events(desk, [lost.id, "e999"])

    assert list(known) == [lost.id]
    assert find_lost(decisions, known.values(), ()) == {lost.id}
    assert find_lost(decisions, known.values(), [lost.id]) == set()


def test_an_event_with_an_article_that_stays_is_not_lost(desk: Application) -> None:
    save_judged(desk, NOISE, 1, new_fact())
    save_judged(desk, HUE_KO, 2, new_fact())
    [event] = desk.store.events.find()

    assert len(event.articles) == 2
    assert find_lost(judge_again(desk, None), [event], ()) == set()


def test_what_a_reader_judged_outlives_the_new_rules(desk: Application) -> None:
    save_judged(desk, NOISE, 1, new_fact())
    [event] = desk.store.events.find()
    desk.store.judgements.save(Judgement(event.id, "yes", "Lan", START_AT))

    save_decisions(desk, judge_again(desk, None))

    assert [(e.id, e.verdict) for e in desk.store.events.find()] == [(event.id, "yes")]


def test_who_finds_another_assessor_at_work_waits_for_it(desk: Application, clock: FakeClock) -> None:
    save_judged(desk, DIEN_BIEN, 1, verdict="no")
    desk.store.leases.acquire(LEASE, "another", clock(), LEASE_SECONDS)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        clock.advance(seconds=seconds)

    assert save_decisions(desk, judge_again(desk, None), wait=wait).saved == 1
    assert sum(waited) == LEASE_SECONDS


def test_who_waits_in_vain_says_so_and_writes_nothing(desk: Application, clock: FakeClock) -> None:
    save_judged(desk, DIEN_BIEN, 1, verdict="no")

    def wait(seconds: float) -> None:
        assert seconds == WAIT_SECONDS
        desk.store.leases.acquire(LEASE, "another", clock(), LEASE_SECONDS)

    wait(WAIT_SECONDS)
    with pytest.raises(TwinwatchError, match="another process is judging"):
        save_decisions(desk, judge_again(desk, None), wait=wait)

    assert events(desk) == []


def test_who_loses_the_lease_on_the_way_leaves_the_rest(desk: Application, clock: FakeClock) -> None:
    for number in (1, 2, 3):
        save_judged(desk, DIEN_BIEN, number, verdict="no")

    def lose(saved: int) -> None:
        clock.advance(seconds=LEASE_SECONDS)
        desk.store.leases.acquire(LEASE, "another", clock(), LEASE_SECONDS)

    applied = save_decisions(desk, judge_again(desk, None), lose)

    assert (applied.saved, applied.is_whole) == (1, False)
    assert judge_again(desk, None).judged == 2


# Pages worth another fetch


@pytest.mark.parametrize(
    ("outlet_id", "title", "key"),
    [
        ("huengaynay", "Đoàn công tác tỉnh Chungcheongnam đến thăm", "KR-44"),
        ("huengaynay", "Huế trồng thêm cây xanh", None),
        ("agrinet", "충남도, 다낭시 대표단 맞이", "VN-48"),
        ("agrinet", "충남도, 하남시 대표단 맞이", None),
        ("gone-from-the-catalogue", "Đoàn công tác tỉnh Chungcheongnam đến thăm", None),
    ],
)
def test_a_screened_out_title_is_found_when_it_names_a_locality_of_the_other_country(
    desk: Application, outlet_id: str, title: str, key: str | None
) -> None:
    entry_id = save_screened(desk.store, outlet_id, 1, title)

    found = [(entry.id, foreign) for entry, foreign in find_newly_named(desk)]

    assert found == ([(entry_id, key)] if key else [])


def test_what_is_fetched_again_is_in_the_frontier(desk: Application) -> None:
    first = save_screened(desk.store, "huengaynay", 1, "Tỉnh Chungcheongnam")
    save_screened(desk.store, "huengaynay", 2, "Huế trồng cây")

    assert fetch_again(desk, [entry.id for entry, _ in find_newly_named(desk)]) == 1

    assert [entry.id for entry in desk.store.entries.frontier("huengaynay", 9, START_AT)] == [first]
    assert list(find_newly_named(desk)) == []
    assert REFETCH


# The command


def test_the_diff_is_shown_and_nothing_written_until_it_is_applied(run: Run, desk: Application) -> None:
    save_judged(desk, NOISE, 1, new_fact(act="visit"))
    doubted = save_judged(desk, DIEN_BIEN, 2, verdict="no")
    [event] = desk.store.events.find()

    code, out, err = run("reassess")
    again = run("reassess")[1]

    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Articles judged again: 2, no→yes 1, yes→no 1"
    assert any(line.startswith(f"  {doubted}  huengaynay  {DIEN_BIEN['title']}: no → yes, agreement") for line in lines)
    assert "Events whose articles change: 1" in lines
    assert any(line.startswith(f"  {event.id}  2026-03-01") and line.endswith("would go") for line in lines)
    assert lines[-1].startswith("Nothing was written.")
    assert again == out

    code, out, err = run("reassess", "--apply")

    assert (code, err) == (0, "")
    assert f"  {event.id}  is gone: " in out and "is new: yes, 2026-03-01, Điện Biên - Jindo" in out
    assert events(desk) == [("agreement", "yes")]
    assert run("reassess")[1] == "Every article was judged by today's rules.\n"


def test_of_an_article_that_stays_flagged_only_what_changes_is_shown(run: Run, desk: Application) -> None:
    save_judged(desk, HUE_VI, 1, new_fact(act="visit", stage="done"))

    out = run("reassess")[1]

    assert f"{HUE_VI['title']}: visit, done → agreement, signed" in out


def test_where_nothing_changes_the_verdicts_are_still_brought_up_to_date(run: Run, desk: Application) -> None:
    save_judged(desk, NOISE, 1, verdict="no")

    assert run("reassess")[1] == "Articles judged again: 1, nothing changes\n"
    assert "Verdicts saved: 1" in run("reassess", "--apply")[1]
    assert run("reassess")[1] == "Every article was judged by today's rules.\n"


def test_pages_are_put_back_only_where_that_is_wished(run: Run, desk: Application) -> None:
    save_screened(desk.store, "huengaynay", 1, "Đoàn công tác tỉnh Chungcheongnam đến thăm")

    offered = run("reassess")[1]
    before = desk.store.entries.frontier("huengaynay", 9, START_AT)
    done = run("reassess", "--refetch")[1]

    assert "Chungcheongnam: Đoàn công tác tỉnh Chungcheongnam đến thăm (huengaynay)" in offered
    assert "`twinwatch reassess --refetch`" in offered and before == []
    assert "The next crawl fetches again: 1" in done
    assert len(desk.store.entries.frontier("huengaynay", 9, START_AT)) == 1
