"""The command `ingest`: articles from JSON lines into the store, then whatever follows a crawl. It fetches none."""

import json
import pkgutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from crawler.backlog import is_backlog
from crawler.generic import make_generic_outlet
from crawler.identity import MAX_ADDRESS, clean_url, make_identity
from crawler.languages import find_language
from seeds.catalogue import Catalogue, load_catalogue
from seeds.errors import InputError
from seeds.outlet import Outlet
from seeds.settings import load_settings
from storage.clock import Clock, utc_now
from storage.store import Store, open_store
from storage.values import NewArticle, NewEntry

SHAPE = '{"id", "url", "lang"?, "title", "text", "published_at"?}'
DATE_SOURCE = "ingest"
# What lies outside is a slip, and days could not be counted from the ends of the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class Line:
    """One article as it was given: NFC text; `published_at` as written, perhaps empty."""

    url: str
    title: str
    text: str
    lang: str
    published_at: str


def ingest(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file of JSON lines, or - for standard input.")],
) -> None:
    """Take articles from JSON lines into the store, judge them and print the events that are new.

    A line holds url, title and text, and may hold lang and published_at; other keys are ignored. An article that is
    known with this text changes nothing. A broken line is told on standard error.
    """
    settings = load_settings()
    shelf = Shelf(open_store(settings.database_address), load_catalogue(settings.seeds_dir))
    counts: Counter[str] = Counter()
    with open_lines(file) as lines, _show_progress() as show:
        for number, line in enumerate(lines, 1):
            counts[_take_line(shelf, number, line)] += 1
            show(f"{number} lines")
    shelf.store.close()
    more = (f"{counts[what]} {what}" for what in ("known already", "broken") if counts[what])
    print(", ".join([f"{counts['saved']} saved", *more]), file=sys.stderr)
    _follow()
    if counts["broken"]:
        raise typer.Exit(1)


class Shelf:
    """Where articles are put: an open store, with the catalogue that says whose they are."""

    def __init__(self, store: Store, catalogue: Catalogue, clock: Clock = utc_now) -> None:
        self.store, self._catalogue, self._clock = store, catalogue, clock
        self._first_visits = {state.outlet_id: state.first_visit_at for state in store.outlets.states().values()}
        self._outlets: set[str] = set()

    def put(self, line: Line) -> bool:
        """Saves one article; whether it was new. Raises InputError for an address or a date that cannot be read.

        It is news by the rule of a crawl (design, section 3), as if an outlet never visited were visited now.
        """
        outlet = self._catalogue.find_outlet(line.url) or make_generic_outlet(line.url, line.text)
        url, published_at, now = clean_url(line.url, outlet), _parse_instant(line.published_at, outlet), self._clock()
        if not url:
            raise InputError(f"'url' is no web address: {line.url!r}")
        if len(url) > MAX_ADDRESS:
            raise InputError(f"'url' is longer than {MAX_ADDRESS} characters: {url[:60]}...")
        if outlet.id not in self._outlets:
            self.store.outlets.register([outlet.id])
            self._outlets.add(outlet.id)
        entry = NewEntry(
            outlet.id, make_identity(url, outlet), url, title=line.title, published_at=published_at,
            date_source=DATE_SOURCE if published_at else "",
            backlog=is_backlog(published_at, self._first_visits.get(outlet.id) or now, first_look=True),
        )
        article = NewArticle(
            outlet.id, url, line.title, line.text, lang=line.lang or _find_language(line, outlet),
            published_at=published_at, date_source=entry.date_source,
        )
        return self.store.articles.ingest(entry, article, now) is not None


def parse_line(line: bytes) -> Line:
    """The article on one line. Raises InputError for what is no JSON object or lacks a text."""
    try:
        data = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON in UTF-8: {error}") from error
    if not isinstance(data, dict):
        raise InputError("not a JSON object", advice=SHAPE)
    title, text, url = (_read_text(data, key) for key in ("title", "text", "url"))
    if not title.strip() or not text.strip():
        raise InputError("'title' or 'text' is empty")
    lang = _read_text(data, "lang", "")[:2].lower()
    return Line(url.strip(), " ".join(title.split()), text, lang, _read_text(data, "published_at", "").strip())


def open_lines(file: str) -> BinaryIO:
    """The lines of a file, or of standard input for `-`. Raises InputError where it cannot be read."""
    try:
        return sys.stdin.buffer if file == "-" else Path(file).open("rb")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=file) from error


def _take_line(shelf: Shelf, number: int, line: bytes) -> str:
    if not line.strip():
        return "empty"
    try:
        return "saved" if shelf.put(parse_line(line)) else "known already"
    except InputError as error:
        print(f"line {number}: {error}", file=sys.stderr)
        return "broken"


def _follow() -> None:
    """What follows a crawl follows here too: whatever the crawl's settings name."""
    from crawler.settings import TWINWATCH_AFTER_CRAWL  # made from our settings, which are known to be sound by now

    pkgutil.resolve_name(TWINWATCH_AFTER_CRAWL)()


def _read_text(data: dict[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key) if data.get(key) is not None else default
    if not isinstance(value, str):
        raise InputError(f"{key!r} is missing or no text", advice=SHAPE)
    # Half of a surrogate pair, which no file could hold, becomes the replacement character.
    return unicodedata.normalize("NFC", value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _parse_instant(text: str, outlet: Outlet) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError(at.year)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(outlet.zone))).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError) as error:
        raise InputError(f"'published_at' is no ISO instant or day of our time: {text!r}") from error


def _find_language(line: Line, outlet: Outlet) -> str:
    return find_language(f"{line.title}\n{line.text}", outlet.lang)


@contextmanager
def _show_progress() -> Iterator[Any]:
    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("Saving"), TextColumn("{task.description}")
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda text: bar.update(task, description=text)
