"""What to write where a setting names a locality by something that is no key; it asks no store."""

import re
from collections.abc import Iterable

from seeds.errors import SettingsError
from seeds.gazetteer import Gazetteer

# Places of one name, or with like keys, whose keys are told.
NAMED_KEYS = 4
KEY_LIKE = re.compile(r"(?:VN|KR)[A-Z]?[\W_]?\d[\w-]*", re.I)
# There is no list short enough to be printed.
LISTED = ("a key such as VN-46 or KR-44: write the place's name there, in any language, and this line tells its key; "
          "all keys are in seeds/localities/*.csv")


def refuse_localities(gazetteer: Gazetteer, wrong: Iterable[tuple[str, str]]) -> SettingsError:
    """One error for all of `wrong`, each a place of the settings and what stands there for a locality."""
    said, before = list[str](), ""
    (first_place, first_words), *rest = wrong
    advice = advise_key(gazetteer, first_words)
    for place, words in rest:
        told = f"no locality {words!r} ({advise_key(gazetteer, words)})"
        said.append(told if place == (before or first_place) else f"{place}: {told}")
        before = place
    if not said:
        return SettingsError(f"no locality {first_words!r}", where=first_place, advice=advice)
    return SettingsError(f"no locality {first_words!r} ({advice}); {'; '.join(said)}", where=first_place)


def advise_key(gazetteer: Gazetteer, words: str) -> str:
    """What to write in the place of a name, in whatever language it is, or of a key that is none."""
    from monitor.placing import make_place_book  # commands that need no name would load it for nothing

    book = make_place_book(gazetteer)
    if KEY_LIKE.fullmatch(words.strip()):
        near = [f"{book.label(key, 'en')}'s is {key!r}" for key in _find_near(gazetteer, words)]
        return f"did you mean another key? {', '.join(near)}" if near else LISTED
    meant = book.find(words)
    found = [meant.key] if meant.key else meant.offers[:NAMED_KEYS]
    if not found:
        return LISTED
    return "write its key: " + ", ".join(f"{book.label(key, 'en')} is {key}" for key in found)


def _find_near(gazetteer: Gazetteer, words: str) -> list[str]:
    """Keys of the same kind that are written otherwise (`vn46`, `VN-046`), or have one sign less or more at the end.

    Another digit is another place: nobody knows which was meant.
    """
    bare = _strip(words)
    unpadded = re.sub(r"(?<=[A-Z])0+(?=\d\d)", "", bare)
    keys = {_strip(key): key for key in gazetteer.localities}
    if same := keys.get(bare) or keys.get(unpadded):
        return [same]
    if bare[:-1] in keys:
        return [keys[bare[:-1]]]
    return [key for stripped, key in keys.items() if stripped[:-1] == bare][:NAMED_KEYS]


def _strip(key: str) -> str:
    return re.sub(r"[\W_]", "", key).upper()
