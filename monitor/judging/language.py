"""Guesses the language of a text that does not say it: script and letters first, a statistical model for the rest."""

from functools import cache

import py3langid.langid as langid

LATIN = ("en", "vi", "pl", "cs", "fr", "de", "es", "nl", "hu")
_VIETNAMESE = frozenset("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
_SAMPLE = 2000
# So many Vietnamese letters in a hundred are a Vietnamese text (a name or two in an English one are fewer).
_VIETNAMESE_SHARE = 0.06
# So many characters of one script in a hundred of the letters decide.
_SCRIPT_SHARE = 0.3


def detect_language(text: str) -> str:
    """The ISO 639-1 code of `text`; `en` where nothing can be told."""
    letters = [char for char in text[:_SAMPLE].lower() if char.isalpha()]
    if not letters:
        return "en"
    share = {
        "ko": _share(letters, "가", "힣"), "ja": _share(letters, "぀", "ヿ") * 3,
        "zh": _share(letters, "一", "鿿"), "ru": _share(letters, "а", "я"),
        "vi": sum(char in _VIETNAMESE for char in letters) / len(letters) * _SCRIPT_SHARE / _VIETNAMESE_SHARE,
    }
    best = max(share, key=lambda lang: share[lang])
    return best if share[best] >= _SCRIPT_SHARE else str(_model().classify(text[:_SAMPLE])[0])


def _share(letters: list[str], low: str, high: str) -> float:
    return sum(low <= char <= high for char in letters) / len(letters)


@cache
def _model() -> langid.LanguageIdentifier:
    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    model.set_languages(list(LATIN))
    return model
