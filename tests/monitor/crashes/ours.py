"""Our own composing and delivering as the crash harness drives it, on SQLite."""

import gc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from monitor.application import Application
from monitor.composing import compose_due
from monitor.deliver import hand_over_pending
from monitor.judging.judge import Knowledge
from monitor.recalling import check_held
from seeds.catalogue import Catalogue
from seeds.settings import Settings
from storage.store import Store
from tests.factories import save_event
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.crashes.harness import Receivers, Step
from tests.monitor.desk import make_subscription
from tests.stand_ins import mail_settings, webhook_settings

CARELESS = "PRAGMA synchronous=OFF"


class Ours:
    """A store in `folder`, with two readers by email, one of another subscription and a Slack channel."""

    def __init__(
        self, folder: Path, store: Store, receivers: Receivers, knowledge: Knowledge, catalogue: Catalogue
    ) -> None:
        self._store, self._knowledge, self._catalogue = store, knowledge, catalogue
        # Processes die here, not the machine: nothing has to reach the disk itself.
        event.listen(store.database.engine, "connect", lambda connection, _: connection.execute(CARELESS))
        store.database.engine.dispose()
        subscriptions = [
            make_subscription(recipients=["a@x.example", "b@x.example"]),
            make_subscription(name="press", recipients=["c@x.example"]),
            make_subscription(name="team", notifier="slack", recipients=["#team"]),
        ]
        self._settings = Settings(data_dir=folder, database_url=str(store.database.engine.url)).model_copy(update={
            "email": mail_settings(receivers.mail.port, timeout_seconds=5),
            "slack": webhook_settings(receivers.slack), "subscription": subscriptions,
        })
        for subscription in subscriptions:
            store.digests.begin_subscription(subscription.name, START_AT)
        # Once in this process, so that every fork finds templates and statements prepared.
        self.live(START_AT + timedelta(hours=1, minutes=2), lambda: None)
        store.database.engine.dispose()
        gc.freeze()

    def add(self, number: int, at: datetime) -> None:
        save_event(self._store, f"e{number}", number, at)
        # No connection may live on in the process that is forked next.
        self._store.database.engine.dispose()

    def live(self, now: datetime, step: Step) -> None:
        application = Application(self._settings, FakeClock(now))
        application.knowledge, application.catalogue = self._knowledge, self._catalogue
        application.watched, application.store = {}, self._store
        engine = self._store.database.engine
        event.listen(engine, "before_cursor_execute", _calling(step))
        event.listen(engine, "commit", _calling(step))
        check_held(application)
        compose_due(application)
        hand_over_pending(application)


def _calling(step: Step) -> Any:
    def call(*values: Any) -> None:
        step()

    return call
