"""Looks whether everything that Twinwatch needs is in order, and says how to mend what is not; it mends nothing."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from monitor.application import Application
from monitor.digests.coverage import UNREADABLE
from monitor.digests.plain import make_plain
from monitor.illustrating import look_at_lettering
from monitor.notifiers.message import check_domain, parse_address
from monitor.notifiers.probe import probe
from monitor.open_files import find_open_files
from monitor.overdue import find_overdue
from monitor.reassess import HOW_TO_REASSESS, describe_outdated
from monitor.recalling import find_hold
from monitor.visits import LOOKED_BACK, find_late_after, find_unread_day, is_idle, look_at_visits
from monitor.workers import look_at_workers
from seeds.errors import TwinwatchError
from seeds.settings import config_path
from storage.backup import measure_need
from storage.checkup import find_damage, find_span, measure_room, measure_size, read_clock, read_through
from storage.engine import find_file
from storage.errors import StoreError
from storage.values import DeliveryRow

State = Literal["fine", "untried", "warning", "wrong"]
# Less is left free than one backup of a year's store takes.
SPARE_BYTES = 1 << 30
# Time enough for a person to act, holidays included.
DISK_DAYS = 14
# A shorter past says nothing of how the store grows.
SHORTEST_PAST = timedelta(days=2)
# A service under which no visit has come to its end for so long, counted in intervals, is not at work.
PAUSES = 4
# Beyond this, days in digests and leases between machines go wrong.
CLOCK_SECONDS = 30
# More than this share of the outlets in trouble at once is our trouble more likely than theirs.
TROUBLED_SHARE = 0.25
TROUBLED = ("silent", "blocked", "broken", "drifted")
# A delivery was tried at once, after a minute and after five; a server that is restarted is back by then.
TRIES = 3
# What is saved is judged within seconds.
UNJUDGED_FOR = timedelta(hours=1)
# Named in a line.
SHOWN = 5
ADDRESS_ADVICE = "such as 'Desk <desk@city.example>'; a name with a comma in it stands in quotation marks"
MEANING = {"unproven": "unproven (never read)"}


@dataclass(frozen=True)
class Finding:
    """What one check found: `said` is the state in words, `advice` how to mend it or find out more.

    `untried` is what cannot be looked at without sending something.
    """

    check: str
    state: State
    said: str
    advice: str = ""


Check = Callable[[Application], Iterator[Finding]]


def examine(application: Application) -> Iterator[Finding]:
    """Every check in turn; one that fails says so and keeps no other from running.

    Where the database cannot be used that is said once, and what only it could tell is left out: each question may
    wait for it for half a minute.
    """
    try:
        application.watched, application.subscriptions  # noqa: B018
    except TwinwatchError as error:
        yield Finding("settings", "wrong", str(error), "nothing else can be looked at before this is mended")
        return
    is_away = False
    for name, check in CHECKS.items():
        if is_away and name in OF_THE_DATABASE:
            continue
        try:
            yield from check(application)
        except StoreError as error:
            is_away = is_away or name == "database"
            yield _explain(name, error)
        except TwinwatchError as error:
            yield Finding(name, "wrong", str(error))
        except OSError as error:
            yield Finding(name, "wrong", f"{error.filename or name}: {error.strerror or error}")
    if is_away:
        yield Finding("the rest", "untried", f"{', '.join(OF_THE_DATABASE)}: only the database could tell",
                      "mend it, then ask again")


def measure_free(folder: Path) -> int:
    """Bytes that are free where `folder` lies, or will."""
    return shutil.disk_usage(_existing(folder)).free


def find_disk(application: Application, measure: Callable[[Path], int] = measure_free) -> tuple[int, Path]:
    """Bytes that are free where the data lie, and the folder: of `data_dir` and the SQLite file's the one with less."""
    settings = application.settings
    file = find_file(settings.database_address)
    folders = dict.fromkeys([settings.data_dir.absolute(), *([file.absolute().parent] if file else [])])
    return min((measure(folder), folder) for folder in folders)


