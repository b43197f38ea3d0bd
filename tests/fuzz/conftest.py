"""Fixtures of the fuzzing: no settings of the machine, no other variables that each reading of settings looks at."""

import os
from pathlib import Path

import pytest

NEEDED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty current folder, and hardly any variable."""
    for name in [name for name in os.environ if name not in NEEDED and not name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
