"""`twinwatch run` in a process of its own, with short ticks, and what it weighs. Linux only: it reads /proc."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.crawling import plain_environment

# Seconds; the service's own ten would make a thousand waves last three hours.
TICK_SECONDS = 0.5
PROGRAM = f"import monitor.schedule as s; s.TICK_SECONDS = {TICK_SECONDS}; import monitor.commands.main as m; m.main()"
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 300.0
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Sample:
    """What a process takes: `own` (memory that is nobody else's, USS) and `resident` (RSS) in MB."""

    own: float
    resident: float
    files: int
    threads: int


class RealService:
    """A running service; what it says is in `log`, one JSON object per line."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process, self.log = process, log
        self.url = next(str(line["url"]) for line in self._follow() if line["event"] == "dashboard_opened")

    def look(self) -> bool:
        """Waits a moment; whether it still lives."""
        try:
            self.process.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            return True
        return False

    def has_children(self) -> bool:
        """Whether a crawl of it still lives."""
        threads = Path(f"/proc/{self.process.pid}/task").iterdir()
        return any(_read(thread / "children").strip() for thread in threads)

    def weigh(self) -> Sample:
        """What it takes now."""
        folder = Path(f"/proc/{self.process.pid}")
        rows = {name: int(size) / 1024 for name, size in
                re.findall(r"^(\w+):\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.M)}
        return Sample(
            own=rows["Private_Clean"] + rows["Private_Dirty"], resident=rows["Rss"],
            files=len(list((folder / "fd").iterdir())), threads=len(list((folder / "task").iterdir())))

    def list_files(self) -> list[str]:
        """What its file handles lead to."""
        handles = Path(f"/proc/{self.process.pid}/fd").iterdir()
        return sorted(str(handle.readlink()) for handle in handles if handle.is_symlink())

    def ask(self, path: str) -> bytes:
        """A page of its dashboard; urllib's HTTPError where it is refused."""
        with urllib.request.urlopen(self.url.rstrip("/") + path, timeout=PATIENCE_SECONDS) as answer:
            return bytes(answer.read())

    def read_lines(self, event: str) -> list[dict[str, Any]]:
        """The lines of that name that it has said."""
        return [line for line in self._read_log() if line["event"] == event]

    def _read_log(self) -> Iterator[dict[str, Any]]:
        yield from (json.loads(line) for line in self.log.read_text("utf-8").splitlines(keepends=True)
                    if line.startswith("{") and line.endswith("\n"))

    def _follow(self) -> Iterator[dict[str, Any]]:
        """Its lines again and again, while it lives."""
        while True:
            yield from self._read_log()
            assert self.look(), self.log.read_text("utf-8")


@contextmanager
def run_service(folder: Path, environment: Mapping[str, str]) -> Iterator[RealService]:
    """The service with `environment` added to ours, in `folder`; asked to stop in the end, and then well ended."""
    log = folder / "service.log"
    command = [sys.executable, "-c", PROGRAM, "run", "--log-format", "json"]
    kept = plain_environment(folder)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, env={**os.environ, **kept, **environment})
    try:
        yield RealService(process, log)
        process.terminate()
        assert process.wait(STOP_SECONDS) == 0, log.read_text("utf-8")[-3000:]
    finally:
        process.kill()
        process.wait()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
