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

# Seconds; the service's own ten would make a thousand waves last three hours.
TICK_SECONDS = 0.5
PROGRAM = f"import monitor.schedule as s; s.TICK_SECONDS = {TICK_SECONDS}; import monitor.commands.main as m; m.main()"
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 300.0
STOP_SECONDS = 20.0
SERVICE, FORK_SERVER = "service", "crawler.fork_server"


@dataclass(frozen=True)
class Sample:
    """What a process takes, in MB: `own` (what it has written, anonymous pages) and `resident` (RSS).

    Pages of files are no growth, and whether they count as its own hangs on what else runs on the machine: when other
    programs with the same libraries ended, 10 MB of them became the last one's. Nor are pages that a crawl of this
    moment shares with the process that forked it less.
    """

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

    def is_crawling(self) -> bool:
        """Whether a crawl of it still lives; the process that it forks crawls from is none."""
        lasting = self._find_lasting().values()
        return any(pid not in lasting or _find_children(pid) for pid in _find_children(self.process.pid))

    def weigh(self) -> dict[str, Sample]:
        """What it takes now, and what the process does that it forks crawls from."""
        return {role: _weigh(Path(f"/proc/{pid}")) for role, pid in self._find_lasting().items()}

    def list_files(self) -> dict[str, list[str]]:
        """What the file handles of both lead to."""
        handles = {role: Path(f"/proc/{pid}/fd").iterdir() for role, pid in self._find_lasting().items()}
        return {role: sorted(str(handle.readlink()) for handle in found) for role, found in handles.items()}

    def ask(self, path: str) -> bytes:
        """A page of its dashboard; urllib's HTTPError where it is refused."""
        with urllib.request.urlopen(self.url.rstrip("/") + path, timeout=PATIENCE_SECONDS) as answer:
            return bytes(answer.read())

    def _find_lasting(self) -> dict[str, int]:
        """The processes that outlive a wave."""
        found = {SERVICE: self.process.pid}
        for pid in _find_children(self.process.pid):
            if FORK_SERVER in _read(f"{pid}/cmdline").split("\0"):
                found[FORK_SERVER] = pid
        return found

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
    root = str(Path(__file__).parents[2])
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, env={**os.environ, "PYTHONPATH": root, **environment})
    try:
        yield RealService(process, log)
        process.terminate()
        assert process.wait(STOP_SECONDS) == 0, log.read_text("utf-8")[-3000:]
    finally:
        process.kill()
        process.wait()


def _weigh(folder: Path) -> Sample:
    rows = {name: int(size) / 1024 for name, size in
            re.findall(r"^(\w+):\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.M)}
    return Sample(
        own=rows["Anonymous"], resident=rows["Rss"],
        files=len(list((folder / "fd").iterdir())), threads=len(list((folder / "task").iterdir())))


def _find_children(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*")
    return [int(child) for thread in threads for child in _read(f"{pid}/task/{thread.name}/children").split()]


def _read(path: str) -> str:
    """What stands in a file of /proc; nothing where the process has ended."""
    try:
        return Path("/proc", path).read_text()
    except OSError:
        return ""
