"""A schema of its own for another library's tables in the store's PostgreSQL; it asks nothing of them."""

import psycopg
from psycopg.sql import SQL, Identifier

from storage.engine import make_conninfo
from storage.errors import StoreError

# Any number that nobody else uses for an advisory lock: the first letters of "twinqueue" in ASCII.
LOCK_NUMBER = 0x7477_696E_7175


def make_queue_tables(address: str, schema: str, statements: str, sign: str) -> str:
    """Makes `schema` and runs `statements` in it unless it has the table `sign`; the address as libpq takes it.

    Several processes may do this at once. Raises StoreError unless `address` is a PostgreSQL that can be written.
    """
    conninfo = make_conninfo(address)
    try:
        with psycopg.connect(conninfo) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK_NUMBER,))
            connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
            connection.execute(SQL("SET LOCAL search_path TO {}").format(Identifier(schema)))
            (made,) = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (sign,)).fetchone() or (False,)
            if not made:
                connection.execute(statements.encode())
    except psycopg.Error as error:
        raise StoreError(f"the queue: {' '.join(str(error).split())}") from error
    return conninfo
