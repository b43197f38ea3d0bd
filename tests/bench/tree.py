"""Runs a command and says what CPU time it and all its descendants took, those that it left behind included."""

import ctypes
import os
import resource
import subprocess
import sys
from pathlib import Path

SET_CHILD_SUBREAPER = 36  # prctl(2): orphans below us become our children, so their time is counted when they end


def measure(command: list[str], more: dict[str, str], folder: Path) -> float:
    """CPU seconds of a command and its whole process tree, run in `folder`; CalledProcessError where it fails."""
    wrapped = [sys.executable, "-m", "tests.bench.tree", str(folder), *command]
    done = subprocess.run(wrapped, check=True, env={**os.environ, **more}, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.splitlines()[-1])


def main() -> None:
    """`python -m tests.bench.tree FOLDER COMMAND...` prints the seconds; exits as the command does."""
    ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # Linux; elsewhere orphans go uncounted
    log = Path(sys.argv[1]) / "log.txt"
    with log.open("ab") as out:
        code = subprocess.run(sys.argv[2:], cwd=sys.argv[1], stdout=out, stderr=out).returncode
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        sys.stderr.write(log.read_text("utf-8", "replace"))
    print(spent.ru_utime + spent.ru_stime)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
