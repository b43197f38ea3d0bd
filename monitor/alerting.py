"""Tells the readers, by their own notifiers, when the service itself is ill and when it is well again.

What was told lies in a file beside the data, not in the database, which may be what is ill.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from monitor.alert_text import Notice, render_alert
from monitor.application import Application
from monitor.deliver import MakeNotifier
from monitor.doctor import SPARE_BYTES
from monitor.illness import Finding, Illness, find_illnesses
from monitor.notifiers.choose import make_notifier
from monitor.unsubscribing import find_bare
from seeds.lines import Line
from seeds.subscription import Subscription
from storage.errors import StoreError
from storage.files import make_private_folder
from storage.values import DeliveryRow

FILE = "own_health.json"
LOOK_EVERY = timedelta(minutes=1)
# What passes sooner is no illness: a host that has just woken up is idle for the first seconds.
CONFIRM = timedelta(minutes=5)
# The shortest time between two messages.
PAUSE = timedelta(hours=1)
# When nobody could be reached.
AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class AlertState:
    """What is remembered: illnesses seen (since when), those that readers know of, when they were told last.

    `left` are the recipients who had unsubscribed when the database answered last, as (subscription, recipient).
    """

    suspected: dict[Illness, datetime] = field(default_factory=dict)
    told: dict[Illness, datetime] = field(default_factory=dict)
    spoke_at: datetime | None = None
    tried_at: datetime | None = None
    left: tuple[tuple[str, str], ...] = ()


STATE: TypeAdapter[AlertState] = TypeAdapter(AlertState)


def decide(state: AlertState, found: Finding, now: datetime) -> tuple[AlertState, Notice | None]:
    """What is remembered from now on, and what is to be told now, if anything; pure.

    An illness is told when it has lasted for CONFIRM, its end when it is over, both at most once in PAUSE: what began
    and ended between two messages is never told. What is unknown stays as it was.
    """
    ill = found.ill | (found.unknown & state.suspected.keys())
    suspected = {code: min(now, state.suspected.get(code, now)) for code in sorted(ill)}
    begun = {
        code: since for code, since in suspected.items() if code not in state.told and now - since >= CONFIRM
    }
    over = tuple(code for code in state.told if code not in ill)
    seen = replace(state, suspected=suspected)
    may_speak = not _is_within(state.spoke_at, now, PAUSE) and not _is_within(state.tried_at, now, AGAIN)
    if not (begun or over) or not may_speak:
        return seen, None
    still = tuple(code for code in state.told if code in ill)
    return seen, Notice(begun, over, still, now)


class Alerter:
    """Looks once a minute; remembers in the file, and where that cannot be written in itself."""

    def __init__(
        self, application: Application, make: MakeNotifier = make_notifier, spare_bytes: int = SPARE_BYTES,
        is_stopping: Callable[[], bool] = lambda: False, failing: Callable[[], Mapping[str, datetime]] = dict,
    ) -> None:
        """`failing` gives the service's ticks that fail, with since when."""
        self._application, self._make, self._spare_bytes = application, make, spare_bytes
        self._is_stopping, self._failing, self._since = is_stopping, failing, application.clock()
        self._looked_at: datetime | None = None
        self._state: AlertState | None = None

    def look(self) -> list[str]:
        """Looks, if a minute has passed, and tells what is to be told; lines for the service's own output."""
        now = self._application.clock()
        if not self._application.settings.alert.enabled or _is_within(self._looked_at, now, LOOK_EVERY):
            return []
        self._looked_at, self._since = now, min(self._since, now)  # a clock may be set back
        state = self._remember_left(self._load())
        found = find_illnesses(
            self._application, self._since, self._spare_bytes, failing=self._failing(), told=state.told)
        state, notice = decide(state, found, now)
        lines: list[str] = []
        if notice is not None:
            outcomes = [self._tell(notice, *one) for one in self._find_recipients(state)]
            state = note_told(state, notice, arrived=not outcomes or any(outcomes))
            said = f"alert: {notice.describe()}; {sum(outcomes)} of {len(outcomes)} recipients told"
            lines = [Line(said, "alert", begun=[*notice.begun], over=notice.over, still=notice.still,
                          told=sum(outcomes), recipients=len(outcomes))]
        self._save(state)
        return lines

    def _tell(self, notice: Notice, subscription: Subscription, recipient: str) -> bool:
        row = DeliveryRow(
            id=0, digest_id=0, subscription=subscription.name, notifier=subscription.notifier, recipient=recipient,
            state="sending", attempts=1, created_at=notice.at, next_attempt_at=None, sent_at=None, parts_sent=0,
            may_repeat=False, reason="",
        )
        rendered = render_alert(notice, subscription)
        notifier = self._make(subscription.notifier, self._application.settings)
        return notifier.hand_over(rendered, recipient, row).state in ("sent", "uncertain")

    def _find_recipients(self, state: AlertState) -> Iterator[tuple[Subscription, str]]:
        """Everybody once, by the first subscription that names them; whoever unsubscribed is left alone."""
        settings, seen = self._application.settings, set()
        for subscription in settings.subscription:
            if settings.alert.subscriptions and subscription.name not in settings.alert.subscriptions:
                continue
            for recipient in subscription.recipients:
                bare = find_bare(recipient)
                if (subscription.name, bare) in state.left or (subscription.notifier, bare) in seen:
                    continue
                seen.add((subscription.notifier, bare))
                if not self._is_stopping():
                    yield subscription, recipient

    def _remember_left(self, state: AlertState) -> AlertState:
        with suppress(StoreError):
            left = self._application.store.unsubscribed.all()
            return replace(state, left=tuple((row.subscription, row.recipient) for row in left))
        return state

    def _path(self) -> Path:
        return self._application.settings.data_dir.absolute() / FILE

    def _load(self) -> AlertState:
        if self._state is None:
            self._state = AlertState()
            with suppress(OSError, ValidationError):
                self._state = STATE.validate_json(self._path().read_bytes())
        return self._state

    def _save(self, state: AlertState) -> None:
        if state == self._state:
            return
        self._state, path = state, self._path()
        new = path.with_name(f"{path.name}.new")
        with suppress(OSError):  # a full disk is one of the things that are told
            make_private_folder(path.parent)
            new.touch(mode=0o600)  # it holds recipients' addresses
            new.write_text(json.dumps(STATE.dump_python(state, mode="json")), "utf-8")
            new.replace(path)


def note_told(state: AlertState, notice: Notice, *, arrived: bool) -> AlertState:
    """The state after a notice; one that reached nobody is tried again."""
    if not arrived:
        return replace(state, tried_at=notice.at)
    told = {code: since for code, since in {**state.told, **notice.begun}.items() if code not in notice.over}
    return replace(state, told=told, spoke_at=notice.at, tried_at=None)


def _is_within(past: datetime | None, now: datetime, length: timedelta) -> bool:
    """Whether `past` is less than `length` ago; a time that a clock set back has left in the future is not."""
    return past is not None and timedelta() <= now - past < length
