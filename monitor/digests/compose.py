"""Composes a digest: events and ledger in, content out; no database, clock, network or layout."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.digests.aftermath import Headline, find_restatements, has_later
from monitor.digests.content import (
    Correction,
    DigestArticle,
    DigestContent,
    DigestEvent,
    DigestKind,
    DigestPair,
    Filters,
    Later,
    Section,
    SectionKind,
    Summary,
)
from monitor.digests.coverage import make_coverage
from monitor.digests.days import find_bare_day
from monitor.digests.filters import NO_TEXTS, PAPERS, Inside, is_wanted
from monitor.digests.headlines import make_headline
from monitor.digests.plain import MAX_QUOTE, make_plain, make_safe_url
from seeds.subscription import Subscription
from storage.values import ChangedEvent, EventArticle, EventView, LedgerLine

Name = Callable[[str, str], str]
# The zone of an outlet's days, by its id and the language of its article.
ZoneOf = Callable[[str, str], ZoneInfo]
# The address of an event's page, and that where a reader says that it is wrong.
Links = Callable[[str], tuple[str | None, str | None]]
SECTIONS: tuple[SectionKind, ...] = ("new_ties", "agreements", "others", "unsure")
KINDS: Mapping[str, DigestKind] = {"weekly": "weekly", "instant": "instant"}
LANGUAGE_ORDER = ("vi", "ko", "en")
# A quote is cut at 200 characters; a shorter one that ends without a full stop is a headline, whole as it is.
WHOLE_QUOTE = 180
SENTENCE_ENDS = (".", "!", "?", "…", "。", '"', "”", "'", "’")


def no_links(event_id: str) -> tuple[str | None, str | None]:
    """Without a public address there is no page to link to."""
    return None, None


@dataclass(frozen=True)
class Reading:
    """What is read of the new events beside themselves: articles' texts by id, fields of cooperation by event."""

    texts: Mapping[int, str] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def compose(
    subscription: Subscription,
    events: Iterable[EventView],
    ledger: Sequence[LedgerLine],
    *,
    outlet_names: Mapping[str, str],
    name: Name,
    zone_of: ZoneOf,
    inside: Inside,
    composed_at: datetime,
    since_at: datetime,
    read_since: datetime | None = None,
    down: Sequence[tuple[datetime, datetime]] = (),
    changed: Sequence[ChangedEvent] = (),
    links: Links = no_links,
    reading: Reading | None = None,
) -> DigestContent:
    """The digest of `subscription`: its sections in order, each with those of `events` that its filters let pass.

    Later reports and corrections come of `changed`, told events that changed since. `name(key, language)` names a
    locality; `inside(key)` gives the keys of all units that hold it; `zone_of(outlet, lang)` the zone of its days.
    `composed_at` and `since_at` (aware) bound the period that `ledger` covers; `down` are the intervals in which
    nothing ran. A visit after `read_since` (default: `since_at`) still counts: in a short period an outlet may not have
    been due again.
    """
    read = reading or Reading()
    wanted = [event for event in events if is_wanted(subscription, event, inside, read.texts or NO_TEXTS)]
    teller = _Teller(subscription.language, outlet_names, name, zone_of, links, read.fields)
    sections = _make_sections(wanted, teller)
    return DigestContent(
        subscription=subscription.name, language=subscription.language, zone=subscription.zone,
        composed_at=composed_at.astimezone(UTC), since_at=since_at.astimezone(UTC),
        sections=sections,
        coverage=make_coverage(ledger, outlet_names, read_since or since_at, down),
        filters=_name_filters(subscription, name),
        kind=KINDS.get(subscription.schedule, "daily"),
        later=tuple(teller.tell_later(one) for one in changed if has_later(one)),
        corrections=teller.correct(changed),
        summary=_summarise(sections) if subscription.schedule == "weekly" else None,
    )


def make_headliner(language: str, name: Name) -> Headline:
    """What gives an event its headline in `language`."""
    return lambda event: make_headline(
        event.act, event.stage, event.happened_on, _name_pairs(event, language, name), language
    )


def find_section(event: EventView) -> SectionKind:
    """The one section that an event belongs to: doubt first, then newness, then the act."""
    if event.verdict != "yes":
        return "unsure"
    if event.new_tie:
        return "new_ties"
    return "agreements" if event.act in PAPERS else "others"


def _newest_first(events: Iterable[EventView]) -> list[EventView]:
    return sorted(sorted(events, key=lambda e: e.id), key=lambda e: e.happened_on or "", reverse=True)


def _make_sections(wanted: Sequence[EventView], teller: "_Teller") -> tuple[Section, ...]:
    told = {kind: [event for event in wanted if find_section(event) == kind] for kind in SECTIONS}
    return tuple(
        Section(kind, tuple(teller.tell(event) for event in _newest_first(told[kind])))
        for kind in SECTIONS if told[kind]
    )


