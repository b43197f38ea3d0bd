"""Two small deliverers in the order of other systems, for the harness to find their losses and repeats.

Written from what is known of their order of steps: Huginn's digest agent mails its recipients one after the other and
forgets its memory when all are done. Superdesk's monitoring sends within five minutes of its hour, looks back 24
hours, mails all at once, and notes the time of its run whether or not the mail went.
"""

import json
import smtplib
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.fake_clock import START_AT
from tests.monitor.crashes.harness import Receivers, Step

HOUR = 7
WINDOW = timedelta(minutes=5)
DAY = timedelta(days=1)


class Control:
    """State in one file, written whole; mails to all readers through the receivers' server."""

    def __init__(self, folder: Path, receivers: Receivers) -> None:
        self._file, self._receivers = folder / "state.json", receivers
        self._write({"events": {}, "last_run": (START_AT - DAY).isoformat()})

    def add(self, number: int, at: datetime) -> None:
        state = self._read()
        state["events"][str(number)] = at.isoformat()
        self._write(state)

    def _read(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._file.read_text("utf-8"))
        return state

    def _write(self, state: dict[str, Any]) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(state), "utf-8")
        new.replace(self._file)

    def _mail(self, numbers: list[str], *readers: str) -> None:
        text = "Subject: digest\n\n" + "\n".join(f"Tin {number}" for number in numbers)
        with smtplib.SMTP("127.0.0.1", self._receivers.mail.port, timeout=5, local_hostname="control") as server:
            for reader in readers:
                server.sendmail("tw@x.example", [reader], text)


class HuginnOrder(Control):
    """Recipient by recipient, the memory cleared at the end: who was mailed before a crash is mailed again."""

    def live(self, now: datetime, step: Step) -> None:
        state = self._read()
        if not state["events"]:
            return
        for reader in self._receivers.readers:
            step()
            self._mail(list(state["events"]), reader)
        step()
        self._write({**state, "events": {}})
        step()


class SuperdeskOrder(Control):
    """Only in its window, only the last 24 hours, the run noted even where the mail failed: what is missed is lost."""

    def live(self, now: datetime, step: Step) -> None:
        state = self._read()
        hour = now.replace(hour=HOUR, minute=0, second=0)
        if not hour <= now < hour + WINDOW or datetime.fromisoformat(state["last_run"]) > now - DAY:
            return
        recent = [number for number, at in state["events"].items() if datetime.fromisoformat(at) > now - DAY]
        step()
        with suppress(OSError):
            self._mail(recent, *self._receivers.readers)
        step()
        self._write({**state, "last_run": now.isoformat()})
        step()
