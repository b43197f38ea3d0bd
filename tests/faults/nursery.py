"""Forks lives of the real programs from one process that has loaded them; what they do is `lives`.

A life that is begun as usual spends two seconds on loading. Whoever asks for one holds a connection: the life dies
with it, and its exit code comes back over it.
"""

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE_SECONDS = 120.0
LARGEST_ORDER = 1 << 20


class Life:
    """A forked process: its number, and its exit code once it has ended (negative where a signal ended it)."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._answers = connection, connection.makefile("r")
        self.pid = int(self._answers.readline())

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int | None:
        """The exit code; None where it lives after `seconds`."""
        ready = selectors.DefaultSelector()
        ready.register(self._connection, selectors.EVENT_READ)
        with ready:
            if not ready.select(seconds):
                return None
        return int(self._answers.readline())

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, if it still lives."""
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return

    def close(self) -> None:
        """Ends it if it still lives."""
        self._answers.close()
        self._connection.close()


class Nursery:
    """A running nursery, listening at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(
        self, role: str, folder: Path, environment: Mapping[str, str], output: Path, arguments: Sequence[str] = ()
    ) -> Life:
        """Forks a life of `role` in `folder`; what it says is added to the file `output`."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.path))
        order = {"role": role, "arguments": list(arguments), "environment": {**environment, "FOLDER": str(folder)}}
        with output.open("ab") as written:
            socket.send_fds(connection, [json.dumps(order).encode()], [written.fileno(), written.fileno()])
        return Life(connection)


@contextmanager
def run_nursery(folder: Path, environment: Mapping[str, str]) -> Iterator[Nursery]:
    """A nursery that has loaded the seeds which `environment` names."""
    path = folder / "nursery"
    program = [sys.executable, "-m", "tests.faults.nursery", str(path)]
    usual, said = {**environment, "PYTHONPATH": str(Path(__file__).parents[2])}, folder / "nursery.said"
    with (
        said.open("ab") as errors,
        subprocess.Popen(program, env=usual, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            assert process.stdout is not None and process.stdout.readline() == b"ready\n", said.read_text("utf-8")
            yield Nursery(path)
        finally:
            process.kill()


def main() -> None:
    """Loads everything, then forks for whoever asks, until it is killed."""
    from tests.faults import lives

    lives.load()
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as ready:
        door.bind(sys.argv[1])
        door.listen(100)
        ready.register(door, selectors.EVENT_READ)
        print("ready", flush=True)
        while True:
            for key, _ in ready.select():
                if key.data is None:
                    _begin(door, ready)
                else:
                    _end(key.fd, *key.data, ready)


def _begin(door: socket.socket, ready: selectors.BaseSelector) -> None:
    from tests.faults import lives

    connection, _ = door.accept()
    message, outputs, _, _ = socket.recv_fds(connection, LARGEST_ORDER, 2)
    if not message:
        connection.close()
        return
    pid = os.fork()
    if pid == 0:
        door.close()
        connection.close()
        ready.close()
        lives.live(json.loads(message), outputs)
    for output in outputs:
        os.close(output)
    with suppress(OSError):  # whoever asked is gone; then the life goes too
        connection.sendall(f"{pid}\n".encode())
    watched = os.pidfd_open(pid)
    ready.register(watched, selectors.EVENT_READ, (pid, connection, watched))
    ready.register(connection, selectors.EVENT_READ, (pid, connection, watched))


def _end(found: int, pid: int, connection: socket.socket, watched: int, ready: selectors.BaseSelector) -> None:
    """The life has ended, or who asked for it has."""
    if found != watched:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    ready.unregister(connection)
    ready.unregister(watched)
    os.close(watched)
    with connection:
        try:
            connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        except OSError:
            return  # nobody waits for it


if __name__ == "__main__":
    main()
