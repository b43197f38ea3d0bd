"""Broken inputs at monitor, settings and backups: only named refusals, no hang, no growth. Failures are kept."""

from pathlib import Path

import pytest

from storage.errors import StoreError
from tests.fuzz import restoring
from tests.fuzz.corpus import load_corpus, load_kept
from tests.fuzz.monitor_targets import MONITOR
from tests.fuzz.restoring import Place
from tests.fuzz.running import EVERY_DAY, SOAK, fuzz, run_target


@pytest.mark.parametrize("target", MONITOR)
def test_sound_inputs_and_what_once_failed_are_read(target: str) -> None:
    measured = run_target(target, load_corpus(target), keep=False)

    assert measured.inputs > len(load_kept(target))


@pytest.mark.parametrize("target", MONITOR)
def test_ten_thousand_broken_inputs_are_read_or_refused_by_name(target: str) -> None:
    fuzz(target, EVERY_DAY, seed=1)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("target", MONITOR)
def test_a_hundred_thousand_broken_inputs_are_read_or_refused_by_name(target: str) -> None:
    fuzz(target, SOAK, seed=2)


@pytest.mark.parametrize("leaves", ["data/twinwatch.db", "data/.restore-x/plain.db", "../outside", "twinwatch.db-wal"])
def test_a_refusal_that_leaves_or_changes_anything_is_a_failure(
    leaves: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        (tmp_path / "inside" / leaves).parent.mkdir(exist_ok=True)
        (tmp_path / "inside" / leaves).write_bytes(b"evil")
        raise StoreError("no")

    place = Place(tmp_path)
    place.restore(b"", replace=True)
    monkeypatch.setattr(restoring, "restore_backup", refuse)

    with pytest.raises(AssertionError):
        place.restore(b"", replace=True)
