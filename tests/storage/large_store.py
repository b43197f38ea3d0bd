"""Fills a store with as many articles as a large one gathers in years, by statements that both databases understand.

Entries that were screened out are a tenth of what a real store holds beside them: they are asked for in the same way.
"""

import zlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Table, text

from storage.engine import Database
from storage.models import Base
from tests.fake_clock import START_AT

OUTLETS, PAIRS, SUBSCRIPTIONS = 200, 3000, 5
RUNS_PER_OUTLET = 250
# One article in so many proves something; three prove the same event; the last ones wait to be judged.
PROVING, PER_EVENT, WAITING = 4, 3, 20
DAYS = 1000
# Search services are asked some 430 times a day, which is kept for 400 days.
TURNS = 170_000
OUTLET, URL = f"'o' || (i % {OUTLETS})", f"'https://o' || (i % {OUTLETS}) || '.example/tin-' || i || '.html'"
TEXT = "Huế và Chungcheongnam ký bản ghi nhớ hợp tác về giáo dục, du lịch và nông nghiệp. "
BRIEF = """'[[["VN-7","KR-7"]],3,["vi"],["o7"],"Tin Huế",[["vi","o7","ký bản ghi nhớ"]]]'"""


_Plan = tuple[str, int, dict[str, str]]


@dataclass(frozen=True)
class _Words:
    """What the two databases write differently: instants and days by a row's number, numbers without a sign."""

    is_sqlite: bool
    rows: int

    def at(self, number: str) -> str:
        """An instant: the first rows are `DAYS` old, the last ones are of now."""
        seconds = f"({number}) * {DAYS * 86_400 // self.rows}"
        begin = START_AT - timedelta(days=DAYS)
        if self.is_sqlite:
            start = f"'{begin:%Y-%m-%d %H:%M:%S}'"
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', {start}, '+' || ({seconds}) || ' seconds')"
        return f"(timestamptz '{begin.isoformat()}' + ({seconds}) * interval '1 second')"

    def on(self, number: str) -> str:
        return f"substr(CAST({self.at(number)} AS TEXT), 1, 10)"

    def page(self) -> str:
        packed = zlib.compress(b"page").hex()
        return f"X'{packed}'" if self.is_sqlite else f"decode('{packed}', 'hex')"

    def json(self, expression: str) -> str:
        return expression if self.is_sqlite else f"CAST({expression} AS JSON)"

    def yes(self, condition: str) -> str:
        return f"(CASE WHEN {condition} THEN 1 ELSE 0 END)" if self.is_sqlite else f"({condition})"


def fill_large(database: Database, articles: int) -> None:
    """Outlets with feeds and runs, `articles` with entry, page and verdict, their facts and events, digests that told
    most of them, and a tenth of entries that ended without an article."""
    words = _Words(database.is_sqlite, articles)
    with database.write() as session:
        for name, rows, values in _make_tables(articles, words):
            session.execute(text(_make_statement(Base.metadata.tables[name], rows, values, words)))
        for name, rows, values in _make_tables(articles, words) if not database.is_sqlite else ():
            if values.get("id") == "i":
                session.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {rows})"))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _make_statement(table: Table, rows: int, values: dict[str, str], words: _Words) -> str:
    """Every column of the table, by default with what Python would have written."""
    chosen = {column.name: values.get(column.name, _find_default(column, words)) for column in table.columns}
    names = ", ".join(f'"{name}"' for name in chosen)
    made = ", ".join(chosen.values())
    numbers = f"WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {rows})"
    return f'INSERT INTO "{table.name}" ({names}) {numbers} SELECT {made} FROM numbers'.replace(":", "\\:")


def _find_default(column: object, words: _Words) -> str:
    default = getattr(column, "default", None)
    if default is None:
        return "NULL"
    value = {} if default.is_callable and default.arg.__name__ == "dict" else [] if default.is_callable else default.arg
    if isinstance(value, bool):
        return words.yes("1 = 1" if value else "1 = 0")
    return f"'{value}'" if isinstance(value, str | dict | list) else str(value)


