"""A digest holds the right events in the right order, and claims no more than its coverage bears."""

import json
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from monitor.digests.content import DigestContent
from monitor.digests.coverage import find_group
from monitor.digests.days import format_day, format_moment, format_span
from monitor.digests.filters import is_wanted
from monitor.digests.headlines import make_headline, name_pairs
from monitor.digests.view import make_view
from monitor.digests.wording import LANGUAGES, load_wording
from monitor.judging.values import Act, Stage
from tests.digest_samples import (
    NOW,
    OUTLETS,
    SINCE,
    inside,
    make_article,
    make_content,
    make_event,
    make_line,
    make_subscription,
)

PAIRS = make_content(make_event()).of_section("agreements")[0].pairs


@pytest.mark.parametrize(("language", "expected"), [
    ("en", "Huế ↔ Chungcheongnam: friendship agreement signed, 29 Aug 2025"),
    ("ko", "후에 ↔ 충청남도: 우호협력 협약 체결, 2025년 8월 29일"),
    ("vi", "Huế ↔ Chungcheongnam: ký thỏa thuận hợp tác, 29/8/2025"),
])
def test_headline_is_made_from_facts_in_the_readers_language(language: str, expected: str) -> None:
    content = make_content(make_event(), language=language)

    assert content.of_section("agreements")[0].headline == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_and_stage_has_a_headline_of_its_own(language: str) -> None:
    headlines = {
        make_headline(act, stage, "2025-08-29", PAIRS, language) for act in get_args(Act) for stage in get_args(Stage)
    }

    assert len(headlines) == len(get_args(Act)) * len(get_args(Stage))
    assert not any("headline." in line or "{" in line for line in headlines)


def test_an_act_without_wording_is_refused_and_not_shown_as_a_key() -> None:
    with pytest.raises(KeyError, match=r"headline\.invasion\.done"):
        make_headline("invasion", "done", None, PAIRS, "en")


def test_all_languages_have_the_same_phrases_with_the_same_gaps() -> None:
    first, *others = (load_wording(language) for language in LANGUAGES)

    assert all(other.keys == first.keys for other in others)
    for act in get_args(Act):
        assert all(load_wording(language).say(f"act.{act}") for language in LANGUAGES)


@pytest.mark.parametrize(("day", "en", "ko", "vi"), [
    ("2025-08-29", "29 Aug 2025", "2025년 8월 29일", "29/8/2025"),
    ("2025-08", "Aug 2025", "2025년 8월", "tháng 8/2025"),
    ("2012", "2012", "2012년", "năm 2012"),
    (None, "", "", ""),
    ("", "", "", ""),
    ("2025-13", "", "", ""),
    ("August", "", "", ""),
])
def test_days_are_written_as_newspapers_write_them(day: str | None, en: str, ko: str, vi: str) -> None:
    assert [format_day(day, language) for language in ("en", "ko", "vi")] == [en, ko, vi]


@pytest.mark.parametrize(("language", "expected"), [
    ("en", "(day not reported)"), ("ko", "(날짜 미상)"), ("vi", "(chưa rõ ngày)"),
])
def test_an_unknown_day_is_said_to_be_unknown(language: str, expected: str) -> None:
    assert make_headline("visit", "done", None, PAIRS, language).endswith(expected)


def test_times_are_shown_in_the_subscriptions_zone() -> None:
    assert format_moment(SINCE, "ko", "Asia/Seoul") == "2025년 8월 29일 09:00"
    assert format_moment(SINCE, "vi", "Asia/Ho_Chi_Minh") == "07:00 ngày 29/8/2025"
    assert format_moment(SINCE, "en", "America/New_York") == "28 Aug 2025, 20:00"


