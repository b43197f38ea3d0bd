"""Proposes feeds for a site from bytes of its home page and robots.txt; it neither fetches nor proves them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html

from crawler.charset import decode
from crawler.entries import make_url
from crawler.generic import make_generic_outlet
from crawler.identity import make_host
from crawler.markup import line_of, parse_page
from crawler.text import clean_line
from crawler.unpack import TooLarge, unpack
from seeds.outlet import Family

MAX_SITEMAPS = 3
# Where feeds lie at outlets of both countries, by seeds/outlets: asked for when nothing else showed one.
USUAL_FEEDS = ("/rss/home.rss", "/rss/allArticle.xml", "/rss", "/rss.xml", "/feed", "/rss/trang-chu.rss")
USUAL_SITEMAPS = ("/sitemap.xml", "/news-sitemap.xml")
_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf)\+xml|application/feed\+json|text/xml", re.I)
_FEED_PATH = re.compile(r"\.rss$|/rss(?:/|$|\.(?:xml|html?|aspx|php)$)|/feed/?$|/atom\.xml$", re.I)
_COMMENTS = re.compile(r"/comments?/(?:feed|rss)|/feed/comments?", re.I)
_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.I | re.M)
_NAME_END = re.compile(r"\s+[-|–:•]\s+.*$")
_LANG = re.compile(r"^[a-z]{2}(?=[-_]|$)", re.I)


@dataclass(frozen=True)
class Front:
    """What a home page says of its outlet: `name` as printed, `lang` as declared (either may be empty), `feeds`.

    `html` is the page decoded, `words` what a reader sees of it.
    """

    name: str
    lang: str
    feeds: tuple[str, ...]
    html: str
    words: str


def read_front(body: bytes, url: str, content_type: str = "") -> Front | None:
    """The front of the home page at `url`; None for what is no page. Feeds of the head first, then linked ones."""
    try:
        text = decode(unpack(body), content_type)
        tree = parse_page(text)
    except (TooLarge, ValueError):
        return None
    if tree is None:
        return None
    lang = _LANG.match(tree.xpath("string(/html/@lang)").strip())
    return Front(_find_name(tree), lang[0].lower() if lang else "", tuple(_find_feeds(tree, url)), text, line_of(tree))


def find_sitemaps(robots: bytes, url: str) -> list[str]:
    """The sitemaps that the robots.txt of `url`'s host names on that host, news sitemaps first; at most three."""
    named = _SITEMAP.findall(robots.decode("utf-8-sig", "ignore"))
    found = _keep_near((urljoin(url, link) for link in named), url)
    return sorted(found, key=lambda link: "news" not in link.lower())[:MAX_SITEMAPS]


def find_usual_feeds(url: str, family: Family | None) -> list[str]:
    """Where a family's feeds usually lie, then where anybody's do."""
    return _keep_near((urljoin(url, path) for path in ((family.usual_feeds if family else ()) + USUAL_FEEDS)), url)


def find_usual_sitemaps(url: str) -> list[str]:
    """Where sitemaps lie that robots.txt does not name."""
    return [urljoin(url, path) for path in USUAL_SITEMAPS]


def is_near(link: str, url: str) -> bool:
    """Whether two addresses are of one site: one host is the other's, or below it, www and mobile twins aside."""
    ours, theirs = _bare_host(url), _bare_host(link)
    return bool(theirs) and (ours == theirs or theirs.endswith(f".{ours}") or ours.endswith(f".{theirs}"))


def _find_feeds(tree: html.HtmlElement, url: str) -> list[str]:
    base = urljoin(url, next(iter(tree.xpath("//base/@href")), "").strip())
    declared = [
        node.get("href") or "" for node in tree.xpath("//link[@rel and @href]")
        if "alternate" in (node.get("rel") or "").lower() and _FEED_TYPE.search(node.get("type") or "")]
    linked = [link for link in map(str, tree.xpath("//a/@href")) if _FEED_PATH.search(link.partition("?")[0])]
    outlet = make_generic_outlet(url)
    made = [make_url(link, base, outlet) for link in [*declared, *linked]]
    return [link for link in _keep_near(made, url) if not _COMMENTS.search(link)]


def _find_name(tree: html.HtmlElement) -> str:
    named = tree.xpath("//meta[@property='og:site_name' or @name='application-name']/@content")
    title = clean_line(str(next(iter(named), "")))
    return title or _NAME_END.sub("", clean_line(tree.xpath("string(//title)")))[:80]


def _keep_near(links: Iterable[str], url: str) -> list[str]:
    return list(dict.fromkeys(link for link in links if link and is_near(link, url)))


def _bare_host(url: str) -> str:
    return re.sub(r"^(?:www|m|mobile)\.(?=[^.]+\.)", "", make_host(url) or urlsplit(url).netloc)
