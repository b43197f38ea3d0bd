"""Reads one YAML file key by key and names file and key of what is wrong; it does not know what the keys mean."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from seeds.errors import SeedError

ID = re.compile(r"[a-z0-9_]+")


def load_declaration(path: Path) -> "Declaration":
    """One YAML file as a declaration.

    Raises SeedError for an unreadable file, bad YAML, a key that is given twice, or anything but a mapping.
    """
    if not ID.fullmatch(path.stem):
        raise SeedError(f"{path.stem!r} is no id", where=str(path), advice="name the file with a-z, 0-9 and _ only")
    try:
        values = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)
    except OSError as error:
        raise SeedError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise SeedError("is not UTF-8 text", where=str(path)) from error
    except yaml.YAMLError as error:
        raise SeedError(f"not valid YAML: {_one_line(error)}", where=str(path)) from error
    return Declaration(path, "", values)


def find_near(word: str, known: Iterable[str]) -> str:
    """Advice for a word that is not known: the nearest known one, else all of them."""
    names = list(known)
    near = difflib.get_close_matches(word, names, 1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"


class Declaration:
    """A mapping of a YAML file, read key by key; every fault names the file and the key."""

    def __init__(self, path: Path, place: str, values: object) -> None:
        self.path, self.place = path, place
        if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
            raise SeedError("must be a mapping of keys to values", where=self._where(""))
        self.values: dict[str, Any] = values

    def fault(self, key: str, what: str, advice: str = "") -> SeedError:
        """The error to raise for a key of this declaration."""
        return SeedError(what, where=self._where(key), advice=advice)

    def check_keys(self, known: tuple[str, ...]) -> None:
        """Raises SeedError for a key that is not known, or that is there without a value."""
        for key, value in self.values.items():
            if key not in known:
                raise self.fault(key, f"unknown key {key!r}", find_near(key, known))
            if value in (None, "", [], {}):
                raise self.fault(key, "has no value", "fill it in or leave the key out")

    def text(self, key: str, default: str | None = None, form: re.Pattern[str] | None = None) -> str:
        """A text in NFC; without a default the key must be there; `form` must match all of it."""
        return unicodedata.normalize("NFC", self._raw_text(key, default, form))

    def address(self, key: str, default: str | None = None) -> str:
        """A web address, untouched: no NFC, which would change where it leads."""
        url = self._raw_text(key, default)
        if url and not _is_address(url):
            raise self.fault(key, f"{url!r} is no web address", "it begins with http:// or https:// and holds no blank")
        return url

    def choice(self, key: str, known: tuple[str, ...], default: str | None = None) -> Any:
        """One of the known words."""
        word = self._raw_text(key, default)
        if word not in known:
            raise self.fault(key, f"{word!r} is not allowed", find_near(word, known))
        return word

    def number(self, key: str) -> int | None:
        """A whole number of at least one, or None when the key is not there."""
        number = self.values.get(key)
        if number is not None and (type(number) is not int or number < 1):
            raise self.fault(key, f"{number!r} is no whole number of at least 1")
        return number

    def texts(self, key: str, form: re.Pattern[str] | None = None) -> tuple[str, ...]:
        """A list of texts, empty when the key is not there."""
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(text, str) and text.strip() for text in found):
            raise self.fault(key, "must be a list of texts", "one per line, each after a dash")
        for text in found:
            if form and not form.fullmatch(text):
                raise self.fault(key, f"{text!r} does not have the right form")
        return tuple(found)

    def part(self, key: str) -> "Declaration | None":
        """The mapping under a key, or None when the key is not there."""
        return Declaration(self.path, self._place(key), self.values[key]) if key in self.values else None

    def parts(self, key: str) -> list["Declaration"]:
        """The mappings listed under a key that must be there."""
        found = self._require(key)
        if not isinstance(found, list):
            raise self.fault(key, "must be a list", "one per line, each after a dash")
        return [Declaration(self.path, self._place(f"{key}[{i}]"), values) for i, values in enumerate(found)]

    def regex(self, key: str) -> re.Pattern[str]:
        """A regular expression that must be there."""
        try:
            return re.compile(self._raw_text(key, None))
        except re.error as error:
            raise self.fault(key, f"not a regular expression: {error}") from error

    def _raw_text(self, key: str, default: str | None, form: re.Pattern[str] | None = None) -> str:
        if key not in self.values and default is not None:
            return default
        text = self._require(key)
        if not isinstance(text, str) or not text.strip():
            raise self.fault(key, f"must be text, not {text!r}", "put it in quotes")
        if form and not form.fullmatch(text):
            raise self.fault(key, f"{text!r} does not have the right form")
        return text.strip()

    def _require(self, key: str) -> Any:
        if key not in self.values:
            raise self.fault(key, f"missing key {key!r}")
        return self.values[key]

    def _place(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place and key else self.place or key

    def _where(self, key: str) -> str:
        place = self._place(key)
        return f"{self.path}: {place}" if place else str(self.path)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, which would keep the last of two equal keys in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if names.count(key.value) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} is given twice", key.start_mark)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and parts.scheme in ("http", "https") and not re.search(r"\s", url)


def _one_line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{problem}, line {mark.line + 1}" if mark else problem