@pytest.mark.parametrize(("keys", "expected"), [
    ((("VN-46", "KR-44"),), "Huế ↔ Chungcheongnam"),
    ((("VN-46", "KR-44"), ("VN-46", "KR-26")), "Huế ↔ Chungcheongnam, Busan"),
    ((("VN-46", "KR-44"), ("VN-48", "KR-44")), "Huế, Đà Nẵng ↔ Chungcheongnam"),
    ((("VN-46", "KR-44"), ("VN-48", "KR-26")), "Huế ↔ Chungcheongnam; Đà Nẵng ↔ Busan"),
    ((("VN-46", "KR-44"), ("VN-46", "KR-26"), ("VN-46", "KR-41"), ("VN-46", "KR-41270")),
     "Huế ↔ Chungcheongnam, Busan, Gyeonggi +1"),
])
def test_pairs_that_share_a_side_are_told_together(keys: tuple[tuple[str, str], ...], expected: str) -> None:
    event = make_content(make_event(pairs=keys)).of_section("agreements")[0]

    assert name_pairs(event.pairs) == expected


def test_sections_come_in_order_and_each_event_in_exactly_one() -> None:
    events = [
        make_event("unsure", verdict="unsure", new_tie=True),
        make_event("visit", act="visit", stage="done"),
        make_event("twins", act="twinning"),
        make_event("tie", act="visit", new_tie=True),
        make_event("paper"),
    ]

    content = make_content(*events)

    assert [section.kind for section in content.sections] == ["new_ties", "agreements", "others", "unsure"]
    assert content.event_ids == ("tie", "paper", "twins", "visit", "unsure")


def test_newest_events_come_first_and_undated_ones_last() -> None:
    days = {"a": None, "b": "2025-08-27", "c": "2025-08", "d": "2025-08-29", "e": "2025-08-29"}
    events = [make_event(id, happened_on=day) for id, day in days.items()]

    assert make_content(*events).event_ids == ("d", "e", "b", "c", "a")
    assert make_content(*reversed(events)).event_ids == ("d", "e", "b", "c", "a")


@pytest.mark.parametrize(("filters", "wanted"), [
    ({}, True),
    ({"localities": ["KR-41270"]}, True),
    ({"localities": ["KR-41"]}, True),  # Ansan lies in Gyeonggi
    ({"localities": ["KR"]}, True),
    ({"localities": ["VN-48"]}, True),
    ({"localities": ["VN-46"]}, False),
    ({"localities": ["KR-4"]}, False),  # a key's beginning is no parent
    ({"acts": ["visit"]}, True),
    ({"acts": ["agreement", "aid"]}, False),
    ({"languages": ["ko"]}, True),
    ({"languages": ["en"]}, False),
    ({"new_ties_only": True}, False),
    ({"localities": ["KR-41"], "acts": ["aid"]}, False),
])
def test_filters_keep_what_they_name(filters: dict[str, object], wanted: bool) -> None:
    event = make_event(act="visit", pairs=(("VN-48", "KR-41270"),), articles=(make_article("ko"),))

    assert is_wanted(make_subscription(**filters), event, inside) is wanted


def test_an_event_found_through_its_second_pair_is_wanted() -> None:
    event = make_event(pairs=(("VN-46", "KR-44"), ("VN-48", "KR-26")))

    assert is_wanted(make_subscription(localities=["KR-26"]), event, inside)


def test_backlog_is_no_news() -> None:
    assert make_content(make_event(backlog=True)).is_empty
    assert not make_content(make_event(backlog=False)).is_empty


def test_articles_are_grouped_by_language_the_readers_own_first() -> None:
    articles = tuple(make_article(lang, article_id=n) for n, lang in enumerate(("en", "vi", "pl", "ko", "vi")))

    korean, english = (
        make_view(make_content(make_event(articles=articles), language=language)).sections[0].events[0].groups
        for language in ("ko", "en")
    )

    assert [(group.lang, len(group.articles)) for group in korean] == [("ko", 1), ("vi", 2), ("en", 1), ("pl", 1)]
    assert [group.name for group in english] == ["English", "Vietnamese", "Korean", "Polish"]


