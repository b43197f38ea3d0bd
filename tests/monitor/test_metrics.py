"""The figures for Prometheus: a line for every outcome that there is, right counts, and a store that is not there."""

import time
from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from monitor.application import Application
from monitor.metrics import OUTLET_STATES, VERDICTS, make_metrics
from storage.values import DeliveryState, Outcome, OutletState, RunOutcome
from tests.factories import save_article, save_entry, save_event
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import compose_one


def _read(application: Application) -> dict[str, dict[tuple[str, ...], float]]:
    families = text_string_to_metric_families(make_metrics(application))
    return {
        family.name.removeprefix("twinwatch_"): {
            tuple(s.labels[key] for key in sorted(s.labels)): s.value for s in family.samples}
        for family in families
    }


@pytest.mark.parametrize(("metric", "words"), [
    ("runs_day", (*get_args(RunOutcome), "under_way")),
    ("entries_day", (*get_args(Outcome), "waiting")),
    ("deliveries", get_args(DeliveryState)),
    ("outlets", OUTLET_STATES),
    ("articles_judged_day", VERDICTS),
])
def test_every_outcome_has_its_line_also_where_it_never_occurred(
    application: Application, metric: str, words: tuple[str, ...]
) -> None:
    application.store.runs.last_wave_at()

    found = _read(application)[metric]

    assert [word for (word,) in found] == list(words)


def test_the_states_of_outlets_are_those_of_the_listing() -> None:
    from monitor.commands.listings import STATES

    assert set(OUTLET_STATES) == set(STATES)


def test_what_happened_is_counted(application: Application, clock: FakeClock) -> None:
    store = application.store
    compose_one(application, clock)
    waiting = save_entry(store, 2, clock())
    for number, outcome, reason in ((3, "refused", "wall"), (4, "refused", "wall"), (5, "gone", "http_404")):
        store.entries.save_outcome(save_entry(store, number, clock()), outcome, reason, clock())  # type: ignore[arg-type]
    save_article(store, 6, clock())
    store.outlets.register(application.watched)
    store.outlets.save_state(OutletState("huengaynay", "blocked", START_AT))
    wave = store.runs.start_wave(clock())
    store.runs.end_run(store.runs.start_run(wave, "huengaynay", clock()), clock(), "blocked", "http_403", {})
    clock.advance(seconds=90)

    found = _read(application)

    assert waiting and found["entries_day"][("waiting",)] == 1
    assert found["entries_day"][("refused",)] == 2 and found["refusals_day"] == {("wall",): 2}
    assert found["entries_day"][("gone",)] == 1 and found["entries_day"][("saved",)] == 2
    assert found["runs_day"][("blocked",)] == 1 and found["runs_day"][("fine",)] == 0
    assert found["articles_unjudged"] == {(): 1} and found["articles"] == {(): 2}
    assert found["events"][("false", "yes")] == 1 and found["articles_judged_day"][("yes",)] == 1
    assert found["deliveries"][("pending",)] == 1 and found["digests"] == {(): 1}
    assert found["outlets"][("blocked",)] == 1
    assert found["last_wave_age_seconds"] == {(): 90}
    assert found["disk_free_bytes"][()] > 0 and found["store_readable"] == {(): 1}


def test_yesterday_is_not_today(application: Application, clock: FakeClock) -> None:
    application.store.entries.save_outcome(save_entry(application.store), "refused", "wall", clock())
    clock.advance(hours=25)

    found = _read(application)

    assert found["entries_day"][("refused",)] == 0 and "refusals_day" in found and not found["refusals_day"]


def test_a_servers_own_words_are_no_label(application: Application, clock: FakeClock) -> None:
    application.store.entries.save_outcome(save_entry(application.store), "refused", "x" * 41, clock())

    assert not _read(application)["refusals_day"]


def test_a_store_that_cannot_be_read_is_said_and_nothing_is_raised(application: Application) -> None:
    with application.store.database.engine.connect() as connection:
        connection.execute(text("PRAGMA writable_schema=ON"))
        connection.execute(text("DELETE FROM sqlite_master"))
        connection.commit()
    application.store.database.engine.dispose()
    path = application.settings.database_address.removeprefix("sqlite:///")
    with open(path, "r+b") as file:
        file.write(b"not a database at all")

    found = _read(application)

    assert found["store_readable"] == {(): 0} and found["disk_free_bytes"][()] > 0


def test_counting_is_cheap(application: Application, clock: FakeClock) -> None:
    for number in range(1, 6):
        save_event(application.store, f"e{number}", number, clock())

    began = time.process_time()
    make_metrics(application)

    assert time.process_time() - began < 0.5
