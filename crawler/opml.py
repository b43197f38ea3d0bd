"""Reads and writes OPML, the lists of feeds that feed readers exchange; bytes in and out, no files and no network."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from lxml import etree

from crawler.text import clean_line
from seeds.errors import InputError
from seeds.outlet import FeedKind

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 20
# OPML knows RSS alone; list pages and sitemaps go as links that other readers pass over (OPML 2.0, `category`).
CATEGORY = "/twinwatch/"
_LINK_KINDS = ("section", "sitemap")
_DECLARATION = re.compile(rb"<!ENTITY|<!DOCTYPE[^>]*\[", re.I)


@dataclass(frozen=True)
class Outline:
    """One feed of an OPML file. `folders` are those around it, outermost first; `homepage` may be empty."""

    title: str
    url: str
    kind: FeedKind = "rss"
    homepage: str = ""
    folders: tuple[str, ...] = ()


def parse_opml(body: bytes, where: str = "") -> list[Outline]:
    """The feeds of an OPML file in its order, each address once.

    Raises InputError, naming `where`, for what is no OPML, too large, too deep, or declares entities.
    """
    if len(body) > MAX_BYTES:
        raise InputError("too large for a list of feeds", where=where, advice=f"at most {MAX_BYTES // 2**20} MB")
    if _DECLARATION.search(body.replace(b"\0", b"")):
        raise InputError("it declares entities, which no list of feeds needs", where=where, advice="take them out")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"not valid XML: {error.msg}", where=where, advice="export it again as OPML") from error
    top = next((node for node in root if _name(node) == "body"), None)
    if _name(root) != "opml" or top is None:
        raise InputError("no OPML", where=where, advice="the file begins with <opml> and holds a <body>")
    found = {outline.url: outline for outline in reversed(list(_walk(top, (), where)))}
    return list(reversed(found.values()))


def write_opml(outlines: Iterable[Outline], title: str) -> bytes:
    """An OPML 2.0 file of `outlines`, each in its folders."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _printable(title)
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for outline in outlines:
        etree.SubElement(_open_folder(outline.folders, folders), "outline", _attributes(outline))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _walk(node: etree._Element, folders: tuple[str, ...], where: str) -> Iterator[Outline]:
    if len(folders) > MAX_DEPTH:
        raise InputError("folders within folders without end", where=where, advice=f"at most {MAX_DEPTH} levels")
    for child in node:
        if _name(child) != "outline":
            continue
        given = {key.lower(): clean_line(value) for key, value in child.items()}
        title = given.get("title") or given.get("text") or ""
        kind = given.get("category", "").removeprefix(CATEGORY)
        if given.get("xmlurl"):
            yield Outline(title, given["xmlurl"], "rss", given.get("htmlurl", ""), folders)
        elif given.get("url") and kind in _LINK_KINDS:
            yield Outline(title, given["url"], cast(FeedKind, kind), given.get("htmlurl", ""), folders)
        yield from _walk(child, (*folders, title) if title and not given.get("xmlurl") else folders, where)


def _open_folder(names: Sequence[str], folders: dict[tuple[str, ...], etree._Element]) -> etree._Element:
    path = tuple(names)
    if path not in folders:
        name = _printable(path[-1])
        folders[path] = etree.SubElement(_open_folder(path[:-1], folders), "outline", {"text": name, "title": name})
    return folders[path]


def _attributes(outline: Outline) -> dict[str, str]:
    title = _printable(outline.title)
    about = {"text": title, "title": title, **({"htmlUrl": outline.homepage} if outline.homepage else {})}
    if outline.kind == "rss":
        return {"type": "rss", **about, "xmlUrl": outline.url}
    return {"type": "link", **about, "url": outline.url, "category": f"{CATEGORY}{outline.kind}"}


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())  # XML knows no control characters


def _name(node: etree._Element) -> str:
    return etree.QName(node).localname.lower() if isinstance(node.tag, str) else ""
