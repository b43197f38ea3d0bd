"""Lays a digest out as Slack messages within Slack's limits; it does not post them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from monitor.digests.aftermath_view import AftermathText, LaterText
from monitor.digests.content import DigestContent
from monitor.digests.coverage_view import CoverageText
from monitor.digests.event_view import ArticleText, EventText, LinkText
from monitor.digests.plain import find_host
from monitor.digests.rendered import RenderedSlack, SlackMessage
from monitor.digests.view import DigestText, SectionText, make_view

# Slack's documented limits; a message that breaks one is refused whole (`invalid_blocks`).
MAX_BLOCKS = 50
MAX_SECTION = 3000
MAX_HEADER = 150
# Slack also limits a message's blocks as a whole (`msg_blocks_too_long`) and documents no number: users met it between
# 11,300 and 13,300 characters, the blocks' own keys partly counted (slackapi/bolt-js, issues 2509 and 2867).
MAX_MESSAGE = 10_000

Block = dict[str, Any]


def render_slack(content: DigestContent, *, may_repeat: bool = False, is_test: bool = False) -> RenderedSlack:
    """`content` as one or more Slack messages, in reading order; each names its part where there are several."""
    view = make_view(content, may_repeat=may_repeat, is_test=is_test)
    packs = list(_pack(_make_blocks(view)))
    return RenderedSlack(tuple(_make_message(view, pack, part, len(packs)) for part, pack in enumerate(packs, 1)))


def escape(text: str) -> str:
    """`text` without any control sequence of Slack's markup (its three signs, and the marks of bold and code)."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("*", "∗").replace("`", "ˋ").replace("~", "∼")


def _make_message(view: DigestText, pack: list[Block], part: int, parts: int) -> SlackMessage:
    """The line on top may say which part this is and that it may be a repeat. It moves no block to another message:
    an attempt that goes on at part two must find the same part two."""
    subject = escape(view.subject)
    label = f"{subject} ({part}/{parts})" if parts > 1 else subject
    lines = [label] if part > 1 else []
    lines += [escape(notice) for notice in view.notices]
    top = [_context("\n".join(lines))] if lines else []
    return SlackMessage(label, (*top, *pack))


def _make_blocks(view: DigestText) -> Iterator[Block]:
    yield _header(view.heading)
    yield from _sections([escape(view.lead)])
    if view.summary:
        yield _header(view.summary.title)
        yield from _sections([*(escape(line) for line in view.summary.lines), *_links(view.summary.links)])
    for section in view.sections:
        yield from _section_blocks(section)
    yield from _aftermath_blocks(view.aftermath)
    for section in view.doubts:
        yield from _section_blocks(section)
    yield {"type": "divider"}
    yield from _sections(_coverage_lines(view.coverage))
    yield from _sections([escape(line) for line in view.footer])


def _section_blocks(section: SectionText) -> Iterator[Block]:
    yield _header(section.title)
    if section.note:
        yield from _sections([escape(section.note)])
    for event in section.events:
        yield from _sections(_event_lines(event))


def _event_lines(event: EventText) -> Iterator[str]:
    yield f"*{escape(event.headline)}*"
    yield escape(event.facts)
    if event.known:
        yield escape(event.known)
    if event.quote:
        yield f"> “{escape(event.quote)}” ({escape(event.quote_outlet)})"
    for group in event.groups:
        yield f"{escape(group.name)}:"
        yield from (_article_line(article) for article in group.articles)
    if event.more:
        yield escape(event.more)
    yield from _links(event.links)


def _links(links: Sequence[LinkText]) -> Iterator[str]:
    if links:
        yield " · ".join(_link(link.url, link.label) for link in links)


def _aftermath_blocks(aftermath: AftermathText) -> Iterator[Block]:
    if aftermath.later:
        yield _header(aftermath.later_title)
        yield from _sections(_later_line(later) for later in aftermath.later)
    if aftermath.corrections:
        yield _header(aftermath.corrections_title)
        yield from _sections(
            f"• {escape(one.sentence)}" + (f" {_link(one.url, find_host(one.url))}" if one.url else "")
            for one in aftermath.corrections
        )


def _later_line(later: LaterText) -> str:
    """One line for an event that was told before: as many outlets as it holds."""
    line = f"• {_link(later.url, later.headline) if later.url else escape(later.headline)}:"
    for article in later.articles:
        told = f" {escape(article.outlet)}" + (f" {_link(article.url, article.host)}" if article.url else "")
        line = f"{line}{told}" if len(line) + len(told) + len(later.more) < MAX_SECTION else line
    return f"{line} {escape(later.more)}" if later.more else line


def _link(url: str, label: str) -> str:
    """A link in Slack's markup. The label is ours, or the host that the link leads to: no title can disguise it."""
    return f"<{_escape_url(url)}|{escape(label)}>"


def _article_line(article: ArticleText) -> str:
    told = f"• {escape(article.outlet)}: {escape(article.title)} ({escape(article.published)})"
    linked = f"{told} {_link(article.url, article.host)}"
    return linked if article.url and len(linked) <= MAX_SECTION else told


def _escape_url(url: str) -> str:
    return url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")


def _coverage_lines(coverage: CoverageText) -> Iterator[str]:
    yield f"*{escape(coverage.title)}*"
    yield escape(coverage.period)
    for group in coverage.groups:
        yield f"• {escape(group.title)}"
        yield from (f"    {escape(detail)}" for detail in group.details)
    yield from (escape(line) for line in (coverage.measured, *coverage.down) if line)


def _sections(lines: Iterable[str]) -> Iterator[Block]:
    """The lines as section blocks, broken between lines wherever one block is full."""
    block = ""
    for line in _short(lines):
        if block and len(block) + 1 + len(line) > MAX_SECTION:
            yield _section(block)
            block = line
        else:
            block = f"{block}\n{line}" if block else line
    if block:
        yield _section(block)


def _short(lines: Iterable[str]) -> Iterator[str]:
    """Lines of at most one block, cut at a blank: only lists of outlets grow so long, and they hold no link."""
    for line in lines:
        rest = line
        while len(rest) > MAX_SECTION:
            cut = rest.rfind(" ", 1, MAX_SECTION)
            cut = cut if cut > 0 else MAX_SECTION
            yield rest[:cut]
            rest = rest[cut:].lstrip()
        yield rest


def _header(text: str) -> Block:
    short = text if len(text) <= MAX_HEADER else text[: MAX_HEADER - 1] + "…"
    return {"type": "header", "text": {"type": "plain_text", "text": short, "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def _pack(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Blocks in messages; one place is kept for the line on top. No title is left alone at an end."""
    pack: list[Block] = []
    for block in blocks:
        size = sum(_size(each) for each in pack) + _size(block)
        if pack and (len(pack) >= MAX_BLOCKS - 1 or size > MAX_MESSAGE):
            carried = [pack.pop()] if len(pack) > 1 and pack[-1]["type"] == "header" else []
            yield pack
            pack = carried
        pack.append(block)
    if pack:
        yield pack


def _size(block: Block) -> int:
    return len(json.dumps(block, ensure_ascii=False))
