"""Finds the names of former provinces in a text, for readers who know the map of today; it judges nothing."""

from monitor.judging.matcher import make_matcher
from seeds.gazetteer import Gazetteer


def find_former_names(text: str, lang: str, key: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """The keys of former provinces that `key` holds today and `text` names, in order; none that has its name.

    A name that units of both countries bear ("하남": Hà Nam, or Hanam in Korea) is not counted; of namesakes in one
    country the one in `key` is meant, as the text tells of `key`.
    """
    country, found = gazetteer.localities[key].country, dict[str, None]()
    for hit in make_matcher(gazetteer).find(text, lang):
        if all(gazetteer.localities[one].country == country for one in hit.pattern.keys):
            found |= dict.fromkeys(one for one in hit.pattern.keys if _is_former(one, key, gazetteer))
    return tuple(found)


def _is_former(one: str, key: str, gazetteer: Gazetteer) -> bool:
    former, present = gazetteer.localities[one], gazetteer.localities[key]
    return former.level == 1 and former.merged_into == key and former.contract != present.contract