def _make_tables(articles: int, words: _Words) -> list[_Plan]:
    """Table, number of rows, and an expression of the row's number `i` for each column that needs one."""
    return [*_crawled(articles, words), *_read(articles, words), *_judged(articles, words), *_told(articles, words)]


def _crawled(articles: int, words: _Words) -> list[_Plan]:
    runs = OUTLETS * min(RUNS_PER_OUTLET, articles // OUTLETS)
    run_at, newest = words.at(f"i * {articles // runs}"), words.at(str(articles))
    return [
        ("outlets", OUTLETS, {"id": OUTLET, "state": "'fine'", "first_visit_at": words.at("1"), "next_due_at": newest}),
        ("feeds", OUTLETS, {"id": "i", "outlet_id": OUTLET, "url": "'https://o' || i || '.example/rss'"}),
        ("waves", runs // OUTLETS, {
            "id": "i", "started_at": words.at(f"i * {articles // runs * OUTLETS}"), "outcome": "'fine'"}),
        ("runs", runs, {
            "id": "i", "wave_id": f"(i - 1) / {OUTLETS} + 1", "outlet_id": OUTLET, "outcome": "'fine'",
            "started_at": run_at, "finished_at": run_at}),
        ("leases", OUTLETS, {"name": "'host:o' || i || '.example'", "holder": "''", "expires_at": words.at("1")}),
    ]


def _read(articles: int, words: _Words) -> list[_Plan]:
    entries, pages, date = articles + articles // 10, articles // 10, words.at("i")
    turns = min(TURNS, articles)
    seen = words.at(f"i * CAST({articles} AS BIGINT) / {entries}")
    ended = f"CASE WHEN i <= {articles} THEN 'saved' WHEN i > {entries - 500} THEN NULL ELSE 'screened_out' END"
    return [
        ("entries", entries, {
            "id": "i", "outlet_id": OUTLET, "identity": f"{OUTLET} || ':' || i", "url": URL, "title": "'Tin ' || i",
            "published_at": seen, "seen_at": seen, "settled_at": seen, "attempts": "1", "outcome": ended}),
        ("articles", articles, {
            "id": "i", "entry_id": "i", "outlet_id": OUTLET, "url": URL, "title": "'Tin Huế ' || i",
            "text": f"'{TEXT}' || i", "text_hash": "'h' || i", "lang": "'vi'", "published_at": date,
            "fetched_at": date, "judged_at": f"CASE WHEN i > {articles - WAITING} THEN NULL ELSE {date} END"}),
        ("pages", pages, {
            "article_id": f"i + {articles - pages}", "body": words.page(),
            "fetched_at": words.at(f"i + {articles - pages}")}),
        ("query_turns", turns, {
            "id": "i", "service": "CASE i % 3 WHEN 0 THEN 'gdelt' WHEN 1 THEN 'naver' ELSE 'google_news' END",
            "query": "'q' || (i % 30)", "asked_at": words.at(f"CAST(i AS BIGINT) * {articles} / {turns}")}),
        ("hits", articles // 20, {
            "id": "i", "service": "'gdelt'", "url": URL, "host": "'o' || i", "outlet_id": OUTLET,
            "identity": f"{OUTLET} || ':' || i", "found_at": words.at("i * 20"), "published_at": words.at("i * 20")}),
    ]


