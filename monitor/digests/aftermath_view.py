"""Puts what is no new event into words: later reports, corrections, the figures of a week; no layout."""

from dataclasses import dataclass

from monitor.digests.content import Correction, DigestContent, Later
from monitor.digests.event_view import ArticleText, LinkText, describe_article
from monitor.digests.headlines import name_pairs
from monitor.digests.wording import Wording


@dataclass(frozen=True)
class LaterText:
    """An event that was told before, and in one line what was written of it since; `more` counts those not shown."""

    headline: str
    url: str
    articles: tuple[ArticleText, ...]
    more: str


@dataclass(frozen=True)
class CorrectionText:
    """One correction as a sentence; `url` is empty where the event has no page."""

    sentence: str
    url: str


@dataclass(frozen=True)
class AftermathText:
    """Later reports and corrections under their titles; empty tuples where there are none."""

    later_title: str
    later: tuple[LaterText, ...]
    corrections_title: str
    corrections: tuple[CorrectionText, ...]


@dataclass(frozen=True)
class SummaryText:
    """The figures of a week: its title, a line for each figure, and links to the register, if it has an address."""

    title: str
    lines: tuple[str, ...]
    links: tuple[LinkText, ...] = ()


def describe_aftermath(content: DigestContent, wording: Wording, articles: int) -> AftermathText:
    """Later reports, each with at most so many `articles`, and corrections."""
    return AftermathText(
        later_title=wording.say("section.later"),
        later=tuple(_later(later, content, wording, articles) for later in content.later),
        corrections_title=wording.say("section.corrections"),
        corrections=tuple(_correction(correction, wording) for correction in content.corrections),
    )


def describe_summary(content: DigestContent, wording: Wording) -> SummaryText | None:
    """The week in figures; None where the digest has none."""
    summary = content.summary
    if summary is None:
        return None
    acts = [wording.say("summary.act", act=wording.say(f"act.{act}"), n=n) for act, n in summary.acts]
    ties = [name_pairs([pair]) for pair in summary.new_ties]
    lines = [wording.say("summary.acts", acts=", ".join(acts))] if acts else [wording.say("summary.none")]
    return SummaryText(
        title=wording.say("summary.title"),
        lines=(*lines, wording.say("summary.new_ties", pairs="; ".join(ties))) if ties else tuple(lines),
        links=tuple(
            LinkText(wording.say(key), url)
            for key, url in (("link.register", summary.register_url), ("link.picture", summary.picture_url)) if url
        ),
    )


def _later(later: Later, content: DigestContent, wording: Wording, articles: int) -> LaterText:
    hidden = len(later.articles) - articles
    return LaterText(
        headline=later.headline,
        url=later.url or "",
        articles=tuple(describe_article(article, content, wording) for article in later.articles[:articles]),
        more=wording.count("article.more", hidden) if hidden > 0 else "",
    )


def _correction(correction: Correction, wording: Wording) -> CorrectionText:
    sentence = wording.say(f"correction.{correction.kind}", told=correction.told, now=correction.now)
    return CorrectionText(sentence, correction.url or "")
