"""A schema of its own for another library's tables (procrastinate's) in the store's PostgreSQL, and how full they are.
"""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import text

from storage.engine import Database, make_conninfo
from storage.errors import StoreError

# Any number that nobody else uses for an advisory lock: the first letters of "twinqueue" in ASCII.
LOCK_NUMBER = 0x7477_696E_7175
_LOOK = """
SELECT (SELECT count(*) FROM {schema}.procrastinate_workers
        WHERE last_heartbeat > clock_timestamp() - make_interval(secs => :alive)),
       count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
       extract(epoch FROM clock_timestamp() - (
           SELECT min(e.at) FROM {schema}.procrastinate_jobs AS w JOIN {schema}.procrastinate_events AS e
           ON e.job_id = w.id WHERE w.queue_name = :queue AND w.status = 'todo'))
FROM {schema}.procrastinate_jobs WHERE queue_name = :queue
"""


@dataclass(frozen=True)
class QueueState:
    """Workers that gave a sign of life, batches that wait and that are under way, and the age of the oldest that waits.
    """

    workers: int
    waiting: int
    under_way: int
    oldest_seconds: float


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


def look_at_queue(database: Database, schema: str, queue: str, alive_seconds: float) -> QueueState | None:
    """How full `queue` is, by the server's clock; None before the tables are made. A worker lives that gave a sign of
    life within `alive_seconds`."""
    with database.read() as session:
        if session.scalar(text("SELECT to_regclass(:name)"), {"name": f"{schema}.procrastinate_jobs"}) is None:
            return None
        question = text(_LOOK.format(schema=schema))
        workers, waiting, under_way, oldest = session.execute(
            question, {"queue": queue, "alive": alive_seconds}).one()
    return QueueState(workers, waiting, under_way, max(0.0, float(oldest or 0)))
