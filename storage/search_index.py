"""The indexes of grams that search asks, one for each database, with what keeps them up to date; it asks nothing.

SQLite: an FTS5 table with the trigram tokenizer, kept by triggers. PostgreSQL: a GIN index over an array of grams, by a
function of our own and not by pg_trgm: an extension takes rights that managed databases often withhold, and pg_trgm
leaves Hangul out where the locale is C.
"""

from sqlalchemy import Connection, text

TABLE = "event_search"
GRAMS = "twinwatch_grams"
INDEX = "ix_event_texts_grams"
_ADD = f"INSERT INTO {TABLE} (rowid, text) VALUES (new.id, new.text)"
_REMOVE = f"INSERT INTO {TABLE} ({TABLE}, rowid, text) VALUES ('delete', old.id, old.text)"
SQLITE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5("
    "text, content='event_texts', content_rowid='id', tokenize='trigram', detail='none')",
    f"CREATE TRIGGER event_texts_added AFTER INSERT ON event_texts BEGIN {_ADD}; END",
    f"CREATE TRIGGER event_texts_removed AFTER DELETE ON event_texts BEGIN {_REMOVE}; END",
    f"CREATE TRIGGER event_texts_changed AFTER UPDATE OF id, text ON event_texts BEGIN {_REMOVE}; {_ADD}; END",
)
POSTGRESQL = (
    f"CREATE FUNCTION {GRAMS}(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ "
    "SELECT coalesce(array_agg(DISTINCT one || two || three), '{}') FROM ("
    "SELECT one, lead(one, 1) OVER places AS two, lead(one, 2) OVER places AS three "
    "FROM unnest(string_to_array(words, NULL)) WITH ORDINALITY AS signs(one, place) "
    "WINDOW places AS (ORDER BY place)) AS grams WHERE three IS NOT NULL $$",
    f"CREATE INDEX {INDEX} ON event_texts USING gin ({GRAMS}(text))",
    # Statistics of grams would have every ANALYZE cut thousands of texts, and nothing is planned by them.
    f"ALTER INDEX {INDEX} ALTER COLUMN 1 SET STATISTICS 0",
)


def make_search_index(connection: Connection) -> None:
    """Makes the index over what `event_texts` holds, in the transaction that is open."""
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        connection.exec_driver_sql(statement)
    if is_sqlite:
        connection.execute(text(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('rebuild')"))