def test_the_quote_is_the_readers_language_where_there_is_one_and_else_the_first_in_its_own() -> None:
    event = make_event(articles=(make_article("en", quote=" "), make_article("vi"), make_article("ko")))

    for language, quoted in (("ko", "ko"), ("vi", "vi"), ("en", "vi")):
        told = make_content(event, language=language).of_section("agreements")[0]
        assert (told.quote, told.quote_lang) == (f"Quote in {quoted}.", quoted)


@pytest.mark.parametrize(("gaps", "quoted"), [((0, 0), "ko"), ((0, 1), "vi"), ((1, 0), "ko"), ((2, 2), "ko")])
def test_a_quote_in_another_language_that_proves_more_of_the_headline_comes_before_the_readers(
    gaps: tuple[int, int], quoted: str
) -> None:
    event = make_event(articles=(make_article("vi", gaps=gaps[0]), make_article("ko", gaps=gaps[1])))

    told = make_content(event, language="ko").of_section("agreements")[0]

    assert told.quote_lang == quoted
    assert [article.lang for article in told.articles] == ["ko", "vi"]


def test_a_quote_is_never_longer_than_200_characters() -> None:
    told = make_content(make_event(articles=(make_article(quote="từ " * 200),))).of_section("agreements")[0]

    assert len(told.quote) <= 200 and told.quote.endswith("…")


@pytest.mark.parametrize(("event", "expected"), [
    ({"new_tie": True, "earlier_events": 0}, "First known to Twinwatch between these two."),
    ({"earlier_events": 1}, "1 earlier event known between these two."),
    ({"earlier_events": 3, "known_since": "2012"}, "3 earlier events known between these two. Tie known since 2012."),
    ({"earlier_events": 0, "known_since": "2012-05-03"}, "Tie known since 3 May 2012."),
    ({"earlier_events": 0}, ""),
    # The event's own day, as exactly as either is known, proves nothing older.
    ({"earlier_events": 0, "known_since": "2025-08-29"}, ""),
    ({"earlier_events": 0, "known_since": "2025-08-28"}, "Tie known since 28 Aug 2025."),
    ({"earlier_events": 0, "known_since": "2025-08"}, ""),
    ({"earlier_events": 0, "known_since": "2025-08-01", "happened_on": "2025-08"}, ""),
    ({"earlier_events": 0, "known_since": "2025-07", "happened_on": "2025-08"}, "Tie known since Jul 2025."),
    ({"earlier_events": 0, "known_since": "2025-08-29", "happened_on": None}, "Tie known since 29 Aug 2025."),
])
def test_what_is_known_of_the_pair_is_all_that_is_claimed(event: dict[str, object], expected: str) -> None:
    view = make_view(make_content(make_event(**event)))

    assert view.sections[0].events[0].known == expected


def test_many_articles_are_cut_with_their_number() -> None:
    articles = tuple(make_article(article_id=n, url=f"https://a.example/{n}") for n in range(15))

    event = make_view(make_content(make_event(articles=articles))).sections[0].events[0]

    assert (sum(len(group.articles) for group in event.groups), event.more) == (12, "and 3 more articles")


@pytest.mark.parametrize(("line", "group"), [
    ({}, "read"),
    ({"entries": 0}, "quiet"),
    ({"state": "quiet", "entries": 0}, "quiet"),
    ({"state": "silent"}, "silent"),
    ({"state": "blocked", "last_seen_at": None}, "blocked"),
    ({"state": "broken"}, "broken"),
    ({"state": "drifted"}, "drifted"),
    ({"state": "resting"}, "resting"),
    ({"state": "fine", "state_reason": "failed once: a.vn answers 403"}, "read"),
    ({"last_seen_at": SINCE - timedelta(seconds=1)}, "unread"),
    ({"last_seen_at": SINCE}, "read"),
    ({"state": "unproven", "last_seen_at": None, "runs": 2}, "unproven"),
    ({"state": "unproven", "last_seen_at": None, "runs": 0}, "never_read"),
])
def test_an_outlet_counts_as_read_only_when_it_was_read_in_the_period(line: dict[str, object], group: str) -> None:
    assert find_group(make_line(**line), SINCE) == group


