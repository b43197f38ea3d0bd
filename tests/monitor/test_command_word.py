"""A command that takes long says so by its own word."""

import pytest

from monitor.commands.main import find_command


@pytest.mark.parametrize(("arguments", "command"), [
    (["events"], "events"),
    (["--config", "a.toml", "events", "-n", "3"], "events"),
    (["--config=a.toml", "ties"], "ties"),
    (["--debug", "db", "backup"], "db"),
    (["--help"], ""),
])
def test_a_command_is_named_by_its_own_word(arguments: list[str], command: str) -> None:
    assert find_command(arguments) == command
