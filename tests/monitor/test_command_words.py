"""What the command line says beside its answer: that it works, and where options belong."""

import sys
import threading
from pathlib import Path

import pytest

from monitor.commands.main import main, run_command


def test_a_slow_command_says_that_it_works_itself_not_that_another_is_at_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("monitor.commands.main.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("monitor.commands.main.run_command", lambda _: wait_for_timers())
    monkeypatch.setattr(sys, "argv", ["twinwatch", "ties"])

    with pytest.raises(SystemExit):
        main()

    assert capsys.readouterr().err == "twinwatch: working on `ties` ...\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["doctor", "--config", "a.toml"], "--config stands before the command: `twinwatch --config FILE doctor` ("),
        (["doctor", "--config=a.toml"], "--config stands before the command: `twinwatch --config FILE doctor` ("),
        (["db", "backup", "--debug"], "--debug stands before the command: `twinwatch --debug db backup` ("),
        (["doctor", "--confg", "a.toml"], "No such option: --confg"),
        (["--confg", "a.toml", "doctor"], "No such option: --confg"),
        (["--config"], "Option '--config' requires an argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_option_of_twinwatch_behind_a_command_is_answered_with_where_it_stands(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_command(arguments)

    err = capsys.readouterr().err.splitlines()
    assert code == 2 and err[-1].startswith(f"twinwatch: {said}"), err


@pytest.mark.parametrize("command", [["events"], ["ties"], ["runs"], ["deliveries"], ["outlets"], ["digest", "desk"]])
def test_in_a_folder_without_settings_and_store_it_is_said_that_the_defaults_hold(
    command: list[str], clean_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_command(command)

    [said] = caplog.messages
    assert said.startswith(f"no twinwatch.toml in {clean_folder} and no store yet: the defaults hold (")
    assert "--config" in said


def test_of_the_defaults_nothing_is_said_once_the_store_is_there(
    clean_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_command(["events"])
    caplog.clear()

    run_command(["events"])

    assert caplog.messages == []


@pytest.mark.parametrize("variable", ["TWINWATCH_DATA_DIR", "TWINWATCH_DATABASE_URL", ""])
def test_of_the_defaults_nothing_is_said_where_file_or_environment_choose(
    variable: str, clean_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if variable:
        is_folder = variable.endswith("DIR")
        monkeypatch.setenv(variable, str(clean_folder) if is_folder else f"sqlite:///{clean_folder}/mine.db")
    else:
        (clean_folder / "twinwatch.toml").write_text("")

    assert run_command(["events"]) == 0

    assert caplog.messages == []


@pytest.mark.parametrize("command", [["--help"], ["events", "--help"], ["--version"]])
def test_help_says_nothing_of_settings(
    command: list[str], clean_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert run_command(command) == 0

    assert caplog.messages == []


def wait_for_timers() -> int:
    """Returns once every timer has fired."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()
    return 0
