"""Renders article and list pages in the markup of their families, with the menus and boxes that surround real ones."""

from collections.abc import Sequence
from html import escape
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from seeds.newsroom.library import FOLDER, load_shells
from seeds.newsroom.values import OutletPlay, Printed

MOST_READ = 6

_environment = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)


def render_article(
    outlet: OutletPlay, root: str, printed: Printed, others: Sequence[Printed], *, views: int, charset: str = "utf-8",
) -> str:
    """The page of one story. `views` is the counter that some families print; `charset` is what the page claims."""
    near = [o for o in others if o.story.id != printed.story.id][:MOST_READ]
    wall = "wall" in printed.story.faults
    paragraphs = printed.paragraphs[:1] if wall else printed.paragraphs
    return _render(
        f"{outlet.template}.html", outlet, root, story=printed, paragraphs=paragraphs, near=near, views=views,
        wall=wall, charset=charset, url=root + printed.path,
    )


def render_list(outlet: OutletPlay, root: str, stories: Sequence[Printed], *, views: int) -> str:
    """A section page (or the homepage) that links every story under each listed address."""
    rows = [(printed, path) for printed in stories for path in printed.listed]
    return _render("list.html", outlet, root, rows=rows, near=stories[:MOST_READ], views=views, charset="utf-8",
                   url=root + "/")


def render_notice(outlet: OutletPlay, title: str) -> str:
    """A small page of one line, as error pages are."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f'<!DOCTYPE html><html lang="{outlet.lang}"><head>{head}</head><body><h1>{escape(title)}</h1></body></html>'


def _render(template: str, outlet: OutletPlay, root: str, **context: Any) -> str:
    words = load_shells()[outlet.lang]
    return _environment.get_template(template).render(outlet=outlet, root=root, words=words, **context)
