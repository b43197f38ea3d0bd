"""Finds an article's text where the visible page has none: in script payloads of the page itself."""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import html

from crawler.markup import Page, drop, paragraphs_of, parse_page
from crawler.rules import REMOVE

_PUSH = re.compile(r'self\.__next_f\.push\(\[1,\s*("(?:[^"\\]|\\.)*")\s*\]\)')
_CHUNK = re.compile(rb"(?<![0-9a-f])[0-9a-f]{1,4}:T([0-9a-f]{2,6}),")
_HTML_STRING = re.compile(r'"((?:[^"\\]|\\.){200,})"')
_PARAGRAPH = re.compile(r"<p[\s>]|<br", re.I)
_DATE = re.compile(
    r'"(?:deployDt|datePublished|publishedAt|published_at|publishDate|firstPublishedAt|regDate|first_publish_date)"'
    r'\s*:\s*"(\d[^"]{9,40})"')
# Arc publishing keeps its articles as pieces, one by paragraph, in a script of its own.
_ARC = re.compile(r"Fusion\.globalContent\s*=\s*(?=\{)")
_ARC_TEXT = ("text", "header")
_MIN_PARAGRAPHS = 2
_MAX_CHARS = 3_000_000


def find_embedded_text(scripts: str) -> str:
    """The paragraphs of the longest piece of HTML inside `scripts` (see `find_payload`); empty when there is none."""
    if text := _arc_text(scripts):
        return text
    pieces = [piece for piece in _strings(scripts) if len(_PARAGRAPH.findall(piece)) >= _MIN_PARAGRAPHS]
    return _render(max(pieces, key=len)) if pieces else ""


def find_embedded_date(scripts: str) -> str:
    """The publication date named in `scripts`, as written."""
    match = _DATE.search(scripts)
    return match[1] if match else ""


def find_payload(tree: html.HtmlElement) -> str:
    """What Next.js pages stream in `self.__next_f.push` or keep in `__NEXT_DATA__`, and Arc pages: JSON-like text."""
    found: list[str] = []
    for node in tree.iter("script"):
        text = (node.text or "")[:_MAX_CHARS]
        if node.get("id") == "__NEXT_DATA__":
            found.append(text)
        if match := _ARC.search(text):
            found.append(text[match.start():])
        found += [piece for match in _PUSH.finditer(text) if isinstance(piece := _load(match[1]), str)]
    return "".join(found)[:_MAX_CHARS]


def _strings(payload: str) -> Iterator[str]:
    for match in _HTML_STRING.finditer(payload):
        text = _load(f'"{match[1]}"')
        if isinstance(text, str):
            yield text
    raw = payload.encode("utf-8", "replace")
    for chunk in _CHUNK.finditer(raw):  # React's own form for long strings: "24:T1a2f," and that many bytes
        yield raw[chunk.end():chunk.end() + int(chunk[1], 16)].decode("utf-8", "ignore")


def _arc_text(scripts: str) -> str:
    match = _ARC.search(scripts)
    try:
        content, _ = json.JSONDecoder(strict=False).raw_decode(scripts, match.end()) if match else ({}, 0)
    except (ValueError, RecursionError):
        return ""
    pieces = content.get("content_elements") if isinstance(content, dict) else None
    kept = [piece for piece in pieces or () if isinstance(piece, dict) and piece.get("type") in _ARC_TEXT]
    return _render("".join(f"<p>{piece.get('content')}</p>" for piece in kept)) if kept else ""


def _render(piece: str) -> str:
    tree = parse_page(f"<html><body>{piece}</body></html>")
    if tree is None:
        return ""
    drop(Page(tree).select_all(REMOVE))
    return "\n".join(paragraphs_of(tree))


def _load(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
