"""Composes a digest: events and ledger in, content out; no database, clock, network or layout."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from monitor.digests.content import DigestArticle, DigestContent, DigestEvent, DigestPair, Filters, Section, SectionKind
from monitor.digests.coverage import make_coverage
from monitor.digests.filters import Inside, is_wanted
from monitor.digests.headlines import make_headline
from monitor.digests.plain import MAX_QUOTE, make_plain, make_safe_url
from seeds.subscription import Subscription
from storage.values import EventArticle, EventView, LedgerLine

Name = Callable[[str, str], str]
SECTIONS: tuple[SectionKind, ...] = ("new_ties", "agreements", "others", "unsure")
PAPERS = frozenset({"agreement", "twinning"})
LANGUAGE_ORDER = ("vi", "ko", "en")
# A quote is cut at 200 characters; a shorter one that ends without a full stop is a headline, whole as it is.
WHOLE_QUOTE = 180
SENTENCE_ENDS = (".", "!", "?", "…", "。", '"', "”", "'", "’")


def compose(
    subscription: Subscription,
    events: Iterable[EventView],
    ledger: Sequence[LedgerLine],
    *,
    outlet_names: Mapping[str, str],
    name: Name,
    inside: Inside,
    composed_at: datetime,
    since_at: datetime,
    read_since: datetime | None = None,
    down: Sequence[tuple[datetime, datetime]] = (),
) -> DigestContent:
    """The digest of `subscription`: its sections in order, each with those of `events` that its filters let pass.

    `name(key, language)` names a locality; `inside(key)` gives the keys of all units that hold it. `composed_at` and
    `since_at` (aware) bound the period that `ledger` covers; `down` are the intervals in which nothing ran. A visit
    after `read_since` (default: `since_at`) still counts: in a short period an outlet may not have been due again.
    """
    wanted = [event for event in events if is_wanted(subscription, event, inside)]
    told = {kind: [e for e in wanted if find_section(e) == kind] for kind in SECTIONS}
    language = subscription.language
    return DigestContent(
        subscription=subscription.name,
        language=language,
        zone=subscription.zone,
        composed_at=composed_at.astimezone(UTC),
        since_at=since_at.astimezone(UTC),
        sections=tuple(
            Section(kind, tuple(_tell(event, language, outlet_names, name) for event in _newest_first(told[kind])))
            for kind in SECTIONS
            if told[kind]
        ),
        coverage=make_coverage(ledger, outlet_names, read_since or since_at, down),
        filters=_name_filters(subscription, name),
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


def _tell(event: EventView, language: str, outlet_names: Mapping[str, str], name: Name) -> DigestEvent:
    pairs = tuple(
        DigestPair(vn, make_plain(name(vn, language)), kr, make_plain(name(kr, language))) for vn, kr in event.pairs
    )
    proof = _find_proof(event.articles, language)
    return DigestEvent(
        id=event.id,
        headline=make_headline(event.act, event.stage, event.happened_on, pairs, language),
        act=event.act,
        stage=event.stage,
        happened_on=event.happened_on,
        pairs=pairs,
        new_tie=event.new_tie,
        earlier_events=event.earlier_events,
        known_since=event.known_since,
        quote=_mark_cut(make_plain(proof.quote, MAX_QUOTE)) if proof else "",
        quote_lang=proof.lang if proof else "",
        quote_outlet=_name_outlet(proof, outlet_names) if proof else "",
        articles=tuple(_show(article, outlet_names) for article in _by_language(event.articles, language)),
    )


def _find_proof(articles: Sequence[EventArticle], language: str) -> EventArticle | None:
    quoted = [article for article in articles if article.quote.strip()]
    return next((article for article in quoted if article.lang == language), quoted[0] if quoted else None)


def _mark_cut(quote: str) -> str:
    """A quote that stops within its sentence says so."""
    return quote if quote.endswith(SENTENCE_ENDS) or len(quote) < WHOLE_QUOTE else f"{quote}…"


def _by_language(articles: Sequence[EventArticle], language: str) -> list[EventArticle]:
    order = list(dict.fromkeys((language, *LANGUAGE_ORDER, *sorted({article.lang for article in articles}))))
    return sorted(articles, key=lambda article: order.index(article.lang))


def _show(article: EventArticle, outlet_names: Mapping[str, str]) -> DigestArticle:
    return DigestArticle(
        url=make_safe_url(article.url),
        outlet=_name_outlet(article, outlet_names),
        lang=article.lang,
        title=make_plain(article.title),
        published_at=article.published_at.astimezone(UTC) if article.published_at else None,
    )


def _name_outlet(article: EventArticle, outlet_names: Mapping[str, str]) -> str:
    return make_plain(outlet_names.get(article.outlet_id, article.outlet_id))


def _name_filters(subscription: Subscription, name: Name) -> Filters:
    return Filters(
        localities=tuple(make_plain(name(key, subscription.language)) for key in subscription.localities),
        acts=tuple(subscription.acts),
        languages=tuple(subscription.languages),
        new_ties_only=subscription.new_ties_only,
    )
