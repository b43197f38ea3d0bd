"""The house's layout: who imports whom, what stays behind which fence, how long things are."""

import ast
import re
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.source_tree import ROOMS, ROOT, Source, sources, tracked_files

MAY_IMPORT = {
    "seeds": {"seeds"},
    "storage": {"storage"},
    "crawler": {"crawler", "seeds", "storage"},
    "monitor": {"monitor", "seeds", "storage"},
}
# Third-party packages, and the only places that may import them.
FENCES = {
    "scrapy": ("crawler/",),
    "twisted": ("crawler/",),
    "trafilatura": ("crawler/",),
    "sqlalchemy": ("storage/",),
    "alembic": ("storage/",),
    "psycopg": ("storage/",),
    "apscheduler": ("monitor/schedule.py",),
    "pydantic_settings": ("seeds/settings.py",),
    "fastapi": ("monitor/web/",),
    "starlette": ("monitor/web/",),
    "uvicorn": ("monitor/web/",),
    "aiosmtpd": ("monitor/demo/",),
    "slack_sdk": ("monitor/notifiers/",),
    "resvg_py": ("monitor/painting.py",),
    "fontTools": ("monitor/fonts.py",),
}
PURE = ("monitor/judging/", "monitor/digests/")
# What reaches out of a pure function: network, database, processes, chance.
IMPURE = {
    "aiohttp", "asyncio", "concurrent", "ftplib", "http.client", "httpx", "multiprocessing", "random", "requests",
    "scrapy", "secrets", "smtplib", "socket", "sqlalchemy", "sqlite3", "ssl", "subprocess", "threading",
    "urllib.request", "urllib3",
}
WALL_CLOCK = {
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime",
}
MAY_READ_THE_CLOCK = {
    "storage/clock.py": "the one place",
    "seeds/newsroom/__main__.py": "a command of its own, and seeds may not import storage",
}
FUNCTION_LINES, FILE_LINES = 40, 400
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
REQUIRED = (
    "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile", "scrapy.cfg", ".ci/run",
    "twinwatch.example.toml", "requirements/runtime.txt", "requirements/dev.txt",
    *(f"{room}/__init__.py" for room in ROOMS),
)
# Written in parts, so that this file does not hold what it forbids.
REGISTRIES = tuple(
    ".".join(parts) for parts in
    (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("proxy", "golang", "org"), ("crates", "io"))
)
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:work|root|home)/[a-z]")


def _show(offenders: Iterable[str]) -> str:
    lines = sorted(offenders)
    return f"{len(lines)} offenders:\n" + "\n".join(lines)


def _is_inside(path: str, places: Iterable[str]) -> bool:
    return any(path.startswith(place) for place in places)


def _matches(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


# Who imports whom


def test_rooms_import_only_the_floors_below_them() -> None:
    offenders = [
        f"{source.path}:{found.line} imports {found.module}"
        for source in sources(*ROOMS) for found in source.imports
        if (room := found.module.split(".")[0]) in (*ROOMS, "tests") and room not in MAY_IMPORT[source.room]
    ]

    assert not offenders, _show(offenders)


def test_the_dashboard_is_imported_only_by_the_commands_that_serve_it() -> None:
    serving = ("monitor/web/", "monitor/commands/", "monitor/demo/")
    offenders = [
        f"{source.path}:{found.line} imports {found.module}"
        for source in sources("monitor") for found in source.imports
        if _matches(found.module, "monitor.web") and not _is_inside(source.path, serving)
    ]

    assert not offenders, _show(offenders)


@pytest.mark.parametrize("package", FENCES)
def test_a_fenced_package_is_imported_only_behind_its_fence(package: str) -> None:
    offenders = [
        f"{source.path}:{found.line} imports {found.module} (only {', '.join(FENCES[package])} may)"
        for source in sources(*ROOMS) for found in source.imports
        if _matches(found.module, package) and not _is_inside(source.path, FENCES[package])
    ]

    assert not offenders, _show(offenders)


def test_every_fence_stands_around_something_that_is_imported() -> None:
    imported = {found.module for source in sources() for found in source.imports}
    later = {"fastapi", "starlette", "uvicorn"}  # the dashboard is not built yet
    unused = [package for package in FENCES if not any(_matches(module, package) for module in imported)]

    assert set(unused) <= later, _show(unused)


def test_judging_and_digests_are_pure() -> None:
    offenders = [
        f"{source.path}:{found.line} imports {found.module}"
        for source in sources("monitor") if _is_inside(source.path, PURE) for found in source.imports
        if any(_matches(found.module, package) for package in IMPURE) or not _is_pure_of_ours(found.module)
    ]

    assert not offenders, _show(offenders)


def _is_pure_of_ours(module: str) -> bool:
    room = module.split(".")[0]
    if room == "storage":
        return module == "storage.values"
    return room != "monitor" or _is_inside(module.replace(".", "/") + "/", PURE)


def test_no_module_imports_itself_in_a_circle() -> None:
    modules = {source.module for source in sources(*ROOMS)}
    graph = {
        source.module: {f.module for f in source.imports if f.at_load and f.module in modules} - {source.module}
        for source in sources(*ROOMS)
    }

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


# The clock


def test_only_the_clock_reads_the_wall_clock() -> None:
    offenders = [
        f"{source.path}:{line} uses {name}"
        for source in sources() if source.path not in MAY_READ_THE_CLOCK
        for name, line in source.names() if name in WALL_CLOCK
    ]

    assert not offenders, _show(offenders)


def test_every_exception_from_the_clock_is_still_needed() -> None:
    unneeded = [
        path for path in MAY_READ_THE_CLOCK if not any(name in WALL_CLOCK for name, _ in Source(path).names())
    ]

    assert not unneeded, _show(unneeded)


# Sizes and names


def test_functions_stop_at_forty_lines() -> None:
    offenders = [
        f"{source.path}:{node.lineno} {node.name} has {length} lines"
        for source in sources() if source.is_written for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]

    assert not offenders, _show(offenders)


def test_files_stop_at_four_hundred_lines() -> None:
    offenders = [
        f"{source.path} has {length} lines"
        for source in sources() if source.is_written and (length := len(source.text.splitlines())) > FILE_LINES
    ]

    assert not offenders, _show(offenders)


def test_every_module_says_in_its_first_sentence_what_it_is_for() -> None:
    offenders = [source.path for source in sources() if not ast.get_docstring(source.tree)]

    assert not offenders, _show(offenders)


def test_no_file_has_a_name_that_says_nothing() -> None:
    offenders = [source.path for source in sources() if VAGUE_NAMES & set(source.module.split("."))]

    assert not offenders, _show(offenders)


# What belongs to the project


def test_the_house_has_what_a_visitor_looks_for() -> None:
    missing = [name for name in REQUIRED if not (ROOT / name).is_file()]

    assert not missing, _show(missing)


def test_the_gate_may_be_run() -> None:
    gate = ROOT / ".ci" / "run"

    assert gate.is_file() and gate.stat().st_mode & 0o100, ".ci/run is missing or not executable"


def test_no_file_names_a_package_registry_or_a_path_of_the_machine_it_was_made_on() -> None:
    offenders = []
    for name in tracked_files():
        text = (ROOT / name).read_bytes().decode("utf-8", "ignore")
        offenders += [f"{name} names {host}" for host in REGISTRIES if host in text]
        offenders += [
            f"{name}:{text.count(chr(10), 0, found.start()) + 1} holds {text[found.start():found.end() + 20]!r}"
            for found in MACHINE_PATH.finditer(text)
        ]

    assert not offenders, _show(offenders)
