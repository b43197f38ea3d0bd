"""Names the language of a text: by its script where that decides, else by py3langid."""

import re
from functools import lru_cache

_HANGUL = re.compile("[가-힣]")
_KANA = re.compile("[\u3041-\u30ff]")
_HAN = re.compile("[\u4e00-\u9fff]")
# Letters that Vietnamese alone uses: the horned and stacked ones. (A tilde or an acute is also Portuguese.)
_VIETNAMESE = re.compile("[ăằắẳẵặấầẩẫậđếềểễệốồổỗộơớờởỡợưứừửữựạảẹẻẽịỉĩọỏụủũỵỷỹ]", re.I)
_LETTER = re.compile(r"[^\W\d_]")
_CHARS = 3_000
_FEW = 40  # letters below which langid guesses


def find_language(text: str, default: str = "") -> str:
    """The ISO 639-1 code of `text`; `default` where the text is too short or the answer is not believable."""
    by_script = find_script(text)
    sample = text[:_CHARS]
    if by_script or len(_LETTER.findall(sample)) < _FEW:
        return by_script or default
    code, _ = _classify(sample)
    return code if len(code) == 2 else default  # Vietnamese without diacritics comes out as "ace"


def find_script(text: str) -> str:
    """`ko`, `ja`, `zh` or `vi` where the letters of `text` leave no doubt, else empty."""
    sample = text[:_CHARS] if len(text) < 3 * _CHARS else text[:_CHARS] + text[len(text) // 2:][:_CHARS]
    letters = len(_LETTER.findall(sample)) or 1
    kana, hangul, han = (len(script.findall(sample)) for script in (_KANA, _HANGUL, _HAN))
    if kana > 0.1 * letters:
        return "ja"
    if hangul > 0.15 * letters:
        return "ko"
    if han > 0.3 * letters:
        return "zh"
    return "vi" if len(_VIETNAMESE.findall(sample)) > 0.06 * letters else ""


@lru_cache(maxsize=64)
def _classify(text: str) -> tuple[str, float]:
    import py3langid  # loads a model of 4.6 MB, only where the script does not decide

    code, score = py3langid.classify(text)
    return str(code), float(score)