def find_days_left(
    application: Application, shortest_past: timedelta = SHORTEST_PAST, measure: Callable[[Path], int] = measure_free
) -> float | None:
    """In how many days SQLite's disk is full if the store grows as so far; None where that cannot be said yet."""
    database, file = application.store.database, find_file(application.settings.database_address)
    span = find_span(database)
    if file is None or span is None or span[1] - span[0] < shortest_past:
        return None
    room = measure_room(database)
    a_day = (room.size - room.free) / ((span[1] - span[0]) / timedelta(days=1))
    return (measure(file.absolute().parent) + room.free) / a_day if a_day else None


def count_states(application: Application, outlets: Iterable[str] | None = None) -> Counter[str]:
    """How many of the watched outlets, or of `outlets`, are in each state."""
    states = application.store.outlets.states()
    chosen = application.watched if outlets is None else outlets
    return Counter(states[i].state if i in states else "unproven" for i in chosen)


def _explain(name: str, error: StoreError) -> Finding:
    """Its advice stands in brackets at the end."""
    said, found, advice = str(error).rpartition(" (")
    if not found or not advice.endswith(")"):
        said, advice = str(error), ""
    return Finding(name, "wrong", said.removeprefix("database: "), advice.removesuffix(")"))


def is_stuck(row: DeliveryRow) -> bool:
    """Whether a delivery was tried again and again."""
    return row.state == "pending" and row.attempts >= TRIES


def _settings(application: Application) -> Iterator[Finding]:
    settings = application.settings
    if not settings.may_crawl:
        yield Finding("settings", "wrong", "crawl.contact is not set, so nothing is crawled",
                      "name an address or page that outlets can turn to; `twinwatch init` asks for it")
    elif not settings.crawl.contact:
        yield Finding("settings", "warning", "crawl.contact is not set: only crawl.allow_networks is crawled",
                      "set it before going live")
    elif "@" not in settings.crawl.contact and "://" not in settings.crawl.contact:
        yield Finding("settings", "warning", f"crawl.contact {settings.crawl.contact!r}: no address and no page",
                      "outlets turn to it: write one such as desk@city.example")
    else:
        count = len(application.watched)
        said = f"contact {settings.crawl.contact}, {count} outlet{'' if count == 1 else 's'}"
        yield Finding("settings", "fine", said)
    if not application.subscriptions:
        yield Finding("settings", "warning", "no subscription: nobody is told anything", "`twinwatch init` makes one")


def _secrets(application: Application) -> Iterator[Finding]:
    for found in find_open_files(application.settings, config_path()):
        yield Finding("secrets", "warning", f"{found.path} holds {found.holds} and others on this machine can read it "
                      f"({found.mode})", found.advice)


def _database(application: Application) -> Iterator[Finding]:
    database = application.store.database
    damage = find_damage(database)
    if damage:
        yield Finding("database", "wrong", f"damaged: {damage}",
                      "stop the service and restore a backup: `twinwatch db restore`")
        return
    if database.is_sqlite:
        yield Finding("database", "fine", f"sqlite, {_bytes(measure_size(database))}, sound")
        return
    read = read_through(database)
    said = f"postgresql, {_bytes(measure_size(database))}; {read.tables} tables read through, {read.rows:,} rows"
    said += "" if read.has_checksums else "; its server keeps no checksums, so not every damage would show"
    yield Finding("database", "fine", f"{said}; its disk cannot be seen from here: have it watched at the server")


def _disk(application: Application) -> Iterator[Finding]:
    free, folder = find_disk(application)
    said = f"{_bytes(free)} free in {folder}"
    advice = ("free some space, or keep pages for a shorter time ([keep] in twinwatch.toml) and let "
              "`twinwatch db tidy --apply` say what the disk gets back")
    if free < SPARE_BYTES or not application.is_open:
        yield Finding("disk", *(("wrong", said, advice) if free < SPARE_BYTES else ("fine", said)))
        return
    days, need = find_days_left(application), measure_need(application.store.database)
    if days is not None and days < DISK_DAYS:
        yield Finding("disk", "warning", f"{said}: full in about {days:.0f} days as the store grows", advice)
    elif free < need + SPARE_BYTES:
        yield Finding("disk", "warning", f"{said}: little beside a backup, which may need {_bytes(need)}",
                      "free some space, or back up to another disk: `twinwatch db backup FILE`")
    else:
        yield Finding("disk", "fine", said)


