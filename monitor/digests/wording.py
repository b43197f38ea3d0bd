"""Finds the words of a language in its catalogue (`catalogues/<language>.po`); it lays nothing out."""

from functools import lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.core import UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from monitor.digests.particles import add_particle

CATALOGUES = Path(__file__).parent / "catalogues"
LANGUAGES = ("en", "ko", "vi")
CLOSING = "”’"


class Wording:
    """The phrases of one language by key. A missing key is a KeyError: no reader is ever shown a key."""

    def __init__(self, language: str, folder: Path = CATALOGUES) -> None:
        self.language = language
        self.keys, self._phrases = _load(folder / f"{language}.po", language)

    def say(self, key: str, **values: object) -> str:
        """The phrase of `key` with its `{names}` filled in; `{name:을/를}` adds the particle that fits.

        A quotation mark that closes behind the name stands before the particle: `“{name:”을/를}`.
        """
        return self._phrases.gettext(self._known(key)).format(**_inflect(values))

    def count(self, key: str, n: int, **values: object) -> str:
        """The phrase of `key` in the plural form that `n` asks for; `{n}` is filled in too."""
        return self._phrases.ngettext(self._known(key), key, n).format(n=n, **_inflect(values))

    def language_name(self, code: str) -> str:
        """The name of the language `code` (ISO 639-1) in this language; the code itself where nobody knows it."""
        return _name_language(code, self.language)

    def name_kind(self, kind: str) -> str:
        """The word for a kind of locality (`huyện`, `gun`); the kind itself where nobody has a word for it."""
        return self.say(f"unit.{kind}") if f"unit.{kind}" in self.keys else kind

    def _known(self, key: str) -> str:
        if key not in self.keys:
            raise KeyError(f"no phrase {key!r} in {self.language}.po")
        return key


# Each line of a list names some; Babel reads the code anew each time, and who asks may ask for any.
@lru_cache(maxsize=512)
def _name_language(code: str, language: str) -> str:
    try:
        return Locale.parse(code).get_language_name(language) or code
    except (UnknownLocaleError, ValueError):
        return code


class _Name(str):
    """A text that takes a particle where a phrase asks for one."""

    __slots__ = ()

    def __format__(self, pair: str) -> str:
        bare = pair.lstrip(CLOSING)
        return add_particle(str(self) + pair.removesuffix(bare), bare) if bare else str(self)


def _inflect(values: dict[str, object]) -> dict[str, object]:
    return {key: _Name(value) if isinstance(value, str) else value for key, value in values.items()}


@lru_cache
def load_wording(language: str, folder: Path = CATALOGUES) -> Wording:
    """The phrases of `language` (one of LANGUAGES) in the catalogues of `folder`, read once."""
    return Wording(language, folder)


def _load(path: Path, language: str) -> tuple[frozenset[str], GNUTranslations]:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    keys = {message.id[0] if isinstance(message.id, tuple) else message.id for message in catalogue if message.string}
    return frozenset(str(key) for key in keys), GNUTranslations(compiled)
