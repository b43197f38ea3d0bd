"""What the containers do, without an engine: their commands in their environment, as another user, on a read-only tree.

The image's packages are installed into a folder. Where this machine lets us (root, with namespaces for mounts), all
file systems but the volume and the temporary folder are read-only, and the user has no rights but to read; elsewhere
the commands run as whoever runs the tests.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from storage.store import has_store
from tests.postgres import TestServer
from tests.source_tree import ROOT
from tests.test_docker import DOCKER, SCALE, SINGLE

COPIED = ("pyproject.toml", "README.md", "LICENSE", "seeds", "storage", "crawler", "monitor")
ANOTHER = 65534
INSIDE = Path("/mnt")
GRACE = 60  # seconds, `stop_grace_period`
READING = "-all,+dac_read_search"  # the Python of the tests may lie in somebody's home
ENTER = f"""
mount --make-rprivate / && mount --bind "$1" {INSIDE} && mount --bind {INSIDE}/tmp {INSIDE}/tmp
mount --bind {INSIDE}/data {INSIDE}/data && mount -o remount,bind,$2 {INSIDE}/data
mount -o remount,bind,ro {INSIDE} && mount -o remount,bind,ro / && cd {INSIDE}/data && shift 2 && umask 022
exec setpriv --reuid {ANOTHER} --regid {ANOTHER} --clear-groups --no-new-privs \\
    --bounding-set {READING} --inh-caps {READING} --ambient-caps {READING} "$@"
"""


def can_enter() -> bool:
    tools = all(shutil.which(name) for name in ("unshare", "setpriv", "mount"))
    probe = ["unshare", "--mount", "sh", "-c", "mount --make-rprivate / && mount -o remount,bind,ro /"]
    may = tools and os.geteuid() == 0 and INSIDE.is_dir()
    return may and subprocess.run(probe, capture_output=True).returncode == 0


class Image:
    """An installed tree with a volume. `run` and `start` take a service's command and its environment."""

    def __init__(self, folder: Path, is_inside: bool) -> None:
        self._folder, self._is_inside = folder, is_inside
        self.data = folder / "data"
        self._root = INSIDE if is_inside else folder
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]

    def fill_in(self, service: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, str]:
        """A service's environment as compose makes it, with our folder in the place of /data and a free port."""
        given = {name: _fill_in(str(value), values) for name, value in service["environment"].items()}
        return given | {
            "TWINWATCH_DATA_DIR": str(self._root / "data"), "TMPDIR": str(self._root / "tmp"),
            "PATH": f"{self._root / 'site' / 'bin'}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONPATH": str(self._root / "site"), "TWINWATCH_WEB__PORT": str(self.port),
        }

    def run(
        self, environment: dict[str, str], *command: str, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._enter(command, "rw"), cwd=self.data, env=environment, capture_output=True, text=True, timeout=300,
            input=given)

    @contextmanager
    def start(self, environment: dict[str, str], *command: str, volume: str = "rw") -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            self._enter(command, volume), cwd=self.data, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def _enter(self, command: tuple[str, ...], volume: str) -> list[str]:
        ours = [str(self._root / "site" / "bin" / "twinwatch")] if command[0] == "twinwatch" else []
        found = [*ours, *command[len(ours):]]
        if not self._is_inside:
            return found
        return ["unshare", "--mount", "sh", "-ec", ENTER, "sh", str(self._folder), volume, *found]


