"""Tells a site's country and language from its host and home page, and by what; it asks nothing."""

import re
from dataclasses import dataclass

from crawler.charset import find_labels
from crawler.discover import Front
from crawler.identity import make_host
from crawler.languages import find_language, find_script
from seeds.outlet import Country

LANGUAGES: dict[Country, str] = {"VN": "vi", "KR": "ko"}
COUNTRIES: dict[str, Country] = {language: country for country, language in LANGUAGES.items()}
# The charset that pages of one country alone are written in, as `charset` names it.
KOREAN_CHARSET = "cp949"
# A home page that is a menu in English with some Hangul is still Korean where it says so itself.
LEAST_HANGUL = 5
HANGUL = re.compile("[가-힣]")


@dataclass(frozen=True)
class Origin:
    """Country and language with what told each, in words for people; `country` is None where nothing tells it."""

    country: Country | None
    country_by: str
    lang: str
    lang_by: str

    def say(self) -> str:
        """Both in one line, such as `country KR (by its host .kr), language ko (by its letters)`."""
        return f"country {self.country} ({self.country_by}), language {self.lang} ({self.lang_by})"


def find_origin(
    url: str, front: Front, body: bytes = b"", content_type: str = "", country: Country | None = None, lang: str = "",
) -> Origin:
    """Where the site at `url` is at home and what it is written in; `country` and `lang` are what a person said."""
    script = find_script(front.words)
    said, by = _find_lang(front, script)
    place, place_by = _find_country(url, front.lang, script, _is_korean(body, content_type))
    if country:
        place, place_by = country, "as you say"
    if lang:
        said, by = lang, "as you say"
    elif not said and place:
        said, by = LANGUAGES[place], "its country's"
    return Origin(place, place_by, said, by)


def _find_country(url: str, declared: str, script: str, is_korean: bool) -> tuple[Country | None, str]:
    """The host's ending is the surest sign: a paper of one country may have an edition for readers of the other."""
    ending = make_host(url).partition(":")[0].rpartition(".")[2].upper()
    if ending == "VN" or ending == "KR":
        return ("VN" if ending == "VN" else "KR"), f"by its host .{ending.lower()}"
    if script in COUNTRIES:
        return COUNTRIES[script], "by its letters"
    if declared in COUNTRIES:
        return COUNTRIES[declared], f"by its page's lang={declared!r}"
    return ("KR", "by its charset") if is_korean else (None, "")


def _find_lang(front: Front, script: str) -> tuple[str, str]:
    """Letters outweigh what a page declares of itself, unless there are hardly any."""
    if script:
        return script, "by its letters"
    if front.lang == "ko" and len(HANGUL.findall(front.words)) >= LEAST_HANGUL:
        return "ko", "by its page's lang='ko'"
    if found := find_language(front.words):
        return found, "by its words"
    return front.lang, f"by its page's lang={front.lang!r}" if front.lang else ""


def _is_korean(body: bytes, content_type: str) -> bool:
    return KOREAN_CHARSET in find_labels(body, content_type)
