"""Search: which events are told in articles whose headline holds the words; a first form, without an index of its own.
"""

from typing import Any

from sqlalchemy import Select, select

from storage.models import ArticleModel, FactModel

# The newest articles only, so that a search ends soon.
NEWEST = 20_000


def find_words(words: str) -> Select[Any]:
    """The ids of events one of whose articles has all of `words` in its headline."""
    newest = select(FactModel.id, FactModel.event_id, FactModel.article_id).where(FactModel.event_id.is_not(None))
    facts = newest.order_by(FactModel.id.desc()).limit(NEWEST).subquery()
    question = select(facts.c.event_id).join(ArticleModel, ArticleModel.id == facts.c.article_id)
    for word in words.split():
        question = question.where(ArticleModel.title.icontains(word, autoescape=True))
    return question
