"""Makes an event's headline in the reader's language from its facts alone; it takes no word from any article."""

from collections.abc import Sequence
from functools import lru_cache

from monitor.digests.content import DigestPair
from monitor.digests.days import format_day
from monitor.digests.wording import load_wording

MAX_NAMES = 3


def make_headline(act: str, stage: str, day: str | None, pairs: Sequence[DigestPair], language: str) -> str:
    """Who with whom, what and when: `Huế ↔ Chungcheongnam: friendship agreement signed, 29 Aug 2025`.

    `day` is YYYY-MM-DD, YYYY-MM, YYYY or None. Raises KeyError for an act or a stage without wording.
    """
    return _make(act, stage, day, tuple(pairs), language)


# Of the same news in as many subscriptions as there are.
@lru_cache(maxsize=2048)
def _make(act: str, stage: str, day: str | None, pairs: tuple[DigestPair, ...], language: str) -> str:
    wording = load_wording(language)
    what = wording.say(f"headline.{act}.{stage}")
    written = format_day(day, language)
    if not written:
        return wording.say("headline.undated", pairs=name_pairs(pairs), what=what)
    return wording.say("headline.dated", pairs=name_pairs(pairs), what=what, day=written)


def name_pairs(pairs: Sequence[DigestPair]) -> str:
    """The pairs, main pair first; those that share a side are told together: `Huế ↔ Busan, Daegu`."""
    vn_names = list(dict.fromkeys(pair.vn_name for pair in pairs))
    kr_names = list(dict.fromkeys(pair.kr_name for pair in pairs))
    if len(vn_names) == 1 or len(kr_names) == 1:
        return f"{_join(vn_names)} ↔ {_join(kr_names)}"
    return _join([f"{pair.vn_name} ↔ {pair.kr_name}" for pair in pairs], "; ")


def _join(names: Sequence[str], sign: str = ", ") -> str:
    shown = sign.join(names[:MAX_NAMES])
    return f"{shown} +{len(names) - MAX_NAMES}" if len(names) > MAX_NAMES else shown
