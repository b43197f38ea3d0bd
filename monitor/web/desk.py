"""What a page is made with: the application, who asks, in which language, and how things are named and written there.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from babel.numbers import format_decimal
from fastapi import Depends, Request

from monitor.application import Application
from monitor.digests.content import DigestPair
from monitor.digests.days import find_bare_day, format_day, format_moment
from monitor.digests.headlines import make_headline
from monitor.digests.plain import make_plain
from monitor.web.guard import Visitor
from monitor.web.refused_page import find_words
from monitor.web.sessions import Sessions
from monitor.web.words import ZONES, Words
from seeds.gazetteer import Gazetteer
from seeds.reasons import say_reason, translate_reason
from storage.store import Store
from storage.values import EventArticle, EventBrief, EventView


@dataclass(frozen=True)
class Desk:
    """One request's view of Twinwatch; made anew for each."""

    application: Application
    request: Request
    visitor: Visitor
    sessions: Sessions
    words: Words

    @property
    def store(self) -> Store:
        return self.application.store

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def zone(self) -> str:
        """The zone in which times are shown (IANA): that of the language's country, else UTC."""
        return ZONES[self.language]

    @property
    def csrf(self) -> str:
        """The token of this session's forms; with it the session gets its cookie."""
        self.visitor.makes_session = True
        return self.sessions.make_csrf(self.visitor.session)

    def day(self, day: str | None) -> str:
        """A day, month or year in words; a word for none."""
        return _write_day(day, self.language) or self.words.say("day.unknown")

    def moment(self, moment: datetime | None) -> str:
        """An instant in words, in the reader's zone; a word for none."""
        return format_moment(moment, self.language, self.zone) if moment else self.words.say("moment.never")

    def published(self, article: EventArticle) -> str:
        """When an article was published: the outlet's day alone where its page gives no hour; a word for none."""
        if article.published_at is None:
            return self.words.say("article.undated")
        day = find_bare_day(article.published_at, self.application.zone_of(article.outlet_id, article.lang))
        return self.day(day) if day else self.moment(article.published_at)

    def place(self, key: str) -> str:
        """A locality's name; the key itself where the gazetteer has lost it."""
        return name_place(self.application.gazetteer, key, self.language)

    def outlet(self, outlet_id: str, url: str = "") -> str:
        """An outlet's name for the reader; the host of its article's `url`, or its id, where nobody declared it."""
        known = self.application.catalogue.outlets.get(outlet_id)
        return make_plain(known.name_in(self.language) if known else urlsplit(url).hostname or outlet_id)

    def reason(self, text: str) -> str:
        """Why something could not be read, as it is stored, in the reader's language; made plain."""
        return _translate(text, self.language) if text else ""

    def counted(self, name: str, count: int) -> str:
        """What a run counts (`entries_new`, `refused:too_short`), or a bare refusal, in words with its number."""
        what, _, reason = name.rpartition(":")
        if self.words.has(f"count.{name}"):
            return f"{self.words.say(f'count.{name}')} {count}"
        said = f"{make_plain(say_reason(reason, self.language))} ({count})"
        return f"{self.words.say(f'count.{what}')}: {said}" if self.words.has(f"count.{what}") else said

    def number(self, value: float) -> str:
        """A number as the language writes it, with one digit behind its point or comma where it has one."""
        return str(format_decimal(value, "0.#", self.language))

    def points(self, value: float, digits: int) -> str:
        """Points for (plus) or against (minus), with so many digits behind the point or comma."""
        form = f"0.{'0' * digits}"
        return str(format_decimal(value, f"+{form};\N{MINUS SIGN}{form}", self.language))

    def headline(self, event: EventView | EventBrief) -> str:
        """An event in one line, from its facts."""
        gazetteer = self.application.gazetteer
        return _write_headline(gazetteer, event.act, event.stage, event.happened_on, event.pairs, self.language)

    def remember_reader(self, reader: str) -> None:
        """Keeps the name under which this browser judged, for its next form."""
        if reader and reader != self.visitor.session.reader:
            self.visitor.session.reader, self.visitor.session.is_changed = reader, True


# A register has thousands of days and names.
@lru_cache(maxsize=50_000)
def _write_day(day: str | None, language: str) -> str:
    return format_day(day, language)


@lru_cache(maxsize=2_000)
def _write_headline(
    gazetteer: Gazetteer, act: str, stage: str, day: str | None, keys: tuple[tuple[str, str], ...], language: str
) -> str:
    pairs = [
        DigestPair(vn, name_place(gazetteer, vn, language), kr, name_place(gazetteer, kr, language)) for vn, kr in keys
    ]
    return make_headline(act, stage, day, pairs, language)


@lru_cache(maxsize=2_000)
def _translate(text: str, language: str) -> str:
    return translate_reason(make_plain(text), language)


@lru_cache(maxsize=10_000)
def name_place(gazetteer: Gazetteer, key: str, language: str) -> str:
    """A locality's name in a language; the key itself where the gazetteer has lost it."""
    return make_plain(gazetteer.name(key, language)) if key in gazetteer.localities else key


async def get_desk(request: Request) -> Desk:
    """The desk of a request; async, as it waits for nothing and needs no thread."""
    state = request.app.state
    return Desk(state.application, request, request.state.visitor, state.sessions, find_words(request))


DeskHere = Annotated[Desk, Depends(get_desk)]