def _clock(application: Application) -> Iterator[Finding]:
    now, database = application.clock(), application.store.database
    theirs, span = read_clock(database), find_span(database)
    apart = abs((theirs - now).total_seconds()) if theirs else 0.0
    if apart > CLOCK_SECONDS:
        yield Finding("clock", "wrong", f"{apart:.0f} s apart from the database server's",
                      "let both keep their time from the network (NTP)")
    elif span and span[1] > now + timedelta(seconds=CLOCK_SECONDS):
        yield Finding("clock", "wrong", f"it says {now:%Y-%m-%d %H:%M} UTC; a wave began at {span[1]:%Y-%m-%d %H:%M}",
                      "set the clock right; no digest is lost, but days may be wrong")
    else:
        yield Finding("clock", "fine", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _service(application: Application) -> Iterator[Finding]:
    now, crawl = application.clock(), application.settings.crawl
    span, ended_at = find_span(application.store.database), look_at_visits(application).ended_at
    if span is None:
        yield Finding("service", "warning", "nothing was crawled yet", "`twinwatch run` starts the service")
        return
    none = f"no visit came to its end in {_ago(min(LOOKED_BACK, now - span[0]))}"
    said = f"a visit came to its end {_ago(now - ended_at)} ago" if ended_at else none
    said += f", the last wave began {_ago(now - span[1])} ago"
    since = ended_at or span[0]
    longest = PAUSES * timedelta(minutes=crawl.interval_minutes) + timedelta(seconds=crawl.wave_seconds)
    if now - since > max(longest, find_late_after(application)) and is_idle(application, ended_at, span[0]):
        yield Finding("service", "wrong", said, "is `twinwatch run` at work? its output says why it crawls nothing")
    elif unread := find_unread_day(application):
        (why, times), *more = unread.most_common()
        said += f"; but nothing was read: {make_plain(why, 200)}{f' ({times} times)' if times > 1 else ''}"
        said += f" and {sum(count for _, count in more)} other failures" if more else ""
        yield Finding("service", "wrong", said, "is this machine's way to the network in order? "
                      "`twinwatch outlets` says why each")
    else:
        yield Finding("service", "fine", said)


def _workers(application: Application) -> Iterator[Finding]:
    found, wave = look_at_workers(application), timedelta(seconds=application.settings.crawl.wave_seconds)
    if not application.settings.crawl.queue:
        return
    if found is None:
        yield Finding("workers", "warning", "no queue yet", "`twinwatch run` and `twinwatch worker` make it")
        return
    oldest = timedelta(seconds=found.oldest_seconds)
    said = f"{found.workers} at work; {found.waiting} batches wait, {found.under_way} are under way"
    said += f", the oldest has waited for {_ago(oldest)}" if found.waiting else ""
    if not found.workers:
        yield Finding("workers", "wrong", said, "start `twinwatch worker`; its output says why it takes nothing")
    elif oldest > 2 * wave:
        yield Finding("workers", "warning", said, "they do not keep up: start more")
    else:
        yield Finding("workers", "fine", said)


def _outlets(application: Application) -> Iterator[Finding]:
    counts, unending = count_states(application), look_at_visits(application).unending
    said = ", ".join(f"{number} {MEANING.get(state, state)}" for state, number in counts.most_common())
    said = said or "none is watched"
    if unending:
        more = " ..." if len(unending) > SHOWN else ""
        said += f"; no visit of {len(unending)} came to its end in a day: {', '.join(unending[:SHOWN])}{more}"
    said += _say_unread(application)
    also = sum(count for state, count in count_states(application, unending).items() if state not in TROUBLED)
    troubled = sum(counts[state] for state in TROUBLED) + also
    if troubled > TROUBLED_SHARE * max(1, len(application.watched)):
        yield Finding("outlets", "wrong", said, "so many at once: is this machine's way to the network in order? "
                      "`twinwatch outlets` says why each")
    elif troubled:
        yield Finding("outlets", "warning", said, "`twinwatch outlets` says why each, `twinwatch runs` how visits end")
    else:
        yield Finding("outlets", "fine", said)


def _say_unread(application: Application) -> str:
    """How many announced pages wait to be read, and where most of them; no trouble by itself, so only said."""
    now, wave = application.clock(), timedelta(seconds=application.settings.crawl.wave_seconds)
    ledger = application.store.outlets.ledger(application.watched, now, now, now - wave)
    readable = (line for line in ledger if line.state not in UNREADABLE and line.waiting > line.arriving)
    late = Counter({line.outlet_id: line.waiting - line.arriving for line in readable})
    most = ", ".join(f"{outlet_id} {count}" for outlet_id, count in late.most_common(SHOWN))
    more = " ..." if len(late) > SHOWN else ""
    return f"; announced pages that wait to be read: {late.total()} ({most}{more})" if late else ""


def _notifiers(application: Application) -> Iterator[Finding]:
    subscriptions = application.subscriptions
    for name in dict.fromkeys(subscription.notifier for subscription in subscriptions):
        recipients = [who for one in subscriptions if one.notifier == name for who in one.recipients]
        answer = probe(name, application.settings, recipients)
        state: State = "wrong" if answer.trouble else "fine" if answer.tried else "untried"
        yield Finding(name, state, answer.trouble or answer.said, answer.advice)


def _recipients(application: Application) -> Iterator[Finding]:
    """Those of emails to whom nothing can be sent, which only the digest's failure would show, and half addresses."""
    for subscription in application.subscriptions:
        for recipient in subscription.recipients if subscription.notifier == "email" else ():
            state: State = "wrong"
            try:
                address = parse_address(recipient).addr_spec
                state = "warning"
                check_domain(address)
            except ValueError as error:
                yield Finding("recipients", state, f"subscription {subscription.name}: {error}", ADDRESS_ADVICE)


def _pictures(application: Application) -> Iterator[Finding]:
    for found in look_at_lettering(application):
        if found.trouble:
            said = f"weekly emails in {found.language!r} go without the register's picture: {found.trouble}"
            yield Finding("pictures", "warning", said, found.advice)
        else:
            yield Finding("pictures", "fine", f"{found.language!r}: painted with {', '.join(found.families)}")


def _judging(application: Application) -> Iterator[Finding]:
    now = application.clock()
    for oldest in application.store.articles.unjudged(1):
        if now - oldest.fetched_at > UNJUDGED_FOR:
            said = f"an article has waited to be judged for {_ago(now - oldest.fetched_at)}: {oldest.url}"
            yield Finding("judging", "wrong", said, "is `twinwatch run` at work? its output says why it judges none")
    if outdated := describe_outdated(application):
        yield Finding("judging", "warning", outdated, HOW_TO_REASSESS)


def _deliveries(application: Application) -> Iterator[Finding]:
    rows = application.store.deliveries.find(1000)
    counts, stuck = Counter(row.state for row in rows), [row for row in rows if is_stuck(row)]
    said = ", ".join(f"{number} {state}" for state, number in counts.most_common()) or "none yet"
    if hold := find_hold(application):
        yield Finding("deliveries", "wrong", f"{hold.where}: {hold.what}; so far {said}", hold.advice)
    elif stuck:
        tried = f"{stuck[0].recipient} was tried {stuck[0].attempts} times: {make_plain(stuck[0].reason, 200)}"
        yield Finding("deliveries", "wrong", f"{said}; {tried}", "it is tried again by itself for three days; "
                      "`twinwatch deliveries` lists all")
    elif counts["failed"] or counts["uncertain"]:
        yield Finding("deliveries", "warning", said, "`twinwatch deliveries` says why; --retry tries one again")
    else:
        yield Finding("deliveries", "fine", said)


def _digests(application: Application) -> Iterator[Finding]:
    overdue = find_overdue(application)
    if overdue:
        is_open = not all(one.past for one in overdue)
        said = f"not composed: {', '.join(one.describe() for one in overdue[:SHOWN])}"
        advice = "is `twinwatch run` at work? its output says why it composes none"
        yield Finding("digests", "wrong" if is_open else "warning", said,
                      advice if is_open else "what they would have told is part of the next ones")


CHECKS: dict[str, Check] = {
    "settings": _settings, "secrets": _secrets, "database": _database, "disk": _disk, "clock": _clock,
    "service": _service, "workers": _workers, "outlets": _outlets, "judging": _judging, "notifiers": _notifiers,
    "recipients": _recipients, "pictures": _pictures, "deliveries": _deliveries, "digests": _digests,
}
OF_THE_DATABASE = ("clock", "service", "workers", "outlets", "judging", "deliveries", "digests")


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def _bytes(count: float) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"


def _ago(pause: timedelta) -> str:
    minutes = max(0, round(pause / timedelta(minutes=1)))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