READ, QUIET = make_line(), make_line("cnnews", entries=0)
BROKEN = make_line("vntimes", state="broken", state_reason="connection refused")
NEVER = make_line("vntimes", state="unproven", last_seen_at=None, runs=0)


@pytest.mark.parametrize(("ledger", "lead", "subject"), [
    ([READ, QUIET], "Nothing new. All 2 outlets were read.", "nothing new (2 of 2 outlets read)"),
    ([READ], "Nothing new. The 1 outlet that is watched was read.", "nothing new (1 of 1 outlets read)"),
    ([READ, QUIET, BROKEN],
     "Nothing new in the 2 of 3 outlets that were read. For the other one nothing can be said; see below.",
     "nothing new (2 of 3 outlets read)"),
    ([BROKEN, make_line("x", last_seen_at=None, state="blocked")],
     "Nothing can be said about this period: none of the 2 outlets could be read.",
     "nothing can be said, no outlet could be read"),
    ([NEVER], "Nothing was read yet: the 1 outlet that is watched is still to be visited for the first time.",
     "nothing was read yet, the first visit is still to come"),
    ([], "Nothing can be said about this period: no outlet is being watched.",
     "nothing can be said, no outlet could be read"),
])
def test_nothing_new_is_only_claimed_of_outlets_that_were_read(ledger: list[object], lead: str, subject: str) -> None:
    view = make_view(make_content(ledger=ledger))

    assert view.lead == lead
    assert view.subject == f"Twinwatch, 30 Aug 2025: {subject}"


@pytest.mark.parametrize(("language", "claim"), [
    ("en", "othing new"), ("ko", "새 소식이 없습니다"), ("vi", "hông có tin mới"),
])
def test_no_language_claims_nothing_new_when_no_outlet_was_read(language: str, claim: str) -> None:
    proven = make_view(make_content(ledger=[READ], language=language))
    unproven = make_view(make_content(ledger=[BROKEN, NEVER], language=language))

    assert claim in proven.lead
    assert claim not in unproven.lead + unproven.subject


def test_events_from_a_period_without_coverage_come_with_a_warning() -> None:
    assert make_view(make_content(make_event(), ledger=[BROKEN])).lead == (
        "1 new event. No outlet could be read in this period, so more may have happened."
    )


def test_coverage_names_every_troubled_outlet_with_since_when_and_why() -> None:
    ledger = [BROKEN, make_line("cnnews", state="silent", last_new_at=NOW - timedelta(days=9)), READ]

    coverage = make_view(make_content(ledger=ledger)).coverage

    assert [(group.title, group.details) for group in coverage.groups] == [
        ("1 outlet read, with new entries", ()),
        ("1 outlet silent: no new article for longer than usual", ("충남일보 (last new article 21 Aug 2025, 00:00)",)),
        ("1 outlet broken: it could not be read", ("Vietnam Times (since 29 Aug 2025, 00:00): connection refused",)),
    ]


def test_outlets_with_one_reason_share_a_line_and_many_unproven_ones_are_counted() -> None:
    broken = [make_line(f"b{n}", state="broken", state_reason="no name server") for n in range(30)]
    unproven = [make_line(f"u{n:02}", state="unproven", last_seen_at=None, runs=1) for n in range(30)]

    troubles, unknown = make_view(make_content(ledger=[*broken, *unproven])).coverage.groups

    assert len(troubles.details) == 1 and troubles.details[0].count("since") == 1
    assert all(outlet.outlet_id in troubles.details[0].split("(")[0] for outlet in broken)
    assert unknown.details[-1] == "and 18 more"


