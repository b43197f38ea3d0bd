"""The loop that composes the digests whose hour has come, and saves them with what they tell."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial

from monitor.application import Application
from monitor.coverage import add_own_finds
from monitor.digests.aftermath import find_adopted, find_restatements, has_later, make_standing
from monitor.digests.changes import tell_changes
from monitor.digests.compose import Links, Reading, compose, make_headliner
from monitor.digests.content import DigestContent
from monitor.digests.filters import is_wanted, may_be_wanted
from monitor.digests.periods import find_period
from monitor.digests.register import choose_ties
from monitor.recalling import recall_told
from monitor.register import find_register
from monitor.unsubscribing import LEFT, find_present
from seeds.subscription import Subscription
from storage.repository.digests import NewDigest
from storage.repository.event_views import SharedViews
from storage.values import Changes, DigestRow, EventView, LedgerLine, Standing, TieRow

# A clock that is set back further was wrong before, and no reader should wait until it has caught up.
SET_BACK_AT_MOST = timedelta(days=2)

# What is told at once comes in one message at most so often, and holds at most so many events: the next one has the
# rest. An editor who is called more often stops to look.
INSTANT_PAUSE = timedelta(minutes=15)
MOST_AT_ONCE = 20
# Later reports alone call nobody: they come with the next news, or after this.
LATER_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Draft:
    """A digest that is composed but not saved: its content, and the events that it tells or passes over.

    `standings` say how the reader knows each event afterwards, `articles` are all that it tells of, `changes` are the
    marks of the changes that it looked at.
    """

    subscription: Subscription
    content: DigestContent
    told: tuple[str, ...]
    passed_over: tuple[str, ...]
    since_at: datetime
    composed_at: datetime
    standings: dict[str, Standing] = field(default_factory=dict)
    articles: tuple[int, ...] = ()
    changes: tuple[int, int] | None = None

    @property
    def is_silent(self) -> bool:
        """Whether nothing is handed over: nothing is new, and the subscription wishes to hear only of news."""
        return _is_silent(self.subscription, self.content)


def compose_due(application: Application) -> list[int]:
    """Composes and saves the digest of every subscription whose hour has come; the ids of the digests made."""
    made, look = [], Look(application)
    for subscription in application.subscriptions:
        find = _tell_at_once if subscription.schedule == "instant" else _compose_period
        digest_id = find(application, subscription, look)
        made += [digest_id] if digest_id is not None else []
    return made


class Look:
    """What the digests of one round have in common, read once: events, and the ledger of each period."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.now, self.views = application.clock(), SharedViews()
        self._ledgers: dict[datetime, list[LedgerLine]] = {}
        self._down: dict[datetime, list[tuple[datetime, datetime]]] = {}

    def outlet_names(self, language: str) -> dict[str, str]:
        """The names of all outlets, by id, for a reader of `language`."""
        return {outlet.id: outlet.name_in(language) for outlet in self._application.catalogue.outlets.values()}

    def ledger(self, since_at: datetime) -> list[LedgerLine]:
        """The ledger from `since_at` until now."""
        if since_at not in self._ledgers:
            application = self._application
            # What a wave finds it reads before its end, unless it is too much or not to be had.
            wave = timedelta(seconds=application.settings.crawl.wave_seconds)
            self._ledgers[since_at] = application.store.outlets.ledger(
                application.watched, since_at, self.now, self.now - wave)
        return self._ledgers[since_at]

    @cached_property
    def register(self) -> list[TieRow]:
        """The register of ties, those of places that nobody knows any more left out."""
        known = self._application.gazetteer.localities
        ties = find_register(self._application).values()
        return [tie for tie in ties if tie.vn_key in known and tie.kr_key in known]

    def down(self, since_at: datetime) -> list[tuple[datetime, datetime]]:
        """The intervals since then in which nothing ran."""
        if since_at not in self._down:
            self._down[since_at] = _find_down(self._application, since_at, self.now)
        return self._down[since_at]


def _compose_period(application: Application, subscription: Subscription, look: Look) -> int | None:
    now = look.now
    began_at = application.store.digests.begin_subscription(subscription.name, now)
    period = find_period(subscription, began_at, now)
    if not period or _has_digest(application, subscription, period, now):
        return None
    return save_draft(application, draft_digest(application, subscription, look), period)


