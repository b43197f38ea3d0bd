"""The words of the service's own alerts in each language (`alerts.yml`); when to say them, others decide."""

from functools import cache
from pathlib import Path

import yaml

from seeds.errors import SeedError

ALERTS = Path(__file__).parent / "alerts.yml"
LANGUAGES = ("en", "ko", "vi")


def say_alert(code: str, language: str, **values: str | int) -> str:
    """The sentence of `code` with its gaps filled. KeyError for one that is not there."""
    return load_alerts()[code][language].format(**values)


@cache
def load_alerts() -> dict[str, dict[str, str]]:
    """Every sentence by code and language. SeedError where a language lacks one."""
    sentences: dict[str, dict[str, str]] = yaml.safe_load(ALERTS.read_text("utf-8"))
    for code, words in sentences.items():
        if set(words) != set(LANGUAGES):
            raise SeedError("needs a sentence in every language", where=f"{ALERTS}: {code}")
    return sentences
