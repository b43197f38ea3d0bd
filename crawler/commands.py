"""The commands that read a saved file: `extract` and `parse-feed`. They fetch nothing and store nothing."""

import json
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, cast, get_args
from zoneinfo import ZoneInfo

import typer

from crawler.charset import decode
from crawler.extract import Extracted, extract_page
from crawler.feeds import guess_kind, parse_feed
from crawler.generic import make_generic_outlet
from crawler.identity import make_host
from crawler.ingest import ingest
from crawler.unpack import TooLarge, unpack
from seeds.catalogue import load_catalogue
from seeds.errors import InputError
from seeds.outlet import FeedKind, Outlet
from seeds.settings import load_settings
from storage.clock import utc_now

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A saved page or feed; - reads standard input.")]
UrlOption = Annotated[str, typer.Option(metavar="URL", help="Where it came from: decides outlet, zone and links.")]
KindOption = Annotated[str, typer.Option(help="rss, sitemap, section or query; guessed from the file if not given.")]
_TAG = re.compile(r"<[^>]{0,2000}>")
_SAMPLE = 60_000


def register(app: typer.Typer) -> None:
    """Adds `extract`, `parse-feed` and `ingest` to `app`."""
    app.command(name="extract")(extract)
    app.command(name="parse-feed")(parse_feed_file)
    app.command(epilog="Example: `twinwatch ingest archive.jsonl`")(ingest)


def extract(file: FileArgument, url: UrlOption) -> None:
    """Print the article on a saved page as one JSON object; `refused` says why a page is none.

    Example: twinwatch extract page.html --url https://huengaynay.vn/chinh-tri/tin-157291.html
    """
    outlet, body = _open(file, url)
    article = extract_page(body, url=url, outlet=outlet, now=utc_now())
    print(json.dumps(format_article(article, outlet), ensure_ascii=False))


def parse_feed_file(file: FileArgument, url: UrlOption, kind: KindOption = "") -> None:
    """Print the entries of a saved feed, sitemap or list page as JSON lines: url, title, published_at.

    Example: twinwatch parse-feed feed.xml --url https://thanhnien.vn/rss/thoi-su.rss
    """
    if kind and kind not in get_args(FeedKind):
        raise InputError(f"no kind {kind!r}", where="--kind", advice=f"one of {', '.join(get_args(FeedKind))}")
    outlet, body = _open(file, url)
    known = cast(FeedKind, kind) if kind else guess_kind(body)
    found = parse_feed(body, url=url, kind=known, outlet=outlet, now=utc_now())
    for entry in found.entries:
        at = _format_time(entry.published_at, outlet)
        print(json.dumps({"url": entry.url, "title": entry.title, "published_at": at}, ensure_ascii=False))
    for more in found.more:
        print(f"further sitemap: {more}", file=sys.stderr)
    if found.refused:
        print(f"{file}: no entries ({found.refused})", file=sys.stderr)
    elif found.skipped:
        print(f"left out: {', '.join(f'{reason} {n}' for reason, n in found.skipped.items())}", file=sys.stderr)


def format_article(article: Extracted, outlet: Outlet) -> dict[str, str | None]:
    """What `extract` prints: times with the outlet's offset, `refused` null for an article."""
    return {
        "url": article.url, "title": article.title, "lead": article.lead, "text": article.text,
        "author": article.author, "published_at": _format_time(article.published_at, outlet),
        "date_source": article.date_source, "lang": article.lang, "refused": article.refused or None,
    }


def _open(file: Path, url: str) -> tuple[Outlet, bytes]:
    if not make_host(url) or not url.lower().startswith(("http://", "https://")):
        raise InputError(f"no web address: {url!r}", where="--url", advice="such as https://thanhnien.vn/rss/home.rss")
    try:
        body = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(file)) from error
    outlet = load_catalogue(load_settings().seeds_dir).find_outlet(url)
    return outlet or make_generic_outlet(url, _make_sample(body)), body


def _make_sample(body: bytes) -> str:
    try:
        return _TAG.sub(" ", decode(unpack(body)[:_SAMPLE]))
    except TooLarge:
        return ""


def _format_time(at: datetime | None, outlet: Outlet) -> str | None:
    return at.astimezone(ZoneInfo(outlet.zone)).isoformat(timespec="seconds") if at else None
