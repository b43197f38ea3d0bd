"""What is fuzzed of the crawler: for each target how one input is tried; what is no named refusal leaves it."""

from collections.abc import Callable
from functools import cache
from typing import Any

from crawler.answers import Answer, parse_retry_after
from crawler.dates import parse_date
from crawler.extract import extract_page
from crawler.feeds import guess_kind, parse_feed
from crawler.generic import make_generic_outlet
from crawler.guard import find_url_refusal
from crawler.identity import clean_url, is_article, make_host, make_identity
from crawler.ingest import Shelf, parse_line
from crawler.opml import parse_opml
from crawler.queries import gdelt, google_news, naver
from monitor.digests.plain import find_host, make_plain, make_safe_url
from monitor.notifiers.webhook import find_refusal
from monitor.web.access import Access
from seeds.catalogue import Catalogue, load_catalogue
from seeds.outlet import DateOrder, FeedKind, Outlet
from seeds.sections import WebSettings
from tests.fake_clock import START_AT

Try = Callable[[bytes], None]
URLS = ("https://huengaynay.vn/rss/home.rss", "https://www.ccdailynews.com/rss/allArticle.xml",
        "https://unknown.example/x")
ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
RARELY = 16  # one of so many inputs goes the dear way, too


@cache
def load_seeds() -> Catalogue:
    """The catalogue, read once."""
    return load_catalogue()


@cache
def _outlets() -> tuple[tuple[str, Outlet], ...]:
    return tuple((url, load_seeds().find_outlet(url) or make_generic_outlet(url)) for url in URLS)


@cache
def _access() -> Access:
    return Access(WebSettings())


class _NoStore:
    """A store that keeps nothing: what is tried is what comes before it."""

    def __init__(self) -> None:
        self.outlets = self.articles = self

    def states(self) -> dict[str, Any]:
        return {}

    def register(self, outlets: Any) -> None:
        pass

    def ingest(self, entry: Any, article: Any, at: Any) -> None:
        f"{entry.identity}{entry.url}{article.title}{article.text}{article.lang}".encode()


@cache
def _shelf() -> Shelf:
    return Shelf(_NoStore(), load_seeds(), lambda: START_AT)  # type: ignore[arg-type]


def _choose_outlet(body: bytes) -> tuple[str, Outlet]:
    return _outlets()[len(body) % len(URLS)]


def _try_feed(kind: FeedKind) -> Try:
    def read(body: bytes) -> None:
        url, outlet = _choose_outlet(body)
        if len(body) % RARELY == 0:
            guess_kind(body)
        found = parse_feed(body, url=url, kind=kind, outlet=outlet, now=START_AT)
        for entry in found.entries[:20]:
            assert entry.url.startswith(("http://", "https://")), entry.url
            assert entry.published_at is None or entry.published_at.tzinfo is not None
            make_identity(entry.url, outlet).encode()

    return read


def _try_page(body: bytes) -> None:
    # Its family names the body: no second reader is asked for what is found.
    url, outlet = _outlets()[1] if len(body) % RARELY else _choose_outlet(body)
    found = extract_page(body, url=url, outlet=outlet, now=START_AT)
    f"{found.title}{found.text}{found.author}".encode()
    assert not (found.refused and found.text)
    assert found.published_at is None or found.published_at.tzinfo is not None


def _try_date(body: bytes) -> None:
    text = body.decode("utf-8", "replace")
    for order in ORDERS:
        at = parse_date(text, zone="Asia/Seoul", order=order, now=START_AT)
        assert at is None or at.tzinfo is not None


def _try_address(body: bytes) -> None:
    text = body.decode("utf-8", "replace")
    _, outlet = _choose_outlet(body)
    cleaned = clean_url(text, outlet)
    # Once clean it stays clean, else one article would be two.
    assert not cleaned or clean_url(cleaned, outlet) == cleaned, cleaned
    make_identity(text, outlet).encode()
    is_article(text, outlet), make_host(text), make_plain(text), find_url_refusal(text)
    find_refusal(text, allow_http=True), find_host(make_safe_url(text)), _access().is_named(text)
    make_generic_outlet(text, text)


def _try_search(body: bytes) -> None:
    answer = Answer("https://search.example/", 200 if len(body) % 7 else 429, body)
    is_json = body.lstrip()[:1] in (b"{", b"[")
    for read in (gdelt.read, naver.read) if is_json and len(body) % RARELY else (google_news.read, gdelt.read):
        read(answer)


def _try_ingest(body: bytes) -> None:
    _shelf().put(parse_line(body))


def _try_opml(body: bytes) -> None:
    parse_opml(body, "file")


def _try_retry_after(body: bytes) -> None:
    parse_retry_after(body.decode("latin-1"), START_AT)


CRAWLER: dict[str, Try] = {
    "feed": _try_feed("rss"), "sitemap": _try_feed("sitemap"), "section": _try_feed("section"), "page": _try_page,
    "date": _try_date, "address": _try_address, "search": _try_search, "ingest": _try_ingest, "opml": _try_opml,
    "retry_after": _try_retry_after,
}