def _fill_in(text: str, values: Mapping[str, str]) -> str:
    """Compose's `${NAME:-word}`, `${NAME:+word}` and `${NAME:?message}`."""
    def fill(found: re.Match[str]) -> str:
        value = values.get(found["name"], "")
        return {"-": value or found["word"], "+": found["word"] if value else "", "?": value}[found["kind"]]

    return re.sub(r"\$\{(?P<name>\w+):(?P<kind>[-+?])(?P<word>[^}]*)\}", fill, text)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    folder = tmp_path_factory.mktemp("image")
    source = folder / "source"
    source.mkdir()
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--no-index"]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--target", folder / "site", source], check=True)
    folder.chmod(0o755)
    for name, mode in (("data", 0o700), ("tmp", 0o700)):
        (folder / name).mkdir(mode=mode)
        if os.geteuid() == 0:
            os.chown(folder / name, ANOTHER, ANOTHER)
    yield Image(folder, can_enter())


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """What it wrote until a line had these words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it ended without {words!r}: {said}")


def ask_for_life(image: Image, service: Mapping[str, Any], environment: dict[str, str]) -> None:
    asked = image.run(
        environment, *(part.replace(":8765/", f":{image.port}/") for part in service["healthcheck"]["test"][1:]))
    assert asked.returncode == 0, asked.stderr


def end(process: subprocess.Popen[str]) -> str:
    """What it wrote at last; it ends well when it is asked to, long before an engine would kill it."""
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=GRACE)
    assert process.returncode == 0, said
    return said


def test_all_that_the_image_copies_is_installed_here() -> None:
    lines = re.findall(r"^COPY (.+)$", (DOCKER / "Dockerfile").read_text(), re.M)

    assert {source for line in lines for source in line.split()[:-1]} == {*COPIED, "requirements/runtime.txt"}


@pytest.mark.parametrize(("text", "value", "filled"), [
    ("${A:-}", "", ""), ("${A:-}", "x", "x"), ("a/${A:-b}", "", "a/b"), ("${A:+0.0.0.0}", "", ""),
    ("${A:+0.0.0.0}", "x", "0.0.0.0"), ("${A:?a password}", "x", "x"), ("/data", "x", "/data"),
])
def test_variables_are_filled_in_as_compose_does(text: str, value: str, filled: str) -> None:
    assert _fill_in(text, {"A": value}) == filled


@pytest.mark.slow
def test_one_machine_from_the_first_question_to_a_restored_backup(image: Image) -> None:
    environment = image.fill_in(SINGLE, {})

    made = image.run(environment, "twinwatch", "init", "--contact", "desk@city.example", "--language", "ko", "--hour",
                     "7", "--zone", "Asia/Seoul", "--recipients", "desk@city.example", "--smtp", "127.0.0.1:9",
                     "--sender", "tw@city.example", "--no-test")
    assert made.returncode == 0, made.stderr
    written = image.data / "twinwatch.toml"
    assert 'contact = "desk@city.example"' in written.read_text("utf-8")
    before, mode = image.run(environment, "cat", "twinwatch.toml").stdout, written.stat().st_mode
    changed = before.replace('"desk@city.example"', '""', 1)  # nobody is asked
    assert image.run(environment, "tee", "twinwatch.toml", given=changed).returncode == 0
    assert written.read_text("utf-8") == changed and written.stat().st_mode == mode

    with image.start(environment, "twinwatch", "run") as service:
        said = wait_for(service, "dashboard: ")
        ask_for_life(image, SINGLE, environment)
        doctor = image.run(environment, "twinwatch", "doctor")
        backup = image.run(environment, "twinwatch", "db", "backup")
        said += end(service)
    assert "Traceback" not in said + doctor.stdout + doctor.stderr and "database: sqlite" in doctor.stdout
    assert backup.returncode == 0, backup.stderr

    (file,) = (image.data / "backups").iterdir()
    inside = environment["TWINWATCH_DATA_DIR"] + f"/backups/{file.name}"
    for command in (("db", "upgrade"), ("db", "restore", inside, "--replace"), ("digest", "desk")):
        done = image.run(environment, "twinwatch", *command)
        assert done.returncode == 0, done.stdout + done.stderr
    assert has_store(f"sqlite:///{image.data / 'twinwatch.db'}")
    assert all(path.stat().st_mode & 0o007 == 0 or path.suffix == ".lock" for path in image.data.iterdir())


@pytest.mark.slow
def test_several_machines_upgrade_serve_and_crawl_over_postgresql(image: Image, postgres: TestServer) -> None:
    values = {"POSTGRES_PASSWORD": "a/b?c#d@e"}
    address = {"TWINWATCH_DATABASE_URL": postgres.make_empty()}
    upgrade, service, worker = (
        image.fill_in(SCALE[name], values) | address for name in ("upgrade", "service", "worker"))

    worker |= {"TWINWATCH_CRAWL__ALLOW_NETWORKS": '["127.0.0.0/8"]'}  # it wants some; the service gives out nothing

    done = image.run(upgrade, "twinwatch", *SCALE["upgrade"]["command"])
    assert done.returncode == 0, done.stderr
    with (
        image.start(service, "twinwatch", *SCALE["service"]["command"]) as serving,
        image.start(worker, "twinwatch", *SCALE["worker"]["command"], volume="ro") as working,
    ):
        said = wait_for(serving, "dashboard: ") + wait_for(working, "waiting for crawls")
        ask_for_life(image, SCALE["service"], service)
        said += end(working) + end(serving)
    assert "Traceback" not in said


@pytest.mark.slow
def test_nothing_but_the_volume_can_be_written_where_the_machine_can_hold_it_so(image: Image) -> None:
    if not can_enter():
        pytest.skip("no namespaces for mounts here")
    environment = image.fill_in(SINGLE, {})

    wrote = [image.run(environment, "touch", f"{place}/x").returncode == 0
             for place in (environment["TWINWATCH_DATA_DIR"], environment["TMPDIR"], environment["PYTHONPATH"], ROOT)]

    assert wrote == [True, True, False, False]
