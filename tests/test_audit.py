"""What the locked files hold, and what `make audit` says when there is an advisory, none, or nobody to ask."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

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


class Advisories:
    """A stand-in for a service of advisories, as https://google.github.io/osv.dev/post-v1-query/ describes it: `weak`
    maps a package to the version that mends it; with `status` or `body` it gives every question that answer."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.weak: dict[str, str] = {}
        self.status, self.body = 200, ""
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = service.answer(asked["package"]["name"], asked["version"]).encode()
                self.send_response(service.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *values: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/query"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def answer(self, name: str, version: str) -> str:
        self.asked.append((name, version))
        if self.body or name not in self.weak:
            return self.body or "{}"
        events = [{"introduced": "0"}, {"fixed": self.weak[name]}]
        affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        return json.dumps({"vulns": [{"id": "GHSA-0000-0000-0000", "summary": "x", "affected": [affected]}]})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def advisories() -> Iterator[Advisories]:
    with closing(Advisories()) as service:
        yield service


def audit(url: str) -> subprocess.CompletedProcess[str]:
    wish = f"--vulnerability-service osv --osv-url {url} --timeout 5"
    return subprocess.run(
        ["make", "-o", ".venv/dev.stamp", "audit", f"BIN={Path(sys.executable).parent}", f"ARGS={wish}"],
        cwd=ROOT, capture_output=True, text=True,
    )


def find_locked() -> dict[str, str]:
    """Version by name of what this Python installs of both files."""
    lines = [line.rstrip("\\ ") for path in LOCKED for line in path.read_text("utf-8").splitlines() if "==" in line]
    wanted = [one for line in lines if (one := Requirement(line)).marker is None or one.marker.evaluate()]
    return {one.name: str(one.specifier).removeprefix("==") for one in wanted}


def test_every_locked_package_is_asked_about_and_the_one_with_a_weakness_is_named(advisories: Advisories) -> None:
    advisories.weak["jinja2"] = "99.0"

    made = audit(advisories.url)

    assert made.returncode != 0 and "Found 1 known vulnerability in 1 package" in made.stdout
    assert re.search(rf"^jinja2 +{find_locked()['jinja2']} +GHSA-0000-0000-0000 +99\.0", made.stdout, re.M)
    assert dict(advisories.asked) == find_locked()


@pytest.mark.parametrize(("status", "body"), [
    (404, ""), (200, "<html>Please log in</html>"), (0, ""),
])
def test_without_an_answer_nothing_is_said_to_be_well(advisories: Advisories, status: int, body: str) -> None:
    advisories.status, advisories.body = status, body
    if not status:
        advisories.close()

    made = audit(advisories.url)

    assert made.returncode != 0
    assert "known vulnerabilit" not in made.stdout and "nothing was checked" in made.stdout
