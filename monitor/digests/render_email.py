"""Lays a digest out as an email's subject, text and HTML; it does not address or send it."""

from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from monitor.digests.content import DigestContent
from monitor.digests.plain import make_plain
from monitor.digests.rendered import RenderedEmail
from monitor.digests.view import make_view

TEMPLATES = Path(__file__).parent / "templates"
MAX_SUBJECT = 200


def render_email(content: DigestContent, *, may_repeat: bool = False) -> RenderedEmail:
    """`content` as one email. The HTML loads nothing from anywhere and holds no script."""
    view = make_view(content, may_repeat=may_repeat)
    html = _templates().get_template("digest.html").render(view=view)
    return RenderedEmail(
        subject=make_plain(view.subject, MAX_SUBJECT),
        text=_templates().get_template("digest.txt").render(view=view).strip() + "\n",
        html=_inliner().inline(html),
        language=content.language,
    )


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
    # Rules of the media query cannot be inlined: they stay in the style element.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
