"""The commands `extract`, `parse-feed` and `ingest`. What they need, heavy to import, is imported when they run."""

from pathlib import Path
from typing import Annotated

import typer

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A saved page or feed; - reads standard input.")]
UrlOption = Annotated[str, typer.Option(metavar="URL", help="Where it came from: decides outlet, zone and links.")]
KindOption = Annotated[str, typer.Option(help="rss, sitemap, section or query; guessed from the file if not given.")]
LinesArgument = Annotated[str, typer.Argument(metavar="FILE", help="A file of JSON lines, or - for standard input.")]


def register(app: typer.Typer) -> None:
    """Adds `extract`, `parse-feed` and `ingest` to `app`."""
    app.command(name="extract")(extract)
    app.command(name="parse-feed")(parse_feed_file)
    app.command(epilog="Example: `twinwatch ingest archive.jsonl`")(ingest)


def extract(file: FileArgument, url: UrlOption) -> None:
    """Prints the article on a saved page as one JSON object; `refused` says why a page is none.

    Example: twinwatch extract page.html --url https://huengaynay.vn/chinh-tri/tin-157291.html
    """
    from crawler.saved_files import print_article

    print_article(file, url)


def parse_feed_file(file: FileArgument, url: UrlOption, kind: KindOption = "") -> None:
    """Prints the entries of a saved feed, sitemap or list page as JSON lines: url, title, published_at.

    Example: twinwatch parse-feed feed.xml --url https://thanhnien.vn/rss/thoi-su.rss
    """
    from crawler.saved_files import print_entries

    print_entries(file, url, kind)


def ingest(file: LinesArgument) -> None:
    """Takes articles from JSON lines into the store, judges them and prints the events that are new.

    A line holds url, title and text, and may hold lang and published_at; other keys are ignored. An article that is
    known with this text changes nothing. A broken line is told on standard error.
    """
    from crawler.ingest import ingest as take_in

    take_in(file)