def _tell_at_once(application: Application, subscription: Subscription, look: Look) -> int | None:
    """The message of what is new since the last one; what its filters leave out is settled without any."""
    digests, now = application.store.digests, look.now
    last_at = digests.last_composed_at(subscription.name)
    # One that lies ahead is from before the clock was set back, and keeps nobody waiting.
    since_last = now - last_at if last_at else None
    if since_last is not None and timedelta(0) <= since_last < INSTANT_PAUSE:
        return None
    draft = draft_digest(application, subscription, look)
    is_old = since_last is None or since_last >= LATER_AFTER
    if draft.told or draft.content.corrections or (draft.content.later and is_old):
        return save_draft(application, draft, f"at {now.isoformat()}")
    if draft.passed_over:
        digests.pass_over(subscription.name, draft.passed_over)
    return None


def draft_digest(application: Application, subscription: Subscription, look: Look | None = None) -> Draft:
    """What the subscription would be told now; saves nothing of it."""
    look = look or Look(application)
    store, gazetteer, now = application.store, application.gazetteer, look.now
    began_at = store.digests.begin_subscription(subscription.name, now)
    last = store.digests.last_digest(subscription.name)
    # A clock that was set back must not make a period end before it begins.
    since_at = min(last.composed_at if last else began_at, now)
    recall_told(application, subscription.name)
    # In this order: an event that is told between the two questions has no change that is missed.
    changes = store.digests.changes(subscription.name, look.views)
    events = store.events.untold(subscription.name, look.views)
    wanted, reading = _choose(application, subscription, events)
    content = compose(
        subscription, wanted, look.ledger(since_at), outlet_names=look.outlet_names(subscription.language),
        name=gazetteer.name, zone_of=application.zone_of, inside=gazetteer.ancestors, composed_at=now,
        since_at=since_at, read_since=min(since_at, now - _longest_pause(application)),
        down=look.down(since_at),
        changed=changes.events, links=_make_links(application, subscription, now), reading=reading,
    )
    told, chosen = tuple(event.id for event in wanted), {event.id for event in wanted}
    # Of a message at once, what exceeds its length waits for the next one.
    may_wait = subscription.schedule == "instant" and len(wanted) == MOST_AT_ONCE
    passed_over = tuple(
        event.id for event in events if event.id not in chosen
        and not (may_wait and _is_wanted(subscription, event, application, reading))
    )
    standings, articles = _find_knowledge(application, subscription, wanted, changes)
    marks = (changes.begins_at, changes.ends_at)
    content = _add_register(application, subscription, add_own_finds(application, content), look)
    content = _tell_changes(_add_unreached(application, content), subscription, last)
    return Draft(subscription, content, told, passed_over, since_at, now, standings, articles, marks)


def _add_register(
    application: Application, subscription: Subscription, content: DigestContent, look: Look
) -> DigestContent:
    """The content with the register of the subscription's places as it stands, and where its week's summary leads."""
    summary, base = content.summary, application.settings.web.public_url.rstrip("/")
    if summary is None:
        return content
    if base:
        register, picture = (f"{base}/{page}?lang={content.language}" for page in ("ties", "ties.svg"))
        summary = replace(summary, register_url=register, picture_url=picture)
    # Only an email can carry a picture inside itself; Slack wants it at a public address.
    if subscription.notifier == "email":
        gazetteer = application.gazetteer
        summary = replace(summary, register=choose_ties(
            look.register, subscription.localities, name=partial(gazetteer.name, lang=content.language),
            province=gazetteer.province, inside=gazetteer.ancestors,
            new={(gazetteer.current(pair.vn_key), pair.kr_key) for pair in summary.new_ties},
        ))
    return replace(content, summary=summary)


def _add_unreached(application: Application, content: DigestContent) -> DigestContent:
    """Who reads this should know of an earlier digest that never came; to whom stays untold."""
    found = application.store.deliveries.unreached(content.subscription, content.since_at, unless=LEFT)
    return replace(content, coverage=replace(content.coverage, unreached=tuple(found))) if found else content


def _tell_changes(content: DigestContent, subscription: Subscription, last: DigestRow | None) -> DigestContent:
    before = DigestContent.from_json(last.content) if last else None
    return tell_changes(content, before, was_told=before is None or not _is_silent(subscription, before))


