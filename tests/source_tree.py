"""Our own source files as the layout tests see them: modules, what they import, what they call by name."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = ("seeds", "storage", "crawler", "monitor")
# Written by a tool and never read again.
MIGRATIONS = "storage/migrations/versions/"


@dataclass(frozen=True)
class Import:
    """One imported name: `module` in full, the line, and whether it is done when the module is loaded."""

    module: str
    line: int
    at_load: bool


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the root, with slashes."""

    path: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def room(self) -> str:
        return self.path.split("/")[0]

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def is_written(self) -> bool:
        """Whether a person wrote it."""
        return not self.path.startswith(MIGRATIONS)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        return tuple(_imports(self.tree.body, self, at_load=True))

    def names(self) -> Iterator[tuple[str, int]]:
        """Every dotted name that is used, by the name under which it was imported, with its line."""
        aliases = _aliases(self.tree)
        for node in ast.walk(self.tree):
            dotted = _dotted(node)
            if dotted is not None:
                head, _, rest = dotted.partition(".")
                full = aliases.get(head, head)
                yield (f"{full}.{rest}" if rest else full), getattr(node, "lineno", 0)


@lru_cache
def sources(*folders: str) -> tuple[Source, ...]:
    """The Python files below `folders` (default: the four rooms and the tests)."""
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in folders or (*ROOMS, "tests") for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    return tuple(Source(path) for path in found if "__pycache__" not in path)


@lru_cache
def tracked_files() -> tuple[str, ...]:
    """Every file that belongs to the project, relative to the root; without git, what lies in its folders."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
        names = [name for name in listed.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        folders = [ROOT / name for name in (*ROOMS, "tests", "docker", "requirements")]
        paths = [*ROOT.glob("*.*"), *(path for folder in folders for path in folder.rglob("*"))]
        names = [path.relative_to(ROOT).as_posix() for path in paths if "__pycache__" not in path.parts]
    return tuple(name for name in names if (ROOT / name).is_file())


def _imports(body: list[ast.stmt], source: Source, *, at_load: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, at_load) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from _imports_from(node, source, at_load)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _imports(node.body, source, at_load=False)
            yield from _imports(node.orelse, source, at_load=at_load)
        else:
            inside = at_load and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from _imports(_inner_statements(node), source, at_load=inside)


def _inner_statements(node: ast.AST) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            found.append(child)
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            found += child.body
    return found


def _imports_from(node: ast.ImportFrom, source: Source, at_load: bool) -> Iterator[Import]:
    base = node.module or ""
    if node.level:
        package = source.module.split(".")
        above = package[: len(package) - node.level + (source.path.endswith("__init__.py"))]
        base = ".".join([*above, base] if base else above)
    for alias in node.names:
        inner = f"{base}.{alias.name}"
        yield Import(inner if _is_module(inner) else base, node.lineno, at_load)


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return name.split(".")[0] in ROOMS and (path.with_suffix(".py").is_file() or (path / "__init__.py").is_file())


def _aliases(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                head = alias.name.split(".")[0]
                found[alias.asname or head] = alias.name if alias.asname else head
        elif isinstance(node, ast.ImportFrom):
            found.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return found


def _dotted(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else None
    return None
