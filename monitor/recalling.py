"""Joins the journal of deliveries to the store: what a restored store forgot is not told or handed over again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.journal import AGAIN, ENDS, TELLING, Journal, Line, find_name
from seeds.errors import HeldError
from storage.values import DeliveryState, EventView, RecalledDelivery, Telling, ToldEvent

if TYPE_CHECKING:
    from monitor.application import Application

FILE = "deliveries.jsonl"
# After this long a message that may have arrived is sent once more, saying that it may be a repeat.
UNCERTAIN_AFTER = timedelta(hours=1)
# Lines that are read again although the store has agreed with a later one: several processes write at once.
MARGIN = 200
STATES: dict[str, DeliveryState] = {
    "sent": "sent", "failed": "failed", "retry": "pending", "uncertain": "uncertain", "sending": "uncertain",
    # It may have arrived before: it goes out as a possible repeat.
    AGAIN: "uncertain",
}
BEGAN = "handed over before the store was restored; whether it arrived is not known"
HELD = "digests are held: its journal of deliveries is not here"
ADVICE = "check that readers may get everything since the backup once more, then `twinwatch deliveries --release`"


@dataclass
class _Digest:
    """What the lines say of one digest."""

    telling: Telling | None = None
    deliveries: dict[str, RecalledDelivery] = field(default_factory=dict)


def journal_path(application: "Application") -> Path:
    """Where the journal lies: the setting `journal`, else a file in `data_dir`."""
    return application.settings.journal or application.settings.data_dir.absolute() / FILE


def open_journal(application: "Application") -> Journal:
    """The journal, after the store has been brought to what it says.

    A store that no journal was ever kept for begins one. Raises HeldError where the store was kept with a journal
    and it is not here: nobody can tell then whether this is an old backup, whose events were told long ago.
    """
    journal, recalls = Journal(journal_path(application)), application.store.recalls
    name, known = journal.id, recalls.positions()
    if _is_held(name, known):
        raise HeldError(HELD, where=str(journal.path), advice=ADVICE, reason="held")
    replay(application, journal, known.get(name, 0))
    recalls.begin_journal(journal.begin(), application.clock(), journal.position)
    return journal


def check_held(application: "Application") -> None:
    """Brings the store to what the journal says, once; raises HeldError while digests are held."""
    _ = application.journal


def find_hold(application: "Application") -> HeldError | None:
    """Why no digest is composed and handed over, as far as the journal goes; None where nothing holds them.

    It changes nothing, and is cheap: a process that has opened its journal is past that.
    """
    if "journal" in vars(application):
        return None
    path, known = journal_path(application), application.store.recalls.positions()
    try:
        name = find_name(path) if known else ""
    except OSError as error:
        what = f"digests are held: its journal of deliveries cannot be read: {error.strerror or error}"
        return HeldError(what, where=str(path), advice="let the service read and write it", reason="held")
    return HeldError(HELD, where=str(path), advice=ADVICE, reason="held") if _is_held(name, known) else None


def release(application: "Application") -> bool:
    """Lets a held store tell again: from here on it is kept with the journal that is here, new if there is none.

    False where none is held; then nothing is changed.
    """
    journal, recalls = Journal(journal_path(application)), application.store.recalls
    if not _is_held(journal.id, recalls.positions()):
        return False
    recalls.begin_journal(journal.begin(), application.clock(), journal.position)
    return True


def _is_held(name: str, known: Mapping[str, int]) -> bool:
    """Whether the store was kept with other journals than the one called `name`."""
    return bool(known) and name not in known


def replay(application: "Application", journal: Journal, position: int) -> int:
    """Brings the store to what the journal says behind `position`; how many digests it spoke of."""
    if journal.position <= position:
        return 0
    digests = gather(journal.read(after=max(0, position - MARGIN)))
    for (subscription, period), digest in digests.items():
        deliveries = list(digest.deliveries.values())
        application.store.recalls.recall(
            digest.telling, subscription, period, deliveries, application.clock(), UNCERTAIN_AFTER
        )
    return len(digests)


def gather(lines: Iterable[Line]) -> dict[tuple[str, str], _Digest]:
    """What the lines say last of each digest, by subscription and period."""
    digests: dict[tuple[str, str], _Digest] = {}
    for line in lines:
        if line["what"] == "begin":
            continue
        digest = digests.setdefault((line["subscription"], line["period"]), _Digest())
        if line["what"] == "digest":
            digest.telling = TELLING.validate_python(line)
        elif line["what"] in ENDS or line["what"] == "sending":
            _note(digest, line)
    return digests


def _note(digest: _Digest, line: Line) -> None:
    before = None if line["what"] == AGAIN else digest.deliveries.get(line["recipient"])
    parts = max(line.get("parts_sent", 0), before.parts_sent if before else 0)
    reason = BEGAN if line["what"] == "sending" else line.get("reason", "")
    digest.deliveries[line["recipient"]] = RecalledDelivery(
        line["recipient"], STATES[line["what"]], datetime.fromisoformat(line["at"]), parts, reason
    )


def recall_told(application: "Application", subscription: str) -> None:
    """Marks what the journal says was told to a subscription, and what was found again since, as told; nothing where
    the store was never restored."""
    remembered = application.store.recalls.remembered(subscription)
    if not remembered:
        return
    told = {
        event.id: digest_id for event in application.store.events.untold(subscription)
        if (digest_id := find_telling(event, remembered)) is not None
    }
    application.store.recalls.save_told(subscription, told)


def find_telling(event: EventView, remembered: Sequence[tuple[int, ToldEvent]]) -> int | None:
    """The digest that told the event; None where none did.

    Ids differ from store to store. It is the same where a pair and the act agree, and an address or the day.
    """
    addresses = {article.url for article in event.articles}
    for digest_id, told in remembered:
        is_alike = told.act == event.act and set(told.pairs) & set(event.pairs)
        is_same_day = event.happened_on is not None and told.happened_on == event.happened_on
        if is_alike and (is_same_day or addresses & set(told.urls)):
            return digest_id
    return None