def _summarise(sections: Sequence[Section]) -> Summary:
    sure = [event for section in sections if section.kind != "unsure" for event in section.events]
    acts = Counter(event.act for event in sure)
    ties = dict.fromkeys(event.pairs[0] for event in sure if event.new_tie and event.pairs)
    return Summary(tuple(sorted(acts.items(), key=lambda one: (-one[1], one[0]))), tuple(ties))


@dataclass(frozen=True)
class _Teller:
    """Tells events to one reader."""

    language: str
    outlet_names: Mapping[str, str]
    name: Name
    zone_of: ZoneOf
    links: Links
    fields: Mapping[str, tuple[str, ...]]

    def tell(self, event: EventView) -> DigestEvent:
        pairs = _name_pairs(event, self.language, self.name)
        proof = _find_proof(event.articles, self.language)
        url, wrong_url = self.links(event.id)
        return DigestEvent(
            id=event.id,
            headline=make_headline(event.act, event.stage, event.happened_on, pairs, self.language),
            act=event.act,
            stage=event.stage,
            happened_on=event.happened_on,
            pairs=pairs,
            new_tie=event.new_tie,
            earlier_events=event.earlier_events,
            known_since=event.known_since,
            quote=_mark_cut(make_plain(proof.quote, MAX_QUOTE)) if proof else "",
            quote_lang=proof.lang if proof else "",
            quote_outlet=_name_outlet(proof, self.outlet_names) if proof else "",
            articles=self.show(event.articles),
            fields=self.fields.get(event.id, ()),
            score=event.score,
            url=url,
            wrong_url=wrong_url,
        )

    def tell_later(self, one: ChangedEvent) -> Later:
        event = one.event
        articles = [article for article in event.articles if article.article_id in one.later]
        headline = make_headliner(self.language, self.name)(event)
        return Later(event.id, headline, self.show(articles), self.links(event.id)[0])

    def correct(self, changed: Sequence[ChangedEvent]) -> tuple[Correction, ...]:
        restated = find_restatements(changed, make_headliner(self.language, self.name))
        return tuple(
            Correction((known := one.changed.event.id), one.kind, one.told, one.now, self.links(known)[0])
            for one in restated
        )

    def show(self, articles: Sequence[EventArticle]) -> tuple[DigestArticle, ...]:
        in_order = _by_language(articles, self.language)
        return tuple(_show(article, self.outlet_names, self.zone_of) for article in in_order)


def _name_pairs(event: EventView, language: str, name: Name) -> tuple[DigestPair, ...]:
    return tuple(
        DigestPair(vn, make_plain(name(vn, language)), kr, make_plain(name(kr, language))) for vn, kr in event.pairs
    )


def _find_proof(articles: Sequence[EventArticle], language: str) -> EventArticle | None:
    """What proves most of the headline; of such the first in the reader's language, else the first."""
    quoted = [article for article in articles if article.quote.strip()]
    return min(quoted, key=lambda article: (article.gaps, article.lang != language), default=None)


def _mark_cut(quote: str) -> str:
    """A quote that stops within its sentence says so."""
    return quote if quote.endswith(SENTENCE_ENDS) or len(quote) < WHOLE_QUOTE else f"{quote}…"


def _by_language(articles: Sequence[EventArticle], language: str) -> list[EventArticle]:
    order = list(dict.fromkeys((language, *LANGUAGE_ORDER, *sorted({article.lang for article in articles}))))
    return sorted(articles, key=lambda article: order.index(article.lang))


def _show(article: EventArticle, outlet_names: Mapping[str, str], zone_of: ZoneOf) -> DigestArticle:
    return DigestArticle(
        url=make_safe_url(article.url),
        outlet=_name_outlet(article, outlet_names),
        lang=article.lang,
        title=make_plain(article.title),
        published_at=article.published_at.astimezone(UTC) if article.published_at else None,
        published_on=find_bare_day(article.published_at, zone_of(article.outlet_id, article.lang)),
    )


def _name_outlet(article: EventArticle, outlet_names: Mapping[str, str]) -> str:
    # What query feeds found on hosts that nobody has declared is known by these.
    return make_plain(outlet_names.get(article.outlet_id) or urlsplit(article.url).hostname or article.outlet_id)


def _name_filters(subscription: Subscription, name: Name) -> Filters:
    return Filters(
        localities=tuple(make_plain(name(key, subscription.language)) for key in subscription.localities),
        acts=tuple(subscription.acts),
        languages=tuple(subscription.languages),
        new_ties_only=subscription.new_ties_only,
        keywords=tuple(make_plain(word) for word in subscription.keywords),
        min_score=subscription.min_score,
    )
