"""Why an event was flagged, in words: the rules that fired in the story that proves it best; each is asked once."""

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from monitor.application import Application
from monitor.assess import make_story
from monitor.judging.explanation import BIAS, StoryExplanation, explain_story
from seeds.explanations import Wording, load_wording
from storage.values import StoredArticle

# Some 10 ms a story; a page that is opened again should not pay twice. Each keeps its article.
KEPT = 64
SHOWN = 6


@dataclass(frozen=True)
class ReasonLine:
    """A rule in words, its points for (above 0) or against, and the words of the story it rests on."""

    why: str
    points: float
    strength: str
    words: str


@dataclass(frozen=True)
class Reasons:
    """The strongest reasons of one story, those for before those against; `more` counts those left out."""

    article_id: int
    score: float
    yes_from: float
    verdict: str
    speak_for: tuple[ReasonLine, ...]
    speak_against: tuple[ReasonLine, ...]
    more: int


class Explainer:
    """Explains stored stories; safe in several threads."""

    def __init__(self, application: Application) -> None:
        self._application, self._lock = application, Lock()
        self._explain = lru_cache(maxsize=KEPT)(self._explain_once)

    def explain(self, article: StoredArticle, language: str, most: int = SHOWN) -> Reasons:
        """The strongest reasons of a story, by today's rules."""
        told = self.explain_wholly(article, language)
        lines = [
            ReasonLine(reason.why, round(reason.points, 2), reason.strength, reason.words)
            for reason in sorted(told.reasons, key=lambda reason: -abs(reason.points)) if reason.rule != BIAS
        ]
        speak_for = tuple(line for line in lines if line.points > 0)[:most]
        speak_against = tuple(line for line in lines if line.points <= 0)[:most]
        more = len(lines) - len(speak_for) - len(speak_against)
        return Reasons(article.id, told.score, told.yes_from, told.verdict, speak_for, speak_against, more)

    def explain_wholly(self, article: StoredArticle, language: str) -> StoryExplanation:
        """Every place and every rule of a story, by today's rules."""
        with self._lock:
            return self._explain(article, language)

    def _explain_once(self, article: StoredArticle, language: str) -> StoryExplanation:
        application = self._application
        wording = _load_wording(application, language)
        return explain_story(make_story(article, application), application.knowledge, wording)


@lru_cache
def _load_wording(application: Application, language: str) -> Wording:
    return load_wording(application.settings.seeds_dir, language)
