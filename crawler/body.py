"""Finds the text of an article in its page: the family's selectors, then the usual ones, then trafilatura."""

from collections.abc import Iterator

import trafilatura
from lxml import html

from crawler.markup import Page, cut_after, drop, line_of, paragraphs_of
from crawler.rules import BODY, CAPTION, REMOVE
from crawler.text import squeeze
from seeds.outlet import Outlet

_ENOUGH = 80  # characters below which a body found by a selector is not believed; Korean says much in few
_SMALL = 600  # up to which a body found by a usual selector is compared with what trafilatura finds
_MUCH = 3  # times longer must be what a less trusted way finds
_TOLD_IN_CAPTIONS = 2  # captions from which on they may be the article: a story in pictures has no other text
_BULK = 0.7  # of a body's text: more stands in no box of links, whatever its class is called
# Elements that trafilatura is given: what it does grows with the square of them (55,000 spans took 87 s), and no real
# page has more than 9,000, its menus included. An article stands above the comments that make a page larger.
MAX_STRIPPED = 10_000
_CODE = frozenset({"script", "style", "noscript", "template", "iframe"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5"})
_HEADING_CHARS = 150
_KEY_CHARS = 60  # of a paragraph by which it is found again


def find_text(page: Page, outlet: Outlet) -> str:
    """The article's paragraphs, one per line; empty where there are none. Cuts everything else out of the tree."""
    captions = _clear(page, outlet)
    sure = _by_selectors(page, outlet.family.page.body)
    text = sure or _by_selectors(page, BODY, framed=False)
    if len("".join(captions)) > max(_ENOUGH, _MUCH * len(text)):
        return "\n".join(filter(None, (text, *captions)))
    if sure or len(text) >= _SMALL:
        return text
    frame = "" if text else _by_selectors(page, BODY)
    stripped = _strip(page.tree) or frame
    return stripped if not text or len(stripped) > _MUCH * len(text) else text


def _clear(page: Page, outlet: Outlet) -> list[str]:
    """Cuts out what is no text of the article; returns what stood under the pictures of its body, if it had several."""
    bodies = dict.fromkeys(page.select_all((*outlet.family.page.body, *BODY)))
    captions = page.select_all(CAPTION)
    pictures = {above for node in captions for above in (node, *node.iterancestors())
                if above is node or above.tag == "figure" or above.get("type") == "Photo"}
    # A class such as "social" on the wrapper of everything must not take the article with it.
    holders = {above for node in bodies for above in (node, *node.iterancestors())}
    doomed = page.select_all(outlet.family.page.remove)
    drop(node for node in doomed if node not in pictures)
    doomed += [node for node in page.select_all(REMOVE) if node not in holders and not _is_bulk(node, bodies)]
    drop(node for node in doomed if node not in pictures)
    inner = {node for node in bodies if not _is_frame(node)}
    own = (line_of(node) for node in captions if not inner.isdisjoint(node.iterancestors()))
    told = list(dict.fromkeys(filter(None, own)))
    drop(doomed)
    return told if len(told) >= _TOLD_IN_CAPTIONS else []


def _is_bulk(node: html.HtmlElement, bodies: dict[html.HtmlElement, None]) -> bool:
    body = None if node.tag in _CODE else next((above for above in node.iterancestors() if above in bodies), None)
    if body is None or (size := len(line_of(node))) <= _ENOUGH:
        return False
    return size > _BULK * len(line_of(body))


def _by_selectors(page: Page, selectors: tuple[str, ...], *, framed: bool = True) -> str:
    """The text of the first selector that finds enough; unless `framed`, not that of a page's frame."""
    for selector in selectors:
        nodes = page.select((selector,))[:5]
        texts = ("\n".join(paragraphs_of(node)) for node in nodes if framed or not _is_frame(node))
        best = max(texts, key=len, default="")
        if len(best) >= _ENOUGH:
            return best
    return ""


def _is_frame(node: html.HtmlElement) -> bool:
    """Whether it holds the headline too: then a body's usual name is a page's frame, with more than its article."""
    return next(node.iter("h1"), None) is not None


def _strip(tree: html.HtmlElement) -> str:
    """The main text of a page whose layout is unknown, by trafilatura, which loses most section headings."""
    cut_after(tree, MAX_STRIPPED)
    headings = dict(_headings(tree))
    found = trafilatura.extract(tree, fast=True, include_comments=False, include_tables=True, include_formatting=False)
    lines = (found or "").split("\n")
    known = {squeeze(line)[:_KEY_CHARS] for line in lines}
    kept: list[str] = []
    for number, line in enumerate(lines):
        heading = headings.get(squeeze(line)[:_KEY_CHARS], "")
        if number and heading and squeeze(heading)[:_KEY_CHARS] not in known:
            kept.append(heading)
        kept.append(line)
    return "\n".join(kept)


def _headings(tree: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """The start of each paragraph that follows a section heading beside it, with that heading."""
    for node in tree.iter(*_HEADINGS):
        after = node.getnext()
        if after is not None and after.tag == "p" and len(heading := line_of(node)) <= _HEADING_CHARS and heading:
            yield squeeze(line_of(after))[:_KEY_CHARS], heading
