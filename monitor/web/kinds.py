"""Acts and stages of events, and what pages say of each, folded, in all languages; it knows no event."""

from functools import lru_cache
from itertools import product
from typing import get_args

from monitor.digests.wording import LANGUAGES
from monitor.web.words import load_words
from seeds.subscription import Act
from storage.folding import fold_text

ACTS: tuple[str, ...] = get_args(Act)
STAGES = ("planned", "agreed", "signed", "under_way", "done", "suspended")


@lru_cache(maxsize=1)
def fold_kinds() -> tuple[tuple[tuple[str, str], str], ...]:
    """What headlines, filters and pages say of each act and stage, a line each; Korean also without blanks."""
    found = []
    for act, stage in product(ACTS, STAGES):
        told = [
            load_words(language).say(key) for language in LANGUAGES
            for key in (f"headline.{act}.{stage}", f"act.{act}", f"stage.{stage}")
        ]
        told += ["".join(one.split()) for one in told if "\uac00" <= max(one) <= "\ud7a3"]
        found.append(((act, stage), "\n".join(map(fold_text, dict.fromkeys(told)))))
    return tuple(found)
