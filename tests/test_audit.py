"""What the locked files hold, and what `make audit` says when there is an advisory, none, or nobody to ask."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.source_tree import ROOT

LOCKED = sorted((ROOT / "requirements").glob("*.txt"))
PACKAGE = re.compile(r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==[^\s;]+( ; [^\\]+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def find_faults(text: str) -> list[str]:
    """Lines of a locked file that are neither a pinned package with a hash nor a hash."""
    joined = re.sub(r" *\\\n *", "\n", text).splitlines()
    faults = [line for line in joined if line and not PACKAGE.fullmatch(line.strip()) and not HASH.fullmatch(line)]
    pairs = zip(joined, [*joined[1:], ""], strict=True)
    return faults + [line for line, after in pairs if PACKAGE.fullmatch(line.strip()) and not HASH.fullmatch(after)]


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.name)
def test_every_locked_package_is_pinned_with_hashes_and_no_host_is_named(path: Path) -> None:
    assert find_faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize("line", [
    "wheel==1.0", "wheel>=1.0 \\\n    --hash=sha256:" + "a" * 64, "--index-url https://index.example/simple",
    "wheel @ https://files.example/wheel.whl \\\n    --hash=sha256:" + "a" * 64, "-e .", "# from https://a.example",
    "wheel==1.0 \\\n    --hash=md5:" + "a" * 32,
])
def test_what_is_not_pinned_or_names_a_host_is_a_fault(line: str) -> None:
    assert find_faults(line + "\n")


def test_both_files_are_there() -> None:
    assert [path.name for path in LOCKED] == ["dev.txt", "runtime.txt"]


@pytest.mark.parametrize(("said", "code", "is_checked"), [
    ("No known vulnerabilities found", 0, True), ("Found 2 known vulnerabilities in 1 package", 1, True),
    ("ERROR: Max retries exceeded: connection refused", 1, False),
])
def test_make_audit_says_whether_anything_was_checked(tmp_path: Path, said: str, code: int, is_checked: bool) -> None:
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\necho '{said}'\nexit {code}\n")
    program.chmod(0o755)

    made = subprocess.run(
        ["make", "-o", ".venv/dev.stamp", "audit", f"BIN={tmp_path}"], cwd=ROOT, capture_output=True, text=True,
    )

    assert said in made.stdout and (made.returncode == 0) is (code == 0)
    assert ("nothing was checked" in made.stdout) is not is_checked