def test_the_hours_without_a_service_are_told() -> None:
    down = [(NOW - timedelta(hours=9), NOW - timedelta(hours=5))]

    assert make_view(make_content(down=down)).coverage.down == (
        "Twinwatch itself was not running from 29 Aug 2025, 15:00 to 19:00.",
    )


def test_a_filtered_digest_says_what_it_was_filtered_by() -> None:
    view = make_view(make_content(localities=["VN-46"], acts=["aid"], languages=["ko"], new_ties_only=True))

    assert view.lead.endswith("Only what matches the filters of this subscription is told.")
    assert view.footer[-1] == "Filters: localities: Huế; kinds: aid; languages: Korean; new ties only."
    assert "filters" not in make_view(make_content()).lead


def test_content_survives_json_so_that_it_can_be_sent_again_as_it_was() -> None:
    ledger = [READ, BROKEN, NEVER]
    undated = make_event("b", new_tie=True, happened_on=None, articles=(make_article(published_at=None),))
    content = make_content(make_event(), undated, ledger=ledger, down=[(SINCE, NOW)], zone="Asia/Seoul")

    again = DigestContent.from_json(json.loads(json.dumps(content.to_json())))

    assert again == content
    assert make_view(again) == make_view(content)


def test_a_digest_of_an_earlier_version_still_loads() -> None:
    stored = make_content(make_event(), ledger=[READ]).to_json()
    for key in ("kind", "later", "corrections", "summary"):
        stored.pop(key)
    for key in ("fields", "score", "url", "wrong_url"):
        stored["sections"][0]["events"][0].pop(key)
    for key in ("keywords", "min_score"):
        stored["filters"].pop(key)

    content = DigestContent.from_json(json.loads(json.dumps(stored)))

    assert (content.kind, content.later, content.corrections, content.summary) == ("daily", (), (), None)
    assert make_view(content).subject == make_view(make_content(make_event(), ledger=[READ])).subject


@pytest.mark.parametrize(("url", "name"), [
    ("https://news.stranger.example/1", "news.stranger.example"), ("", "stranger")])
def test_an_outlet_that_nobody_declared_is_shown_by_its_articles_host(url: str, name: str) -> None:
    assert "stranger" not in OUTLETS
    told = make_content(make_event(articles=(make_article(outlet_id="stranger", url=url),))).of_section("agreements")[0]

    assert told.articles[0].outlet == told.quote_outlet == name


@pytest.mark.parametrize(
    ("read_since", "group"), [(SINCE - timedelta(hours=1), "quiet"), (SINCE - timedelta(minutes=5), "unread")]
)
def test_a_visit_before_a_short_period_counts_until_the_outlet_was_due_again(
    read_since: datetime, group: str
) -> None:
    line = make_line(last_seen_at=SINCE - timedelta(minutes=20), entries=0)

    (outlet,) = make_content(ledger=[line], read_since=read_since).coverage.outlets

    assert outlet.group == group


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ("Hai bên ký. " * 16 + "Sau đó", "Hai bên ký. " * 16 + "Sau đó…"),
        ("Hai bên ký. " * 16, ("Hai bên ký. " * 16).strip()),
        ("Huế và Daegu ký kết", "Huế và Daegu ký kết"),
    ],
)
def test_a_quote_that_stops_within_its_sentence_says_so(quote: str, shown: str) -> None:
    event = make_event(articles=(make_article(quote=quote),))

    (section,) = make_content(event).sections

    assert section.events[0].quote == shown


@pytest.mark.parametrize(
    ("hours", "end"), [(2, "02:00"), (30, "30 Aug 2025, 06:00")]
)
def test_a_period_within_one_day_names_the_day_once(hours: int, end: str) -> None:
    start = datetime(2025, 8, 29, tzinfo=UTC)

    assert format_span(start, start + timedelta(hours=hours), "en", "UTC") == ("29 Aug 2025, 00:00", end)
