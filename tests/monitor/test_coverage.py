"""Coverage: who found which event first, too or alone; the estimate and its interval; what people are told of it."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from html import unescape

import pytest
from pydantic import SecretStr

from monitor.application import Application
from monitor.commands.listings import list_outlets
from monitor.commands.main import run_command
from monitor.coverage import add_own_finds, measure_coverage
from monitor.coverage_estimate import Recapture, estimate_all, find_share
from monitor.coverage_rows import BOUND, OFF, TOO_LITTLE, describe_report, list_candidates, report_json
from monitor.digests.content import Coverage, DigestContent, OwnFinds
from monitor.digests.coverage_view import describe_coverage
from monitor.digests.render_email import render_email
from monitor.digests.render_slack import render_slack
from monitor.digests.wording import load_wording
from monitor.tables import Format
from storage.values import FoundFeed, NewEntry, NewHit
from tests.factories import KR, VN, event_row, new_article, new_fact, new_verdict
from tests.fake_clock import START_AT, FakeClock

PAPER, STRANGER = "huengaynay", "la_example"


@pytest.fixture
def desk(application: Application, clock: FakeClock) -> Application:
    application.settings.query.gdelt = True
    clock.advance(hours=1)
    return application


def tell(
    desk: Application, number: int, *, own: bool = False, also: bool = False, services: Sequence[str] = (),
    outlet_id: str = PAPER, lang: str = "vi", verdict: str = "yes",
) -> None:
    """Event `number`: shown first by a feed (`own`) or by the first of `services`, later by a feed too (`also`)."""
    store, identity, url = desk.store, f"{outlet_id}:{number}", f"https://{outlet_id}.example/{number}"
    store.outlets.register([outlet_id])
    feed = f"https://{outlet_id}.example/rss" if own else f"query:{services[0]}"
    hits = [NewHit(service, url, f"{outlet_id}.example", outlet_id, identity, f"Tin {number}", lang)
            for service in services]
    store.hits.save(hits, START_AT)
    entry = NewEntry(outlet_id, identity, url, feed, f"Tin {number}")
    article_id = store.articles.ingest(entry, new_article(number, outlet_id=outlet_id, url=url, lang=lang), START_AT)
    assert article_id is not None
    if own:
        store.hits.save(hits, START_AT)
    if also:
        store.hits.note_seen([identity], START_AT)
    block = f"{VN}|{KR}#{number}"
    facts = (new_fact(block=block),) if verdict == "yes" else ()
    store.articles.save_verdict(replace(new_verdict(article_id, verdict=verdict), facts=facts), START_AT)
    if facts:
        ids = [fact.id for fact in store.events.block_facts(block)]
        store.events.save_block(block, [event_row(f"e{number}", *ids, block=block)], {}, START_AT)


# Who found what


@pytest.mark.parametrize(("how", "expected"), [
    ({"own": True}, (1, 0, 0)), ({"own": True, "services": ["gdelt"]}, (1, 1, 1)),
    ({"services": ["gdelt"]}, (0, 1, 0)), ({"services": ["gdelt"], "also": True}, (1, 1, 1)),
    ({"services": ["gdelt", "naver"]}, (0, 1, 0)), ({"services": ["gdelt"], "verdict": "no"}, (0, 0, 0)),
])
def test_an_event_counts_for_whoever_showed_it_first_or_too(
    desk: Application, how: dict[str, object], expected: tuple[int, int, int],
) -> None:
    tell(desk, 1, **how)  # type: ignore[arg-type]

    found = measure_coverage(desk, 30).all

    assert (found.own, found.shown, found.both) == expected


def test_languages_are_counted_apart_and_an_event_once_in_all(desk: Application) -> None:
    tell(desk, 1, own=True, services=["gdelt"])
    tell(desk, 2, services=["naver"], lang="ko", outlet_id="cnnews")
    tell(desk, 3, own=True, lang="ko", outlet_id="cnnews")

    found = measure_coverage(desk, 30).by_language

    assert {lang: (one.own, one.shown, one.both) for lang, one in found.items()} == {
        "vi": (1, 1, 1), "ko": (1, 1, 0), "en": (0, 0, 0), "all": (2, 2, 1)}


def test_what_was_missed_is_named_with_its_link_and_the_rest_is_not(desk: Application) -> None:
    tell(desk, 1, own=True, services=["gdelt"])
    tell(desk, 2, services=["gdelt"], outlet_id=STRANGER)

    report = measure_coverage(desk, 30)
    lines = "\n".join(describe_report(report, desk.gazetteer))

    assert [missed.event.id for missed in report.missed] == ["e2"]
    assert "Huế - Chungcheongnam, agreement, signed" in lines and "https://la_example.example/2" in lines
    assert "https://huengaynay.example/1" not in lines


def test_a_copy_of_a_known_text_counts_for_the_event_of_that_text(desk: Application) -> None:
    tell(desk, 1, own=True)
    store = desk.store
    store.outlets.register([STRANGER])
    store.entries.save_seen([NewEntry(STRANGER, "copy", "https://la_example.example/9", "query:gdelt")], START_AT)
    entry = store.entries.frontier(STRANGER, 1, START_AT)[0]
    store.entries.save_outcome(entry.id, "known", f"{PAPER}:1", START_AT)
    store.hits.save([NewHit("gdelt", entry.url, "la_example.example", STRANGER, "copy", "Tin", "vi")], START_AT)

    found = measure_coverage(desk, 30).all

    assert (found.own, found.shown, found.both) == (1, 1, 1)


def test_only_the_days_asked_for_count(desk: Application, clock: FakeClock) -> None:
    tell(desk, 1, services=["gdelt"])
    clock.advance(days=10)

    assert (measure_coverage(desk, 9).all.shown, measure_coverage(desk, 11).all.shown) == (0, 1)


# The estimate


def test_chapmans_estimate_is_that_of_the_formula() -> None:
    found = estimate_all(200, 150, 50)

    assert found.value == pytest.approx(201 * 151 / 51 - 1)
    assert found.low < found.value < found.high


@pytest.mark.parametrize(("own", "shown", "both"), [(20, 10, 10), (10, 20, 10), (7, 7, 7), (30, 9, 8)])
def test_the_interval_begins_with_what_was_seen_and_is_never_empty(own: int, shown: int, both: int) -> None:
    found = estimate_all(own, shown, both)

    assert own + shown - both <= found.low <= found.value + 1 and found.high >= found.low
    assert found.high > own + shown - both, "one search within the other does not prove that nothing else was"


def test_the_interval_holds_the_truth_at_least_95_times_in_100() -> None:
    dice, truth, held, tried = random.Random(7), 60, 0, 0
    while tried < 300:
        own = {n for n in range(truth) if dice.random() < 0.6}
        shown = {n for n in range(truth) if dice.random() < 0.4}
        found = Recapture(len(own), len(shown), len(own & shown)).estimate
        if found:
            tried, held = tried + 1, held + (found.low <= truth <= found.high)

    assert held / tried >= 0.94


@pytest.mark.parametrize(("both", "has_estimate"), [(6, False), (7, True)])
def test_with_too_few_in_both_there_is_no_estimate(both: int, has_estimate: bool) -> None:
    assert (Recapture(20, 10, both).estimate is not None) == has_estimate


def test_a_share_stays_within_0_and_1_and_needs_five_events() -> None:
    assert (find_share(5, 5).high, find_share(0, 5).low) == (1.0, 0.0)
    assert find_share(17, 20).low == pytest.approx(0.640, abs=0.001)
    assert (Recapture(4, 4, 4).share, Recapture(5, 5, 5).share is not None) == (None, True)


# What people are told


def test_without_query_feeds_the_command_says_so(clean_folder: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["coverage"]) == 0
    assert capsys.readouterr().out == f"{OFF}\n"


def test_words_are_honest_about_little_data_and_about_the_bound(desk: Application) -> None:
    tell(desk, 1, own=True, services=["gdelt"])
    little = list(describe_report(measure_coverage(desk, 30), desk.gazetteer))
    for number in range(2, 12):
        tell(desk, number, own=True, services=["gdelt"])
    enough = list(describe_report(measure_coverage(desk, 30), desk.gazetteer))

    assert TOO_LITTLE in little and BOUND not in little
    assert BOUND in enough and TOO_LITTLE not in enough
    assert any("1 of 1 (under 5)" in line and "too little data" in line for line in little)
    assert any("100 % (74-100 %)" in line and "11 (11-" in line for line in enough)


def test_json_holds_the_same_with_null_for_too_little(desk: Application) -> None:
    tell(desk, 1, services=["gdelt"], outlet_id=STRANGER)

    told = json.loads(json.dumps(report_json(measure_coverage(desk, 30), desk.gazetteer)))

    assert told["languages"]["vi"] == {"outlets": 0, "query_feeds": 1, "both": 0, "share": None, "estimate": None}
    assert told["missed"][0]["hits"][0]["url"] == "https://la_example.example/1"
    assert told["services"] == {"gdelt": None}


def test_unknown_hosts_are_candidates_with_the_number_of_their_true_stories(
    desk: Application, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(desk, 1, services=["gdelt", "naver"], outlet_id=STRANGER)
    tell(desk, 2, services=["gdelt"], outlet_id=STRANGER, verdict="no")
    tell(desk, 3, services=["gdelt"])
    monkeypatch.setattr("monitor.coverage_rows.Application", lambda: desk)

    list_candidates(Format.jsonl, None)

    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["host"], row["true"], row["hits"]) for row in rows] == [("la_example.example", 1, 3)]
    assert rows[0]["url"] == "https://la_example.example/1"


def test_found_feeds_stand_beside_the_outlet_that_they_were_found_for(
    desk: Application, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = "https://huengaynay.vn/tin.rss"
    desk.store.outlets.register([PAPER])
    desk.store.found_feeds.save(PAPER, [FoundFeed(PAPER, url, "rss", START_AT)])
    monkeypatch.setattr("monitor.commands.listings.Application", lambda: desk)

    list_outlets(Format.jsonl, None, None)

    rows = {row["id"]: row["found_feeds"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert (rows[PAPER], rows["thanhnien"]) == ([url], [])


# The ledger


def content(finds: OwnFinds | None = None) -> DigestContent:
    return DigestContent("desk", "en", "UTC", START_AT, START_AT, (), Coverage((), (), finds))


@pytest.mark.parametrize(("language", "said"), [
    ("en", "24 events in the last 30 days; 20 of them our outlets had by themselves. In all there were probably 26 to"),
    ("ko", "소식 24건 가운데 20건은 매체에서도 직접 확인했습니다. 실제 소식은 모두 26~34건으로 추정되며"),
    ("vi", "24 sự kiện; 20 sự kiện trong số đó các nguồn của chúng tôi cũng tự tìm được. Ước tính có tất cả 26–34"),
])
def test_the_ledger_says_it_in_one_sentence_in_every_language(language: str, said: str) -> None:
    finds = OwnFinds(30, 24, 20, 25, 26, 34)

    assert said in describe_coverage(content(finds), load_wording(language)).measured


def test_every_form_of_a_digest_says_it_once() -> None:
    told = content(OwnFinds(30, 24, 20, 25, 26, 34))
    sentence = describe_coverage(told, load_wording("en")).measured

    email, slack = render_email(told), render_slack(told)

    texts = [email.text, unescape(email.html), json.dumps([message.blocks for message in slack.messages])]
    assert [" ".join(text.split()).count(" ".join(sentence.split())) for text in texts] == [1, 1, 1]


@pytest.mark.parametrize("language", ["en", "ko", "vi"])
def test_the_ledger_claims_no_total_from_too_little_and_nothing_without_query_feeds(language: str) -> None:
    wording = load_wording(language)

    little = describe_coverage(content(OwnFinds(30, 1, 0, 3)), wording).measured

    assert "30" in little and "None" not in little
    assert describe_coverage(content(), wording).measured == ""


def test_a_digest_carries_it_only_where_query_feeds_are_on(desk: Application) -> None:
    tell(desk, 1, own=True, services=["gdelt"])
    fresh = replace(content(), composed_at=desk.clock())

    on = add_own_finds(desk, fresh)
    desk.settings.query.gdelt = False
    desk.settings.query.naver_client_secret = SecretStr("")

    assert on.coverage.own_finds == OwnFinds(30, 1, 1, 1)
    assert DigestContent.from_json(on.to_json()) == on
    assert add_own_finds(desk, fresh) == fresh
