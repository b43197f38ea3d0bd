"""The commands `extract`, `parse-feed`, `ingest` and `outlets add|check|import|export`; their work is imported late."""

from pathlib import Path
from typing import Annotated, Literal

import typer

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A saved page or feed; - reads standard input.")]
UrlOption = Annotated[str, typer.Option(metavar="URL", help="Where it came from: decides outlet, zone and links.")]
KindOption = Annotated[str, typer.Option(help="rss, sitemap, section or query; guessed from the file if not given.")]
LinesArgument = Annotated[str, typer.Argument(metavar="FILE", help="A file of JSON lines, or - for standard input.")]
OpmlArgument = Annotated[Path, typer.Argument(metavar="FILE.opml", help="An OPML file; - is standard in- or output.")]
Country = Literal["VN", "KR"]
KIND_HELP = "national, agency, provincial, regional, city, government, community or aggregator."


def register(app: typer.Typer) -> None:
    """Adds `extract`, `parse-feed` and `ingest` to `app`, and to its group `outlets` what changes or tests outlets."""
    app.command(name="extract")(extract)
    app.command(name="parse-feed")(parse_feed_file)
    app.command(epilog="Example: `twinwatch ingest archive.jsonl`")(ingest)
    group = _find_outlets(app)
    group.command(epilog="Example: `twinwatch outlets add https://baovidu.vn/ --home VN-46`")(add)
    group.command(epilog="Example: `twinwatch outlets check huengaynay thanhnien`")(check)
    group.command(name="import", epilog="Example: `twinwatch outlets import feeds.opml --country KR`")(import_feeds)
    group.command(name="export", epilog="Example: `twinwatch outlets export feeds.opml`")(export_feeds)


def _find_outlets(app: typer.Typer) -> typer.Typer:
    """The group `outlets`, to which the monitor adds its listing; made where nobody has yet."""
    for group in app.registered_groups:
        if group.name == "outlets" and group.typer_instance is not None:
            return group.typer_instance
    made = typer.Typer()
    app.add_typer(made, name="outlets")
    return made


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


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A home page, list page or feed.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the YAML, write nothing.")] = False,
    outlet_id: Annotated[str, typer.Option("--id", help="Its id; made of its host by default.")] = "",
    country: Annotated[Country | None, typer.Option(help="Guessed from host and page by default.")] = None,
    lang: Annotated[str, typer.Option(help="Its language, such as `ko`; guessed from the page by default.")] = "",
    kind: Annotated[str, typer.Option(help=KIND_HELP)] = "",
    home: Annotated[str, typer.Option(help="Key of the locality it is published for, such as `VN-46`.")] = "",
) -> None:
    """Finds the feeds and the CMS family of a site, and writes its YAML and a saved-page test into `seeds_dir`.

    It asks as a crawl does: with `crawl.contact`, robots.txt obeyed, one request at a time.
    """
    from crawler.adding import Wishes, add_outlet

    add_outlet(url, Wishes(outlet_id, country, lang, kind, home), dry_run=dry_run)


def check(
    outlets: Annotated[list[str] | None, typer.Argument(metavar="OUTLET", help="Outlets' ids; all by default.")] = None,
) -> None:
    """Asks outlets for their feeds and one article now, and says what works; proposes feeds where none does.

    Nothing is saved. It ends with 1 where an outlet has no feed that can be read.
    """
    from crawler.checking import check_outlets

    if not check_outlets(outlets or []):
        raise typer.Exit(1)


def import_feeds(
    file: OpmlArgument,
    country: Annotated[Country | None, typer.Option(help="Of outlets whose host and name do not tell it.")] = None,
) -> None:
    """Writes a YAML file into `seeds_dir` for every outlet of an OPML file that is unknown; asks no site anything.

    Folders are kept, below `outlets/`. It ends with 1 where something was left out.
    """
    from crawler.exchange import import_opml

    if not import_opml(file, country or ""):
        raise typer.Exit(1)


def export_feeds(file: OpmlArgument) -> None:
    """Writes the feeds of all outlets as OPML, in the folders of their YAML files, for any feed reader."""
    from crawler.exchange import export_opml

    export_opml(file)
