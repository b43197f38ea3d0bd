"""Lays a digest out as an email's subject, text and HTML; it does not address or send it."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor.digests.content import DigestContent
from monitor.digests.plain import make_plain
from monitor.digests.rendered import Picture, RenderedEmail
from monitor.digests.view import WHOLE, DigestText, Extent, make_view

TEMPLATES = Path(__file__).parent / "templates"
MAX_SUBJECT = 200
# Gmail cuts a message off behind 102 KB of HTML (its help page on clipped messages): what stands below is lost there.
MAX_HTML = 99_000
# What each system has at hand for Latin letters with Vietnamese marks and for Hangul; nothing is loaded.
FONTS = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans', 'Apple SD Gothic Neo', 'Malgun Gothic', "
    "'Noto Sans KR', 'Noto Sans CJK KR', Arial, sans-serif"
)
# No event in full and no headline in its list item has fewer bytes: more of them are not even tried.
LEAST_EVENT, LEAST_HEADLINE = 500, 60
# Articles under an event, where all do not fit, before events are told by their headlines only.
FEW_ARTICLES = 3
# Lines under a group of outlets in trouble; a line is a reason.
FEW_DETAILS = 10


def render_email(
    content: DigestContent, *, may_repeat: bool = False, is_test: bool = False, unsubscribe_url: str | None = None,
    picture: Picture | None = None,
) -> RenderedEmail:
    """`content` as one email. The HTML loads nothing from anywhere, holds no script and keeps below MAX_HTML bytes.

    `picture` is the painted register of a weekly digest, which the message carries.
    Where that is not enough, it tells the last events by their headlines and says so; the text tells all in full.
    """
    def look(extent: Extent) -> DigestText:
        return make_view(
            content, may_repeat=may_repeat, is_test=is_test, unsubscribe_url=unsubscribe_url, extent=extent,
            picture=picture,
        )

    view = look(WHOLE)
    return RenderedEmail(
        subject=make_plain(view.subject, MAX_SUBJECT),
        text=_templates().get_template("digest.txt").render(view=view).strip() + "\n",
        html=_fit(lambda extent: _make_html(look(extent)), len(content.event_ids)),
        language=content.language,
        unsubscribe_url=unsubscribe_url or "",
        picture=picture if view.picture else None,
    )


def _fit(make: Callable[[Extent], str], events: int) -> str:
    """The fullest HTML that is small enough; the barest where none is."""
    html = ""
    for extents in _extents(events):
        html = make(extents[0])
        if _is_small(html):
            return html
        low, high = 0, len(extents) - 1
        if not _is_small(make(extents[high])):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if _is_small(make(extents[middle])) else (middle, high)
        return make(extents[high])
    return html


def _extents(events: int) -> Iterator[list[Extent]]:
    """Lists of extents, each ever barer: articles go first, then the words under headlines, then headlines."""
    whole, listed = min(events, MAX_HTML // LEAST_EVENT), min(events, MAX_HTML // LEAST_HEADLINE)
    if whole == events:
        yield [WHOLE, Extent(FEW_ARTICLES), Extent(FEW_ARTICLES, details=FEW_DETAILS)]
    yield [Extent(FEW_ARTICLES, n, details=FEW_DETAILS) for n in range(whole, -1, -1)]
    yield [Extent(FEW_ARTICLES, 0, n, FEW_DETAILS) for n in range(listed, -1, -1)]


def _is_small(html: str) -> bool:
    return len(html.encode()) <= MAX_HTML


def _make_html(view: DigestText) -> str:
    return _inliner().inline(_templates().get_template("digest.html").render(view=view, fonts=Markup(FONTS)))


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Rules of media queries cannot be inlined: they stand in a style element of their own, which is kept.
    return css_inline.CSSInliner(load_remote_stylesheets=False)
