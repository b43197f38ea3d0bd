"""What the queue's tables say of the workers and of the batches that wait for them; it gives out and takes nothing."""

from importlib.metadata import version

from monitor.application import Application
from storage.queue_tables import QueueState, look_at_queue

QUEUE = "crawls"
# A worker that gave no sign of life for so long is dead, and its batch goes to another one.
STALLED_SECONDS = 20.0


def look_at_workers(application: Application) -> QueueState | None:
    """Workers that live and batches that wait; None where the service crawls by itself, or has no queue yet."""
    database = application.store.database
    if not application.settings.crawl.queue or database.is_sqlite:
        return None
    return look_at_queue(database, schema_name(), QUEUE, STALLED_SECONDS)


def schema_name() -> str:
    """Named by the library's version: a newer one has tables of its own. What waits in the older ones is due again."""
    return "queue_" + "_".join(version("procrastinate").split(".")[:2])
