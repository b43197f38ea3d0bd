"""When clocks are put forward or back, each day has one digest, whatever its hour."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.application import Application
from monitor.composing import compose_due
from storage.repository.digests import DigestRepository
from tests.fake_clock import FakeClock
from tests.monitor.desk import begin_subscriptions, subscribe

LOOK_EVERY = timedelta(minutes=20)
FORWARD, BACK = datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 10, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("start_at", [FORWARD, BACK])
@pytest.mark.parametrize("hour", [1, 2, 3])
def test_each_day_has_one_digest_though_an_hour_is_missing_or_comes_twice(
    make_application: Callable[[], Application], clock: FakeClock, start_at: datetime, hour: int
) -> None:
    clock.advance(seconds=(start_at - clock()).total_seconds())
    application = make_application()
    subscribe(application, hour=hour, zone="Europe/Berlin")
    begin_subscriptions(application)
    found = set()

    for _ in range(4 * 24 * 3):
        clock.advance(seconds=LOOK_EVERY.total_seconds())
        compose_due(application)
        found.add(_last(application.store.digests))

    assert len(found - {None}) == 4


def _last(digests: DigestRepository) -> datetime | None:
    row = digests.last_digest("desk")
    return row.composed_at if row else None
