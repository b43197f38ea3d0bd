"""Recognises an article that its outlet shows under a new address, by its text. It asks no store and judges nothing.

It would rather take one article for two than two for one: what is taken for known is never read again, while two
copies of one story still become one event.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from rensa import RMinHash

from crawler.text import squeeze
from storage.values import NewArticle, StoredArticle

# Letters and digits from which a text is told from another; below, notices of an office are much alike by themselves.
LEAST_TEXT = 200
SAME_NOTICE = timedelta(days=3)  # within which a short text that comes again is the same notice
NEAR = 0.8  # share of word triples, estimated by MinHash: a caption or a related line more or less
PERMUTATIONS = 128
_NUMBER = re.compile(r"\d+")


def find_double(article: NewArticle, alike: Iterable[StoredArticle]) -> StoredArticle | None:
    """The one of `alike`, articles of the same outlet with this title or text, that is the same article; or None.

    A copy that is days older than the known one is no double: only it shows that the known one is an old story.
    """
    return next((known for known in alike if not _is_older(article, known) and _is_same(article, known)), None)


def _is_older(article: NewArticle, known: StoredArticle) -> bool:
    if article.published_at is None or known.published_at is None:
        return False
    return known.published_at - article.published_at > SAME_NOTICE


def _is_same(article: NewArticle, known: StoredArticle) -> bool:
    text, other = squeeze(article.text), squeeze(known.text)
    if text == other:
        return len(text) >= LEAST_TEXT or _is_same_day(article, known)
    if squeeze(article.title) != squeeze(known.title) or min(len(text), len(other)) < LEAST_TEXT:
        return False
    # One form filled in twice (prices, vacancies, obituaries) differs in its numbers and in little else.
    if set(_NUMBER.findall(article.text)) != set(_NUMBER.findall(known.text)):
        return False
    return bool(_sketch(article.text).jaccard(_sketch(known.text)) >= NEAR)


def _is_same_day(article: NewArticle, known: StoredArticle) -> bool:
    if article.published_at is None or known.published_at is None:
        return squeeze(article.title) == squeeze(known.title)
    return abs(article.published_at - known.published_at) <= SAME_NOTICE


def _sketch(text: str) -> RMinHash:
    words = text.casefold().split()
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=1)
    sketch.update([" ".join(words[at:at + 3]) for at in range(max(1, len(words) - 2))])
    return sketch
