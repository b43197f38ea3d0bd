"""Learns from a list page which links lead to articles, for outlets whose address form nobody has declared yet.

Articles are what a list has most of: the links of one shape that carry titles. Menus, tags and pagers are of other
shapes, or carry words instead of titles.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from lxml import html

from crawler.identity import make_host
from crawler.text import clean_line
from seeds.outlet import Outlet

LEAST_LINKS = 3  # fewer of one shape are no list
LEAST_TITLE = 12  # characters of the typical link: a Korean headline has more, a menu's word fewer
NO_ARTICLE = re.compile(
    r"/(?:tags?|topics?|chu-de|categor(?:y|ies)|authors?|tac-gia|search|login|member|rss|feed|about|contact|privacy|"
    r"sitemap|video-list|page)(?:[/.?]|$)|[?&](?:tag|q|query|keyword|search|stx|page|paged|pageIndex|sort)=", re.I)
_FURNITURE = frozenset({"nav", "header", "footer"})
_FURNITURE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:menu|gnb|lnb|nav|navbar|breadcrumb|pager|paging|pagination|paginate|footer)(?:$|[\s_-])", re.I)


def learn_articles(links: Iterable[tuple[str, html.HtmlElement]], outlet: Outlet) -> set[str]:
    """The addresses among `links` (cleaned, with their elements) of the shape that articles have here; perhaps none."""
    rule = outlet.family.identity
    titles: dict[str, dict[str, int]] = defaultdict(dict)
    for url, node in links:
        if make_host(url) not in outlet.hosts or NO_ARTICLE.search(url) or _is_furniture(node):
            continue
        if (rule.query or rule.path) and not rule.find_key(url):
            continue
        chars = len(clean_line(node.text_content()[:300]) or node.get("title") or "")
        known = titles[make_shape(url)]
        known[url] = max(chars, known.get(url, 0))
    lists = [group for group in titles.values() if len(group) >= LEAST_LINKS and _typical(group) >= LEAST_TITLE]
    return set(max(lists, key=lambda group: (sum(n >= LEAST_TITLE for n in group.values()), len(group)), default=()))


def make_shape(url: str) -> str:
    """An address with what differs from article to article taken out: numbers, slugs, values of the query.

    Where the path holds a slug, the words before it are the article's section.
    """
    parts = urlsplit(url)
    steps = [_step_shape(step) for step in parts.path.split("/")]
    slug = next((at for at, step in enumerate(steps) if step.startswith("slug")), 0)
    steps = steps[:1] + (["*"] if slug > 1 else []) + steps[max(slug, 1):]
    query = sorted(f"{key}={_value_shape(value)}" for key, value in parse_qsl(parts.query, keep_blank_values=True))
    return f"{parts.netloc}{'/'.join(steps)}?{'&'.join(query)}"


def _step_shape(step: str) -> str:
    name, dot, ending = step.rpartition(".")
    if not dot or len(ending) > 5:
        name, dot, ending = step, "", ""
    if re.fullmatch(r"\d+", name):
        shape = "0"
    elif name.count("-") >= 3 or name.count("%") >= 6:
        shape = "slug" + ("-0" if re.search(r"\d{3,}$", name) else "")
    else:
        shape = re.sub(r"\d+", "0", name)
    return f"{shape}{dot}{ending}"


def _value_shape(value: str) -> str:
    return "0" if re.search(r"\d", value) else value  # "view" and "list" of one script are two shapes


def _typical(group: dict[str, int]) -> int:
    return sorted(group.values())[len(group) // 2]


def _is_furniture(node: html.HtmlElement) -> bool:
    return any(
        part.tag in _FURNITURE or _FURNITURE_CLASS.search(f"{part.get('class') or ''} {part.get('id') or ''}")
        for part in (node, *node.iterancestors()) if part.tag not in ("body", "html"))
