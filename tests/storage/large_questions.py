"""Every question that service, crawls, digests and dashboard ask of a store, as asked of a large one; it measures none.

Each with the seconds that it may take at a million articles on an idle machine.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import count

from storage.checkup import find_span, measure_room, measure_size
from storage.repository.events import EventFilter
from storage.repository.keeping import Limits
from storage.repository.leases import Request
from storage.repository.robots import KeptRobots
from storage.store import Store
from storage.values import (
    Correction,
    EventQuery,
    EventRow,
    FactName,
    FeedPlan,
    FoundFeed,
    Judgement,
    NewArticle,
    NewHit,
    OutletState,
    RecalledDelivery,
    SearchWord,
    Telling,
    ToldEvent,
)
from tests.factories import feed_visit, new_article, new_digest, new_entry, new_verdict, save_article, tie_row
from tests.fake_clock import START_AT as NOW
from tests.storage.large_store import DAYS, OUTLETS

Ask = Callable[[Store], object]
Question = tuple[Ask, float]

BEGIN, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=DAYS + 1)
EVERY = [f"o{n}" for n in range(OUTLETS)]
LIMITS = Limits(BEGIN, 1_000_000_000, NOW - timedelta(days=180), NOW - timedelta(days=400))
NOTHING_OVER = Limits(LONG_AGO, 1_000_000_000, LONG_AGO, LONG_AGO)
ONE, OTHER = (FactName(entry, "VN-7", "KR-7", "visit") for entry in (28, 32))
CORRECTION = Correction("p7", "merge", ONE, OTHER, "me", NOW)
TELLING = Telling("s1", "recalled", NOW, BEGIN, "email", ("r1",), {}, (
    ToldEvent("visit", None, (("VN-7", "KR-7"),), ("https://o7.example/tin-7.html",)),))
CLAIM = Request(NOW, "2026-03-02", 1000)
numbers = count(7_000_000)

CRAWLING: dict[str, Question] = {
    "entry: seen again": (lambda s: s.entries.save_seen([new_entry(1, identity="o1:1", outlet_id="o1")], NOW), 0.1),
    "entry: known": (lambda s: s.entries.find_known(["o1:1", "o1:201", "new"]), 0.1),
    "entry: frontier": (lambda s: s.entries.frontier("o1", 100, NOW), 0.1),
    "entry: waiting": (lambda s: s.entries.count_waiting("o1"), 0.1),
    "entry: rhythm": (lambda s: s.entries.published_since("o1", NOW - timedelta(days=14), 2000), 0.2),
    "entry: put off": (lambda s: s.entries.postpone(5, "x", NOW), 0.1),
    "entry: ended": (lambda s: s.entries.save_outcome(6, "saved", "", NOW), 0.1),
    "entry: still shown": (lambda s: s.keeping.note_listed(["o1:1"], NOW), 0.1),
    "entry: read again": (lambda s: s.entries.put_back([7], "asked for"), 0.1),
    "article: new": (lambda s: save_article(s, next(numbers), NOW, outlet_id="o1"), 0.2),
    "article: ingested": (lambda s: s.articles.ingest(
        new_entry(8, identity="o8:8", outlet_id="o8"), _new_text(), NOW), 0.2),
    "article: doubles": (lambda s: s.articles.find_alike(7, _stored_text(s)), 0.2),
    "article: by address": (lambda s: s.articles.find_by_url("https://o7.example/tin-7.html"), 0.1),
    "outlets: made known": (lambda s: s.outlets.register(EVERY), 0.1),
    "outlets: due": (lambda s: s.outlets.find_due(EVERY, NOW), 0.1),
    "outlets: put off": (lambda s: (
        s.outlets.put_off("o7", NOW), s.outlets.put_all_off(["o8"], NOW), s.outlets.find_put_off(EVERY, NOW),
        s.outlets.recall(["o8"], NOW, BEGIN)), 0.1),
    "outlets: states": (lambda s: s.outlets.states(), 0.2),
    "outlets: a visit": (lambda s: (
        s.outlets.begin_visit("o7", NOW), s.outlets.feed_states("o7"),
        s.outlets.save_feed_visit(feed_visit(outlet_id="o7", url="https://o7.example/rss")),
        s.outlets.save_state(OutletState("o7", "fine"))), 0.1),
    "feeds: found": (lambda s: (
        s.found_feeds.begin_search("o7", NOW, BEGIN), s.found_feeds.find("o7"), s.found_feeds.all(),
        s.found_feeds.save("o7", [FoundFeed("o7", "https://o7.example/atom", "rss", NOW)])), 0.1),
    "runs: a wave": (lambda s: _play_wave(s), 0.2),
    "runs: left open": (lambda s: s.runs.close_orphans(BEGIN), 0.2),
    "runs: a day": (lambda s: s.runs.waves_between(BEGIN, NOW), 0.1),
    "runs: reasons": (lambda s: s.runs.reasons(BEGIN, NOW), 0.2),
    "runs: ends": (lambda s: s.runs.ends(BEGIN, NOW), 0.2),
    "runs: waves": (lambda s: (s.runs.first_wave_after(BEGIN, NOW), s.runs.last_wave_at()), 0.1),
    "robots": (lambda s: (
        s.robots.find("https://o7.example"), s.robots.save(KeptRobots("https://o7.example", "", NOW))), 0.1),
    "leases": (lambda s: (
        s.leases.acquire("host:o7.example", "me", NOW, 60), s.leases.renew(["host:o7.example"], "me", NOW, 60),
        s.leases.claim("host:o7.example", "me", NOW, 60, CLAIM), s.leases.find_end("host:o7.example"),
        s.leases.count_asked([f"host:{one}.example" for one in EVERY]),
        s.leases.put_off("host:o7.example", "me", NOW), s.leases.release("host:o7.example", "me", NOW)), 0.1),
    "search services: a turn": (lambda s: s.query_turns.end(
        s.query_turns.claim("gdelt", "q1", NOW + timedelta(days=1), pause=timedelta(), per_day=9999) or 1, 1), 0.1),
    "search services: a turn given back": (lambda s: s.query_turns.give_back(next(numbers)), 0.1),
    "search services: last asked": (lambda s: s.query_turns.last_asked("gdelt"), 0.2),
    "hits: new": (lambda s: s.hits.save([NewHit("naver", f"https://a.example/{next(numbers)}", "o7", "o7")], NOW), 0.1),
    "hits: seen by outlets": (lambda s: s.hits.note_seen(["o1:1", "new"], NOW), 0.1),
    "hits: without an entry": (lambda s: (s.hits.unlinked("gdelt", BEGIN), s.hits.link(9, "o9:9")), 0.1),
    "hits: to be read": (lambda s: s.hits.waiting(NOW), 0.1),
    "hits: titles": (lambda s: s.hits.find_titles("o7", BEGIN), 0.2),
}
JUDGING: dict[str, Question] = {
    "article: by number": (lambda s: s.articles.get(77), 0.1),
    "article: page": (lambda s: s.articles.page(77), 0.1),
    "article: of event": (lambda s: s.articles.of_event("e50"), 0.1),
    "article: judged": (lambda s: s.articles.judged(8), 0.1),
    "judging: queue": (lambda s: s.articles.unjudged(50), 0.1),
    "judging: verdict": (lambda s: s.articles.save_verdict(new_verdict(11, rules_version="r2"), NOW), 0.2),
    "grouping: blocks": (lambda s: s.events.ungrouped_blocks(), 0.1),
    "grouping: facts": (lambda s: s.events.block_facts("p7"), 0.5),
    "grouping: events": (lambda s: s.events.block_events("p7"), 0.5),
    "grouping: pairs": (lambda s: s.events.block_pairs("p7"), 0.2),
    "grouping: ties": (lambda s: s.events.new_ties("p7"), 0.2),
    "grouping: told": (lambda s: s.events.told_ids("p7"), 0.2),
    "grouping: answers": (lambda s: s.judgements.answers("p7"), 0.2),
    "grouping: corrections": (lambda s: s.corrections.standing("p7"), 0.1),
    "grouping: saved": (lambda s: _save_block(s), 1.0),
    "ties": (lambda s: (s.ties.all(), s.ties.get("VN-7", "KR-7"), s.ties.save([tie_row()])), 0.2),
}
TELLING_READERS: dict[str, Question] = {
    "digest: begins": (
        lambda s: (s.digests.begin_subscription("s1", NOW), s.digests.begin_subscription("s9", NOW)), 0.2),
    "digest: untold": (lambda s: s.events.untold("s1"), 0.3),
    "digest: changes": (lambda s: s.digests.changes("s1"), 0.3),
    "digest: last": (lambda s: (s.digests.last_digest("s1"), s.digests.last_composed_at("s1")), 0.1),
    "digest: is there": (lambda s: s.digests.has_digest("s1", "p7"), 0.1),
    "digest: words": (lambda s: (s.digests.texts([7, 77]), s.digests.fields(["e7", "e77"])), 0.1),
    "digest: save": (lambda s: s.digests.save_digest(new_digest(subscription="s1", period=f"n{next(numbers)}")), 0.2),
    "digest: passed over": (lambda s: s.digests.pass_over("s2", ["e7"]), 0.2),
    "digest: ledger": (lambda s: s.outlets.ledger(EVERY, BEGIN, NOW), 0.5),
    "digest: unreached": (lambda s: s.deliveries.unreached("s1", BEGIN, "left"), 0.2),
    "digest: read again": (lambda s: (s.digests.get_digest(7), s.digests.count_told("e7")), 0.1),
    "delivery: due": (lambda s: s.deliveries.claim_due(NOW), 0.1),
    "delivery: handed over": (lambda s: _hand_over(s), 0.1),
    "delivery: stuck": (
        lambda s: s.deliveries.release_stuck(NOW, timedelta(minutes=5), timedelta(hours=1), 9), 0.1),
    "delivery: newest": (lambda s: s.deliveries.find(50), 0.1),
    "delivery: waiting": (lambda s: s.digest_pages.waiting(50), 0.1),
    "delivery: by hand": (lambda s: (
        s.digest_pages.put_back(7, NOW, "me"), s.digest_pages.stop(7, "x", NOW, "me"), s.deliveries.get(7)), 0.1),
    "journal: where it stands": (lambda s: (s.recalls.positions(), s.recalls.begin_journal("j", NOW, 7)), 0.1),
    "journal: a digest": (lambda s: s.recalls.find_telling(7), 0.2),
    "journal: made again": (lambda s: s.recalls.recall(
        TELLING, "s1", "recalled", [RecalledDelivery("r1", "sent", NOW)], NOW, timedelta(hours=1)), 0.2),
    "journal: remembered": (lambda s: (s.recalls.remembered("s1"), s.recalls.save_told("s1", {"e9": 1})), 0.5),
    "readers who left": (lambda s: (
        s.unsubscribed.all(), s.unsubscribed.leave("s1", "r7", NOW), s.unsubscribed.has_left("s1", "r7"),
        s.unsubscribed.resume("s1", "r7")), 0.1),
}
LOOKING: dict[str, Question] = {
    "outlets: paused": (lambda s: (
        s.outlet_pages.pause("o7", "me", NOW), s.outlet_pages.resume("o7"), s.outlet_pages.ask_soon("o7", NOW)), 0.1),
    "outlets: figures": (lambda s: s.outlet_pages.figures(NOW - timedelta(days=7), 7), 1.0),
    "outlets: figures of one": (lambda s: s.outlet_pages.figures(NOW - timedelta(days=7), 7, ["o7"]), 0.5),
    "runs: newest": (lambda s: s.runs.find(50), 0.1),
    "runs: further on": (lambda s: s.runs.find(50, before=900), 0.1),
    "runs: of an outlet": (lambda s: s.runs.find(50, "o7"), 0.1),
    "runs: of an outcome": (lambda s: s.runs.find(50, outcome="fine"), 0.1),
    "events": (lambda s: s.event_pages.find_briefs(EventQuery()), 0.2),
    "events: of an act": (lambda s: s.event_pages.find_briefs(EventQuery(act="visit")), 0.2),
    "events: of act and stage": (lambda s: s.event_pages.find_briefs(EventQuery(act="visit", stage="signed")), 0.2),
    "events: of a place": (lambda s: s.event_pages.find_briefs(EventQuery(keys=("VN-7",))), 0.3),
    "events: of an outlet": (lambda s: s.event_pages.find_briefs(EventQuery(outlet_id="o7")), 0.3),
    "events: of a language": (lambda s: s.event_pages.find_briefs(EventQuery(lang="vi")), 0.3),
    "events: of place, act, outlet": (lambda s: s.event_pages.find_briefs(
        EventQuery(keys=("KR-7",), act="training", outlet_id="o7")), 0.3),
    "events: old ones": (lambda s: s.event_pages.find_briefs(
        EventQuery(since_on="2023-07-01", until_on="2023-08-31")), 0.3),
    "events: unsure": (lambda s: s.event_pages.find_briefs(EventQuery(verdict="unsure")), 0.2),
    "events: with a common word": (lambda s: _search(s, SearchWord("hue")), 0.3),
    "events: with a rare word": (lambda s: _search(s, SearchWord("tin hue 77772")), 0.3),
    "events: with an unknown word": (lambda s: _search(s, SearchWord("qqq")), 0.3),
    "events: with a place's name": (lambda s: _search(s, SearchWord("seoul", ("KR-7",), ("o7",))), 0.3),
    "events: with a kind's name": (lambda s: _search(s, SearchWord("visit", kinds=(("visit", "signed"),))), 0.3),
    "events: with a day": (lambda s: _search(s, SearchWord("2025-03-01", day="2025-03-01")), 0.3),
    "events: with a month of any year": (lambda s: _search(s, SearchWord("03-", day="--03")), 0.3),
    "events: with a day of any year": (lambda s: _search(s, SearchWord("1 mar", day="--03-01")), 0.3),
    "events: of new ties": (lambda s: _search(s, SearchWord("new tie", is_new_tie=True)), 0.3),
    "events: with two words": (lambda s: _search(s, SearchWord("hue"), SearchWord("hop", ("VN-7",))), 0.3),
    "events: with a word in a place": (
        lambda s: s.event_pages.find_briefs(EventQuery(keys=("VN-7",), words=(SearchWord("hue"),))), 0.3),
    "events: further on": (lambda s: s.event_pages.find_briefs(EventQuery(before=("2025-01-01", "e9"))), 0.2),
    "events: to take away": (lambda s: s.event_pages.find_briefs(EventQuery(limit=1000)), 0.5),
    "events: for programs": (lambda s: s.event_pages.find(EventQuery()), 0.2),
    "events: as they were found": (lambda s: s.event_pages.find(EventQuery(by_sight=True)), 0.2),
    "events: newest": (lambda s: s.events.find(EventFilter(limit=50)), 0.2),
    "events: of a block": (lambda s: s.events.find(EventFilter(block="p7", limit=50)), 0.2),
    "events: their places": (lambda s: s.event_pages.places(), 0.2),
    "event": (lambda s: (
        s.events.get("e50"), s.event_pages.facts("e50"), s.events.changes("e50"), s.judgements.find("e50"),
        s.corrections.find("p50")), 0.2),
    "pages: all of one at once": (lambda s: _look_at_once(s), 0.3),
    "tie": (lambda s: s.event_pages.find_briefs(EventQuery(pair=("VN-7", "KR-7"))), 0.2),
    "tie: its months": (lambda s: s.event_pages.months(EventQuery(pair=("VN-7", "KR-7"))), 0.2),
    "digests": (lambda s: s.digest_pages.find(50), 0.1),
    "digests: a subscription's": (lambda s: s.digest_pages.find(50, subscription="s1"), 0.1),
    "digests: one": (lambda s: (
        s.digest_pages.deliveries(7), s.digest_pages.requests(7), s.deliveries.find(50, before=900)), 0.1),
    "hits: of a day": (lambda s: (s.hits.since(BEGIN, NOW), s.hits.event_sources(BEGIN, NOW)), 0.3),
    "search services: latest": (lambda s: s.query_turns.latest(), 0.2),
    "reader: judgement": (lambda s: (
        s.judgements.save(Judgement("e60", "yes", "me", NOW)), s.judgements.withdraw("e60", "me", NOW)), 0.3),
    "reader: correction": (lambda s: s.corrections.withdraw(s.corrections.save(CORRECTION), "me", NOW), 0.3),
}
QUESTIONS: dict[str, Question] = {**CRAWLING, **JUDGING, **TELLING_READERS, **LOOKING}
# Asked now and then, by a person or once a day: they walk through a table, and may.
WHOLE: dict[str, Question] = {
    "metrics": (lambda s: s.totals.count(BEGIN), 2.0),
    "timeline of ten years": (lambda s: s.event_pages.months(EventQuery()), 2.0),
    "timeline of a year and a place": (
        lambda s: s.event_pages.months(EventQuery(keys=("VN-7",), since_on="2025-03-01")), 1.0),
    "retention": (lambda s: (s.keeping.look(LIMITS), s.keeping.remove(NOTHING_OVER)), 10.0),
    "count to judge again": (lambda s: s.articles.count_outdated("r9"), 5.0),
    "judged by other rules": (lambda s: s.articles.outdated("r1", 0, 50), 5.0),
    "screened out": (lambda s: s.entries.screened_out(0, 100), 5.0),
    "all judgements": (lambda s: s.judgements.judged_events(), 5.0),
    "all events": (lambda s: s.events.count(), 1.0),
    "size": (lambda s: (measure_size(s.database), measure_room(s.database), find_span(s.database)), 1.0),
}


def _new_text() -> NewArticle:
    return new_article(next(numbers), outlet_id="o8")


def _stored_text(store: Store) -> NewArticle:
    found = store.articles.get(77)
    assert found is not None
    return new_article(77, outlet_id="o1", text=found.text)


def _play_wave(store: Store) -> None:
    wave = store.runs.start_wave(NOW)
    runs = store.runs.start_runs(wave, EVERY, NOW)
    plan = FeedPlan("https://o7.example/rss", NOW, "2026-03-02", 1)
    store.runs.end_run(runs["o7"], NOW, "fine", "", {"seen": 1}, OutletState("o7", "fine"), [plan])
    store.runs.start_run(wave, "o7", NOW)
    store.runs.end_wave(wave, NOW, "fine")


def _save_block(store: Store) -> None:
    """The block as it is, written anew."""
    facts = store.events.block_events("p7")
    pairs = (("VN-7", "KR-7"),)
    store.events.save_block("p7", [
        EventRow(id, "p7", "visit", "signed", "2025-03-01", "yes", False, 0.9, pairs, tuple(sorted(mine)))
        for id, mine in facts.items()
    ], {}, NOW)


def _hand_over(store: Store) -> None:
    store.digest_pages.put_back(7, NOW, "me")
    row = store.deliveries.claim_again(7, NOW, "me")
    assert row is not None
    store.deliveries.renew_claim(row, NOW)
    store.deliveries.note_parts(row, 1, NOW)
    store.deliveries.finish(row, "pending", "", NOW, retry_at=NOW)


def _search(store: Store, *words: SearchWord) -> None:
    store.event_pages.find_briefs(EventQuery(words=words))


def _look_at_once(store: Store) -> None:
    with store.database.read_at_once():
        store.event_pages.find_briefs(EventQuery(keys=("VN-7",)))
        store.events.find(EventFilter(limit=50))
        store.ties.all()
        store.outlets.states()