def _judged(articles: int, words: _Words) -> list[_Plan]:
    facts, date = articles // PROVING, words.at("i")
    events = facts // PER_EVENT
    readers = min(500, events - 1)
    event_on, event_at = words.on(f"i * {PROVING * PER_EVENT}"), words.at(f"i * {PROVING * PER_EVENT}")
    number = f"CASE WHEN i > {events * PER_EVENT} THEN {events} ELSE (i + {PER_EVENT - 1}) / {PER_EVENT} END"
    return [
        ("verdicts", articles - WAITING, {
            "id": "i", "article_id": "i", "rules_version": "'r1'", "score": "0.5", "judged_at": date,
            "verdict": f"CASE WHEN i % {PROVING} = 0 THEN 'yes' ELSE 'no' END"}),
        ("events", events, {
            "id": "'e' || i", "happened_on": event_on, "dated_on": event_on, "verdict": "'yes'",
            "first_seen_at": event_at, "news_number": "i", "change_number": "i",
            "new_tie": words.yes(f"i <= {PAIRS}"), **_kind("i")}),
        ("event_pairs", events, {"event_id": "'e' || i", "dated_on": event_on, **_keys("i")}),
        ("event_briefs", events, {"event_id": "'e' || i", "brief": BRIEF}),
        ("event_outlets", events, {"event_id": "'e' || i", "outlet_id": OUTLET, "lang": "'vi'"}),
        ("facts", facts - WAITING, {
            "id": "i", "verdict_id": f"i * {PROVING}", "article_id": f"i * {PROVING}", "position": "0",
            "happened_on": words.on(f"i * {PROVING}"), "quote": "'ký bản ghi nhớ'", "field": "'text'", "start": "21",
            "end": "35", "event_id": f"'e' || ({number})", "waiting": words.yes("i % 20000 = 0"),
            **_keys(f"({number})"), **_kind(f"({number})")}),
        ("event_texts", events, {
            "id": "i", "event_id": "'e' || i", "text": "'tin hue ' || i || ' ky ban ghi nho ve giao duc va du lich'"}),
        ("ties", 300, {"vn_key": "'VN-' || i", "kr_key": "'KR-' || i", "kind": "'agreement'", "events": "1"}),
        ("judgements", readers, {"id": "i", "event_id": "'e' || i", "answer": "'yes'", "judged_at": date}),
        ("event_changes", readers, {
            "id": "i", "event_id": "'e' || i", "kind": "'merge'", "other_id": "'e' || (i + 1)", "changed_at": date}),
    ]


def _keys(event: str) -> dict[str, str]:
    """The pair of an event, and of its facts, by its number."""
    return {"vn_key": f"'VN-' || ({event} % 20)", "kr_key": f"'KR-' || ({event} % 17)"}


def _kind(event: str) -> dict[str, str]:
    act = "WHEN 0 THEN 'visit' WHEN 1 THEN 'agreement' WHEN 2 THEN 'trade_promotion' ELSE 'training'"
    return {"act": f"CASE {event} % 4 {act} END", "stage": "'signed'", "block": f"'p' || ({event} % {PAIRS})"}


def _told(articles: int, words: _Words) -> list[_Plan]:
    events, digests = articles // PROVING // PER_EVENT, min(SUBSCRIPTIONS * DAYS, articles // 4)
    told, composed_at = events - 50, words.at(f"i * {articles // digests}")
    created_at, newest = words.at(f"i * {articles // digests // 4}"), words.at(str(articles))
    return [
        ("subscriptions", SUBSCRIPTIONS, {
            "name": "'s' || i", "created_at": words.at("1"), "told_through": str(told), "changes_through": str(told)}),
        ("digests", digests, {
            "id": "i", "subscription": f"'s' || (i % {SUBSCRIPTIONS} + 1)", "period": "'p' || i",
            "composed_at": composed_at, "since_at": composed_at, "content": "'{}'"}),
        ("told", told, {"subscription": "'s1'", "event_id": "'e' || i", "digest_id": f"i % {digests} + 1"}),
        ("told_articles", told, {"subscription": "'s1'", "entry_id": f"i * {PROVING}"}),
        ("deliveries", digests * 4, {
            "id": "i", "digest_id": "(i - 1) / 4 + 1", "notifier": "'email'", "recipient": "'r' || (i % 4)",
            "created_at": created_at, "sent_at": created_at,
            "state": "CASE WHEN i % 5000 = 0 THEN 'pending' ELSE 'sent' END",
            "next_attempt_at": f"CASE WHEN i % 5000 = 0 THEN {newest} ELSE NULL END"}),
        ("recalled", digests, {
            "id": "i", "subscription": f"'s' || (i % {SUBSCRIPTIONS} + 1)", "digest_id": "i", "act": "'visit'",
            "pairs": words.json("""'[["VN-7", "KR-7"]]'"""), "urls": words.json(f"""'["' || {URL} || '"]'""")}),
        ("unsubscribed", 1000, {
            "subscription": f"'s' || (i % {SUBSCRIPTIONS} + 1)", "recipient": "'r' || i", "left_at": words.at("1")}),
    ]
