"""Every rule: all that led to the verdict on one story of an event, as `twinwatch explain` tells it."""

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException

from monitor.digests.plain import make_plain
from monitor.judging.explanation import MentionNote, Reason
from monitor.web.desk import DeskHere
from monitor.web.rendering import add_page
from storage.values import EventArticle, EventView

# A story names the same place a dozen times.
MOST_MENTIONS = 80


@dataclass(frozen=True)
class RulesPage:
    """One story's rules, whose points add up to `points`, and the places found in it; `article` is the story's number.
    """

    event_id: str
    headline: str
    article: int
    articles: tuple[EventArticle, ...]
    score: float
    points: float
    yes_from: float
    verdict: str
    rules_version: str
    rows: tuple[Reason, ...]
    mentions: tuple[MentionNote, ...]


def show_rules(event_id: str, desk: DeskHere, article: int = 0) -> RulesPage:
    event = desk.store.events.get(event_id)
    number = _choose(event, article) if event else 0
    story = desk.store.articles.get(number) if number else None
    if event is None or story is None:
        raise HTTPException(404, "event, article")
    told = desk.request.app.state.explainer.explain_wholly(story, desk.language)
    return RulesPage(
        event.id, desk.headline(event), number, event.articles, told.score, told.points, told.yes_from, told.verdict,
        told.rules_version, told.reasons, told.mentions[:MOST_MENTIONS],
    )


def _choose(event: EventView, wished: int) -> int:
    """The number of the wished story; of the first one where none is; 0 for one of another event."""
    known = [one.article_id for one in event.articles]
    return wished if wished in known else known[0] if known and not wished else 0


def name_story(article: EventArticle) -> str:
    """What a story is called in a choice."""
    return make_plain(article.title, 80) or str(article.article_id)


router = APIRouter()
add_page(router, "/events/{event_id}/rules", show_rules, "rules.html",
         ("rule", "why", "points", "words", "field", "start", "end"), lambda desk, page: {"name_story": name_story})
