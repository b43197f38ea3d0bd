"""Sends a delivery once more, or no more, because a person wishes so, and writes it in the journal too."""

from typing import TYPE_CHECKING

from monitor.journal import AGAIN
from seeds.reasons import say_reason

if TYPE_CHECKING:
    from monitor.application import Application
    from storage.values import DeliveryRow



def put_back(application: "Application", delivery_id: int, reader: str) -> bool:
    """Makes a delivery due at once; whether it could be: not while it is being sent. `reader` is who asked.

    What was sent, or may have been, goes out whole and as a possible repeat. Without its line in the journal a
    replay, which reads some lines twice, would take the delivery for sent again. Raises HeldError while digests wait
    for a person, OSError where the journal cannot be written.
    """
    row = application.store.deliveries.get(delivery_id)
    if row is None or row.state == "sending":
        return False
    number = _note(application, row, AGAIN, say_reason("delivery_again", reader=reader))
    is_back = application.store.digest_pages.put_back(delivery_id, application.clock(), reader)
    _agree(application, number)
    return is_back


def stop(application: "Application", delivery_id: int, reader: str) -> bool:
    """Ends the tries of a delivery that waits; whether it was waiting. Raises as `put_back`."""
    row, reason = application.store.deliveries.get(delivery_id), say_reason("delivery_stopped", reader=reader)
    if row is None or not application.store.digest_pages.stop(delivery_id, reason, application.clock(), reader):
        return False
    _agree(application, _note(application, row, "failed", reason))
    return True


def _note(application: "Application", row: "DeliveryRow", state: str, reason: str) -> int:
    telling = application.store.recalls.find_telling(row.digest_id)
    key = telling.subscription, telling.period
    return application.journal.note_end(key, row.recipient, application.clock(), state, 0, reason)


def _agree(application: "Application", number: int) -> None:
    application.store.recalls.begin_journal(application.journal.id, application.clock(), number)
