"""Parses HTML within limits, selects by CSS and writes elements out as plain paragraphs; it knows no outlet."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector

from crawler.text import clean_line

MAX_TAGS = 120_000  # the largest real page has 9,000; 200,000 links cost 9 s and 726 MB in one extraction
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)
_SKIPPED = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "button", "select", "option",
                      "textarea", "input", "form", "nav", "footer", "aside", "video", "audio", "object", "embed",
                      "head", "map", "rt", "rp"})  # rt: how a word is read, printed above it
_SILENT = frozenset({"script", "style", "rt", "rp"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"})
_ATTRIBUTE = re.compile(r"\[\s*([\w-]+)[^\]]*\]")
_MARK = re.compile(r"[.#][\w-]+|(?<![\w.#:-])[a-z][a-z0-9]*")
_NEGATION = re.compile(r":[\w-]+(?:\((?:[^()]|\([^()]*\))*\))?")
_CLASS_CHARS = 4_000
_LINK_SHARE = 0.6  # a block with more of its text inside links is a list of other articles


class TooDeep(ValueError):
    """A page whose elements are nested deeper than the parser goes; what was read is not the page."""


def parse_page(text: str) -> html.HtmlElement | None:
    """The tree of a page, None when there is no element in it. Raises TooDeep; ValueError for too many tags."""
    if text.count("<") > 2 * MAX_TAGS:
        raise ValueError("too many tags")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    body = _XML_DECLARATION.sub("", text).encode("utf-8", "replace")
    try:
        tree = html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise TooDeep("nested too deep")
    return tree


class Page:
    """A tree with an index of its classes, ids and attributes: a selector that names none of them costs nothing."""

    def __init__(self, tree: html.HtmlElement) -> None:
        self.tree = tree
        self._marks = set(_marks(tree))

    def select(self, selectors: Iterable[str]) -> list[html.HtmlElement]:
        """The elements of the first selector that finds any, in document order; what is no CSS finds nothing."""
        return next((found for selector in selectors if (found := self._find(selector))), [])

    def select_all(self, selectors: Iterable[str]) -> list[html.HtmlElement]:
        """The elements that any of `selectors` finds, in the order of the selectors, each once."""
        return list(dict.fromkeys(node for selector in selectors for node in self._find(selector)))

    def _find(self, selector: str) -> list[html.HtmlElement]:
        if not _needed(selector) <= self._marks:
            return []
        compiled = _compile(selector)
        return list(compiled(self.tree)) if compiled else []


def _marks(tree: html.HtmlElement) -> Iterator[str]:
    for node in tree.iter(etree.Element):  # without comments
        yield str(node.tag)
        for name, value in node.items():
            yield f"[{name}"
            if name == "class":
                if len(value) > _CLASS_CHARS:  # each selector reads it again
                    node.set(name, value := value[:_CLASS_CHARS])
                yield from (f".{part}" for part in value.split())
            elif name == "id":
                yield f"#{value}"


@lru_cache(maxsize=2_000)
def _needed(selector: str) -> frozenset[str]:
    if "," in selector or ":" in selector:  # alternatives and negations need nothing for certain
        selector = "" if "," in selector else _NEGATION.sub("", selector)
    bare = _ATTRIBUTE.sub("", selector)
    return frozenset((*_MARK.findall(bare), *(f"[{name}" for name in _ATTRIBUTE.findall(selector))))


def drop(nodes: Iterable[html.HtmlElement]) -> None:
    """Takes elements out of their tree; the text after them stays."""
    for node in nodes:
        if node.getparent() is not None:
            node.drop_tree()


def cut_after(tree: html.HtmlElement, count: int) -> None:
    """Takes what comes after the first `count` elements out of a tree, so that it costs no more than they do."""
    last = next(islice(tree.iter(), count - 1, None), None)
    for node in () if last is None else (last, *last.iterancestors()):
        if (above := node.getparent()) is not None:
            for later in list(node.itersiblings()):
                above.remove(later)
    if last is not None:
        for child in list(last):
            last.remove(child)


def line_of(node: html.HtmlElement) -> str:
    """The text of an element on one line, blocks and line breaks apart by a blank."""
    return clean_line("".join(_pieces(node)))


def paragraphs_of(node: html.HtmlElement) -> list[str]:
    """The text of an element as paragraphs: apart at blocks and line breaks, without scripts, forms and link lists."""
    found = [clean_line(part) for part in "".join(_flow(node)).split("\n")]
    return [part for part in found if part]


@lru_cache(maxsize=2_000)
def _compile(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except (SelectorError, etree.XPathError):
        return None


def _pieces(node: html.HtmlElement) -> Iterator[str]:
    for part in node.iter():
        gap = " " if part.tag in _BLOCKS or part.tag == "br" else ""
        if isinstance(part.tag, str) and part.tag not in _SILENT:
            yield f"{gap}{part.text or ''}"
        if part is not node and part.tail:
            yield f"{gap}{part.tail}"


def _flow(node: html.HtmlElement) -> Iterator[str]:
    if not isinstance(node.tag, str) or node.tag in _SKIPPED or _is_link_list(node):
        return
    if node.tag == "br":
        yield "\n"
        return
    block = node.tag in _BLOCKS
    if block:
        yield "\n"
    if node.text:
        yield node.text.replace("\n", " ")
    for child in node:
        yield from _flow(child)
        if child.tail:
            yield child.tail.replace("\n", " ")
    if block:
        yield "\n"


def _is_link_list(node: html.HtmlElement) -> bool:
    if node.tag not in _BLOCKS or next(node.iter("a"), None) is None:
        return False
    whole = len(clean_line(node.text_content()))
    linked = sum(len(clean_line(link.text_content())) for link in node.iter("a"))
    return whole > 0 and linked > _LINK_SHARE * whole and (whole < 2_000)
