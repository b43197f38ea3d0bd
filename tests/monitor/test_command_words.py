"""What the command line says beside its answer: that it works, and where options belong."""

import sys
import threading

import pytest

from monitor.commands.main import main


def test_a_slow_command_says_that_it_works_itself_not_that_another_is_at_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("monitor.commands.main.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("monitor.commands.main.run_command", lambda _: wait_for_timers())
    monkeypatch.setattr(sys, "argv", ["twinwatch", "ties"])

    with pytest.raises(SystemExit):
        main()

    assert capsys.readouterr().err == "twinwatch: working on `ties` ...\n"


def wait_for_timers() -> int:
    """Returns once every timer has fired."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()
    return 0
