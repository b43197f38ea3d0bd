"""Puts one event of a digest into words: what is known, the proof, the original headlines, links; no layout."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.digests.content import DigestArticle, DigestContent, DigestEvent
from monitor.digests.days import format_day, format_moment
from monitor.digests.plain import find_host
from monitor.digests.wording import Wording

ARTICLES_SHOWN = 12
# A tag of a language as HTML takes it; an outlet's own page may claim anything.
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class ArticleText:
    """One article in words; `url` and `host` are empty where it cannot be linked safely."""

    outlet: str
    title: str
    lang: str
    url: str
    host: str
    published: str


@dataclass(frozen=True)
class LanguageGroup:
    """The articles of one language under its name."""

    lang: str
    name: str
    articles: tuple[ArticleText, ...]


@dataclass(frozen=True)
class LinkText:
    """A link to a page of ours with its words."""

    label: str
    url: str


@dataclass(frozen=True)
class EventText:
    """One event in words: `facts` are stage and fields, `more` says how many articles are not shown, if any.

    `url` leads to the event's page, `wrong` to where a reader says that it is wrong; empty and None where they do not
    exist.
    """

    headline: str
    facts: str
    known: str
    quote: str
    quote_lang: str
    quote_outlet: str
    groups: tuple[LanguageGroup, ...]
    more: str
    url: str
    links: tuple[LinkText, ...]


def describe_event(event: DigestEvent, content: DigestContent, wording: Wording, articles: int) -> EventText:
    """`event` in the words of `wording`, with at most so many `articles`."""
    hidden = len(event.articles) - articles
    return EventText(
        headline=event.headline,
        facts=_facts(event, wording),
        known=_known(event, wording),
        quote=event.quote,
        quote_lang=_tag(event.quote_lang),
        quote_outlet=event.quote_outlet,
        groups=_groups(event.articles[:articles], content, wording),
        more=wording.count("article.more", hidden) if hidden > 0 else "",
        url=event.url or "",
        links=_links(event, wording),
    )


def describe_article(article: DigestArticle, content: DigestContent, wording: Wording) -> ArticleText:
    """`article` in the words of `wording`; its title stays in its own language."""
    return ArticleText(
        outlet=article.outlet,
        title=article.title or wording.say("article.untitled"),
        lang=_tag(article.lang),
        url=article.url,
        host=find_host(article.url) if article.url else "",
        published=_published(article, content) or wording.say("article.undated"),
    )


def _published(article: DigestArticle, content: DigestContent) -> str:
    """A day without an hour stays the outlet's: in the reader's zone it could be the day before."""
    if article.published_on:
        return format_day(article.published_on, content.language)
    return format_moment(article.published_at, content.language, content.zone) if article.published_at else ""


def _facts(event: DigestEvent, wording: Wording) -> str:
    stage = wording.say("event.stage", stage=wording.say(f"stage.{event.stage}"))
    if not event.fields:
        return stage
    fields = ", ".join(wording.say(f"field.{field}") for field in event.fields)
    return f"{stage} · {wording.say('event.fields', fields=fields)}"


def _known(event: DigestEvent, wording: Wording) -> str:
    """Only ever what Twinwatch knows: never that something is the first of its kind."""
    if event.new_tie:
        return wording.say("known.first")
    since = format_day(event.known_since, wording.language) if _is_older(event.known_since, event.happened_on) else ""
    lines = [wording.count("known.earlier", event.earlier_events)] if event.earlier_events else []
    return " ".join([*lines, wording.say("known.since", day=since)] if since else lines)


def _is_older(known_since: str | None, happened_on: str | None) -> bool:
    """Whether a tie was known before the day of an event: its own day proves nothing older. Days may be months."""
    if not known_since or not happened_on:
        return bool(known_since)
    length = min(len(known_since), len(happened_on))
    return known_since[:length] < happened_on[:length]


def _groups(
    articles: Sequence[DigestArticle], content: DigestContent, wording: Wording
) -> tuple[LanguageGroup, ...]:
    return tuple(
        LanguageGroup(
            lang=lang,
            name=wording.language_name(lang) if lang else wording.say("lang.unknown"),
            articles=tuple(describe_article(article, content, wording) for article in same),
        )
        for lang, same in groupby(articles, key=lambda article: _tag(article.lang))
    )


def _tag(lang: str) -> str:
    return lang if LANGUAGE_TAG.fullmatch(lang) else ""


def _links(event: DigestEvent, wording: Wording) -> tuple[LinkText, ...]:
    named = (("link.event", event.url), ("link.wrong", event.wrong_url))
    return tuple(LinkText(wording.say(key), url) for key, url in named if url)
