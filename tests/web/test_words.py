"""The catalogues of the dashboard: the same keys and fields in three languages, and every key that is used is there."""

import re
from string import Formatter
from typing import get_args

import pytest
from babel.messages.pofile import read_po

from monitor.digests.content import SectionKind
from monitor.web.filters import VERDICTS
from monitor.web.kinds import ACTS, STAGES
from monitor.web.pages.outlets import STATES
from monitor.web.pages.runs import OUTCOMES
from monitor.web.rendering import HERE, NAVIGATION
from monitor.web.words import CATALOGUES, load_words
from seeds.places import TIE_KINDS
from storage.values.telling import DeliveryState

USED = re.compile(r"""\b[tn]\(["']([a-zA-Z_.]+)["'] *[,)]""")
MADE = {
    *(f"nav.{name}" for name in NAVIGATION), *(f"stage.{one}" for one in STAGES),
    *(f"verdict.{one}" for one in VERDICTS),
    *(f"act.{one}" for one in ACTS), *(f"headline.{act}.{stage}" for act in ACTS for stage in STAGES),
    *(f"state.{one}" for one in (*STATES, "paused")), *(f"outcome.{one}" for one in (*OUTCOMES, "under_way")),
    *(f"kind.{one}" for one in TIE_KINDS), *(f"delivery.{one}" for one in get_args(DeliveryState)),
    *(f"section.{one}" for one in get_args(SectionKind)), *(f"link.judge.{one}" for one in ("yes", "no")),
    *(f"link.refused.{one}" for one in ("expired", "wrong_kind", "forged")), "source.known", "source.events",
}


def _read(language: str) -> dict[str, tuple[str, ...]]:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {
        str(one.id[0] if isinstance(one.id, tuple) else one.id): (one.string,) if isinstance(one.string, str)
        else tuple(one.string)
        for one in catalogue if one.id
    }


@pytest.mark.parametrize("language", ["ko", "vi"])
def test_a_language_has_every_phrase_with_the_same_fields(language: str) -> None:
    english, other = _read("en"), _read(language)

    assert other.keys() == english.keys()
    for key, forms in other.items():
        assert all(forms), key
        assert _fields(forms[0]) == _fields(english[key][-1]), key


@pytest.mark.parametrize("language", ["en", "ko", "vi"])
def test_every_phrase_that_is_used_is_there(language: str) -> None:
    texts = [path.read_text("utf-8") for path in (HERE / "templates").glob("*.html")]
    used = MADE | {key for text in texts for key in USED.findall(text)}

    missing = sorted(key for key in used if not load_words(language).has(key))

    assert len(used) > 200 and not missing


def test_every_phrase_is_used() -> None:
    text = "\n".join(path.read_text("utf-8") for path in (*HERE.rglob("*.html"), *HERE.rglob("*.py")))
    families = {key.rpartition(".")[0] for key in MADE} | {
        "judge.said", "judge.did", "why.change", "link.judged", "error", "country", "judge", "link", "count",
        "missing", "refused", "refused.place", "delivery.asked",
    }

    unused = [key for key in _read("en") if f'"{key}"' not in text and f"'{key}'" not in text
              and key.rpartition(".")[0] not in families]

    assert not unused


def _fields(phrase: str) -> set[str | None]:
    return {field for _, field, _, _ in Formatter().parse(phrase) if field} - {"n"}