def _is_silent(subscription: Subscription, content: DigestContent) -> bool:
    return content.is_empty and (subscription.when_empty == "skip" or subscription.schedule == "instant")


def _choose(
    application: Application, subscription: Subscription, events: Sequence[EventView]
) -> tuple[list[EventView], Reading]:
    """The events that the subscription wants, and what has to be read of them."""
    digests, inside = application.store.digests, application.gazetteer.ancestors
    texts: dict[int, str] = {}
    if subscription.keywords:
        candidates = [event for event in events if may_be_wanted(subscription, event, inside)]
        texts = digests.texts(article.article_id for event in candidates for article in event.articles)
    reading = Reading(texts)
    wanted = [event for event in events if _is_wanted(subscription, event, application, reading)]
    if subscription.schedule == "instant":
        wanted = wanted[:MOST_AT_ONCE]
    return wanted, Reading(texts, digests.fields(event.id for event in wanted))


def _is_wanted(subscription: Subscription, event: EventView, application: Application, reading: Reading) -> bool:
    return is_wanted(subscription, event, application.gazetteer.ancestors, reading.texts)


def _make_links(application: Application, subscription: Subscription, at: datetime) -> Links:
    links = application.links
    return lambda event_id: (links.event(event_id, at), links.judge(event_id, "no", subscription.name, at))


def _find_knowledge(
    application: Application, subscription: Subscription, wanted: Sequence[EventView], changes: Changes
) -> tuple[dict[str, Standing], tuple[int, ...]]:
    """How the reader knows each event after this digest, and the articles of which it tells."""
    headline = make_headliner(subscription.language, application.gazetteer.name)
    standings = {event.id: make_standing(event, headline) for event in wanted}
    articles = {article.article_id for event in wanted for article in event.articles}
    for restated in find_restatements(changes.events, headline):
        standings[restated.changed.id] = restated.standing
    for adopted, standing in find_adopted(changes.events, headline):
        standings[adopted.id] = standing
        articles |= adopted.later
    for one in changes.events:
        articles |= one.later if has_later(one) else set()
    return standings, tuple(sorted(articles))


def find_gaps(
    waves: Sequence[tuple[datetime, datetime | None]], since_at: datetime, until_at: datetime, longest: timedelta
) -> list[tuple[datetime, datetime]]:
    """The intervals of a period, longer than `longest`, in which no wave was under way; `waves` oldest first."""
    gaps, free_at = [], since_at
    for started_at, finished_at in [*waves, (until_at, until_at)]:
        if started_at - free_at > longest:
            gaps.append((free_at, started_at))
        free_at = max(free_at, finished_at or started_at)
    return gaps


def save_draft(application: Application, draft: Draft, period: str) -> int | None:
    """Saves a draft with its told rows and deliveries; its id, or None where the period had its digest already."""
    return application.store.digests.save_digest(NewDigest(
        subscription=draft.subscription.name, period=period, composed_at=draft.composed_at, since_at=draft.since_at,
        content=draft.content.to_json(), notifier=draft.subscription.notifier,
        recipients=() if draft.is_silent else find_present(application, draft.subscription),
        told=draft.told, passed_over=draft.passed_over, standings=draft.standings, articles=draft.articles,
        changes=draft.changes,
        new_ties=[event.id for section in draft.content.sections for event in section.events if event.new_tie],
    ))


def _has_digest(application: Application, subscription: Subscription, period: str, now: datetime) -> bool:
    """Whether the period had its digest, or a later one had, from before the clock was set back."""
    digests = application.store.digests
    if digests.has_digest(subscription.name, period):
        return True
    last_at = digests.last_composed_at(subscription.name)
    return last_at is not None and now < last_at < now + SET_BACK_AT_MOST


def _find_down(application: Application, since_at: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    longest = _longest_pause(application)
    return find_gaps(application.store.runs.waves_between(since_at, now), since_at, now, longest)


def _longest_pause(application: Application) -> timedelta:
    """Every outlet is visited within this: a longer pause means that nothing ran."""
    crawl = application.settings.crawl
    return timedelta(minutes=2 * crawl.interval_minutes, seconds=crawl.wave_seconds)

