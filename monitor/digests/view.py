"""Puts a digest's content into the words of its language, line by line; it does not lay anything out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.digests.content import DigestArticle, DigestContent, DigestEvent
from monitor.digests.coverage_view import CoverageText, describe_coverage
from monitor.digests.days import format_day, format_instant_day, format_moment
from monitor.digests.plain import find_host
from monitor.digests.wording import Wording, load_wording

ARTICLES_SHOWN = 12


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
class EventText:
    """One event in words; `more` says how many articles are not shown, if any."""

    headline: str
    known: str
    quote: str
    quote_lang: str
    quote_outlet: str
    groups: tuple[LanguageGroup, ...]
    more: str


@dataclass(frozen=True)
class SectionText:
    """A section under its title; `note` may be empty."""

    title: str
    note: str
    events: tuple[EventText, ...]


@dataclass(frozen=True)
class DigestText:
    """A digest in words, from top to bottom; `repeat` is empty unless it may be a repeat."""

    language: str
    subject: str
    title: str
    lead: str
    repeat: str
    sections: tuple[SectionText, ...]
    coverage: CoverageText
    footer: tuple[str, ...]


def make_view(content: DigestContent, *, may_repeat: bool = False) -> DigestText:
    """`content` in its language's words. `may_repeat` adds the line that it may have arrived before."""
    wording = load_wording(content.language)
    title = wording.say(
        "subject",
        day=format_instant_day(content.composed_at, content.language, content.zone),
        what=_subject_matter(content, wording),
    )
    return DigestText(
        language=content.language,
        subject=wording.say("subject.repeat", subject=title) if may_repeat else title,
        title=title,
        lead=" ".join([_lead(content, wording), *_limits(content, wording)]),
        repeat=wording.say("repeat") if may_repeat else "",
        sections=_sections(content, wording),
        coverage=describe_coverage(content, wording),
        footer=_footer(content, wording),
    )


def _subject_matter(content: DigestContent, wording: Wording) -> str:
    if not content.is_empty:
        return ", ".join(_counts(content, wording))
    if not content.coverage.read:
        return wording.say("subject.unknown")
    return wording.say("subject.nothing", read=content.coverage.read, all=content.coverage.all)


def _counts(content: DigestContent, wording: Wording) -> list[str]:
    ties, unsure = len(content.of_section("new_ties")), len(content.of_section("unsure"))
    events = wording.count("part.events", len(content.event_ids) - unsure)
    if ties:
        events = wording.say("part.with_ties", events=events, ties=wording.count("part.ties", ties))
    told = [events] if len(content.event_ids) > unsure else []
    return [*told, wording.count("part.unsure", unsure)] if unsure else told


def _lead(content: DigestContent, wording: Wording) -> str:
    """A claim of 'nothing new' is only made for outlets that were read."""
    read, known = content.coverage.read, content.coverage.all
    if not content.is_empty:
        return wording.say("lead.events", what=", ".join(_counts(content, wording)), basis=_basis(read, known, wording))
    if not known:
        return wording.say("lead.no_outlets")
    if not read:
        return wording.count("lead.unknown", known)
    if read == known:
        return wording.count("lead.all", known)
    return wording.count("lead.some", known - read, read=read, all=known)


def _limits(content: DigestContent, wording: Wording) -> list[str]:
    return [wording.say("lead.filtered")] if content.filters.is_set else []


def _basis(read: int, known: int, wording: Wording) -> str:
    if not read:
        return wording.say("basis.none")
    return wording.count("basis.all", known) if read == known else wording.say("basis.some", read=read, all=known)


def _sections(content: DigestContent, wording: Wording) -> tuple[SectionText, ...]:
    return tuple(
        SectionText(
            title=wording.say(f"section.{section.kind}"),
            note=wording.say("section.unsure.note") if section.kind == "unsure" else "",
            events=tuple(_event(event, content, wording) for event in section.events),
        )
        for section in content.sections
    )


def _event(event: DigestEvent, content: DigestContent, wording: Wording) -> EventText:
    hidden = len(event.articles) - ARTICLES_SHOWN
    return EventText(
        headline=event.headline,
        known=_known(event, wording),
        quote=event.quote,
        quote_lang=event.quote_lang,
        quote_outlet=event.quote_outlet,
        groups=_groups(event.articles[:ARTICLES_SHOWN], content, wording),
        more=wording.count("article.more", hidden) if hidden > 0 else "",
    )


def _known(event: DigestEvent, wording: Wording) -> str:
    """Only ever what Twinwatch knows: never that something is the first of its kind."""
    if event.new_tie:
        return wording.say("known.first")
    since = format_day(event.known_since, wording.language)
    lines = [wording.count("known.earlier", event.earlier_events)] if event.earlier_events else []
    return " ".join([*lines, wording.say("known.since", day=since)] if since else lines)


def _groups(
    articles: Sequence[DigestArticle], content: DigestContent, wording: Wording
) -> tuple[LanguageGroup, ...]:
    return tuple(
        LanguageGroup(
            lang=lang,
            name=wording.language_name(lang) if lang else wording.say("lang.unknown"),
            articles=tuple(_article(article, content, wording) for article in same),
        )
        for lang, same in groupby(articles, key=lambda article: article.lang)
    )


def _article(article: DigestArticle, content: DigestContent, wording: Wording) -> ArticleText:
    published = article.published_at
    return ArticleText(
        outlet=article.outlet,
        title=article.title or wording.say("article.untitled"),
        lang=article.lang,
        url=article.url,
        host=find_host(article.url) if article.url else "",
        published=format_moment(published, content.language, content.zone)
        if published
        else wording.say("article.undated"),
    )


def _footer(content: DigestContent, wording: Wording) -> tuple[str, ...]:
    lines = [wording.say("footer.subscription", name=content.subscription)]
    if content.filters.is_set:
        lines.append(wording.say("footer.filters", filters="; ".join(_filters(content, wording))))
    return tuple(lines)


def _filters(content: DigestContent, wording: Wording) -> list[str]:
    chosen = content.filters
    named = {
        "localities": chosen.localities,
        "acts": tuple(wording.say(f"act.{act}") for act in chosen.acts),
        "languages": tuple(wording.language_name(code) for code in chosen.languages),
    }
    lines = [wording.say(f"filter.{key}", values=", ".join(values)) for key, values in named.items() if values]
    return [*lines, wording.say("filter.new_ties_only")] if chosen.new_ties_only else lines
