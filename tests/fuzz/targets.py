"""What is fuzzed: for each target how one input is tried. Whatever is not a named refusal leaves it as an exception."""

import json
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import HTTPException

from crawler.answers import Answer, parse_retry_after
from crawler.extract import extract_page
from crawler.feeds import guess_kind, parse_feed
from crawler.generic import make_generic_outlet
from crawler.guard import find_url_refusal
from crawler.identity import clean_url, is_article, make_host, make_identity
from crawler.ingest import Shelf
from crawler.ingest import parse_line as parse_ingest_line
from crawler.opml import parse_opml
from crawler.queries import gdelt, google_news, naver
from monitor.digests.keywords import has_keyword
from monitor.digests.plain import find_host, make_plain, make_safe_url
from monitor.journal import Journal
from monitor.judging.judge import Knowledge, judge, load_knowledge
from monitor.judging.lines import parse_labelled, parse_line, parse_story
from monitor.links import Links
from monitor.notifiers.webhook import find_refusal
from monitor.recalling import gather
from monitor.web.access import Access
from monitor.web.filters import read_filter
from monitor.web.sessions import Sessions
from monitor.web.words import choose_language
from seeds.catalogue import Catalogue, load_catalogue
from seeds.errors import TwinwatchError
from seeds.outlet import FeedKind, Outlet
from seeds.sections import WebSettings
from seeds.settings import PREFIX, load_settings, variable_names
from seeds.subscription import Subscription
from tests.fake_clock import START_AT

Try = Callable[[bytes], None]
# What may be raised: refusals that are told in one line.
NAMED = (TwinwatchError,)
URLS = ("https://huengaynay.vn/rss/home.rss", "http://www.cnnews.co.kr/rss/allArticle.xml", "https://unknown.example/x")


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


@cache
def _knowledge() -> Knowledge:
    return load_knowledge()


@cache
def _outlets() -> tuple[tuple[str, Outlet], ...]:
    return tuple((url, _catalogue().find_outlet(url) or make_generic_outlet(url)) for url in URLS)


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


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
    return Shelf(_NoStore(), _catalogue(), lambda: START_AT)  # type: ignore[arg-type]


def _choose_outlet(body: bytes) -> tuple[str, Outlet]:
    return _outlets()[len(body) % len(URLS)]


def _try_feed(kind: FeedKind) -> Try:
    def read(body: bytes) -> None:
        url, outlet = _choose_outlet(body)
        guess_kind(body)
        found = parse_feed(body, url=url, kind=kind, outlet=outlet, now=START_AT)
        for entry in found.entries[:20]:
            assert entry.url.startswith(("http://", "https://")), entry.url
            assert entry.published_at is None or entry.published_at.tzinfo is not None
            make_identity(entry.url, outlet).encode()

    return read


def _try_page(body: bytes) -> None:
    url, outlet = _outlets()[1] if len(body) % 4 else _choose_outlet(body)  # its family names the body: the cheap way
    found = extract_page(body, url=url, outlet=outlet, now=START_AT)
    f"{found.title}{found.text}{found.author}".encode()
    assert not (found.refused and found.text)
    assert found.published_at is None or found.published_at.tzinfo is not None


def _try_date(body: bytes) -> None:
    from crawler.dates import parse_date

    text = body.decode("utf-8", "replace")
    for order in ("dmy", "mdy", "ymd"):
        at = parse_date(text, zone="Asia/Seoul", order=order, now=START_AT)  # type: ignore[arg-type]
        assert at is None or at.tzinfo is not None


def _try_address(body: bytes) -> None:
    text = body.decode("utf-8", "replace")
    _, outlet = _choose_outlet(body)
    cleaned = clean_url(text, outlet)
    # Once clean it stays clean, else one article would be two.
    assert not cleaned or clean_url(cleaned, outlet) == cleaned, cleaned
    make_identity(text, outlet).encode()
    is_article(text, outlet), make_host(text), make_plain(text), find_url_refusal(text)
    find_refusal(text, allow_http=True), find_host(make_safe_url(text)), Access(WebSettings()).is_named(text)
    make_generic_outlet(text, text)


def _try_toml(body: bytes) -> None:
    path = _folder() / "twinwatch.toml"
    path.write_bytes(body)
    load_settings(path)


def _try_environment(body: bytes) -> None:
    # No process can be given other signs.
    name, _, value = body.replace(b"\0", b"").decode("utf-8", "replace").partition("=")
    name = PREFIX + "".join(sign for sign in name.removeprefix(PREFIX) if sign.isalnum() or sign == "_")
    if name not in variable_names() and len(body) % 50:
        name = "TWINWATCH_CRAWL__CONTACT"  # to look for the name that was meant takes most of the time
    os.environ[name] = value
    try:
        load_settings()
    finally:
        del os.environ[name]


def _try_classify(body: bytes) -> None:
    parse_story(parse_line(body), _catalogue())


def _try_judge(body: bytes) -> None:
    title, _, text = body.decode("utf-8", "replace").partition("\n")
    story = parse_story({"id": 1, "title": title, "text": text, "published_at": "2026-03-01"}, _catalogue())
    verdict = judge(story, _knowledge())
    for evidence in verdict.evidence:
        assert 0 <= evidence.start <= evidence.end
    json.dumps([fact.quote for fact in verdict.facts]).encode()


def _try_labelled(body: bytes) -> None:
    list(parse_labelled(body.splitlines(), _catalogue()))


def _try_journal(body: bytes) -> None:
    path = _folder() / "deliveries.jsonl"
    path.write_bytes(body)
    journal = Journal(path)
    gather(journal.read())
    assert journal.position >= 0 and journal.id is not None


def _try_search(body: bytes) -> None:
    answer = Answer("https://search.example/", 200 if len(body) % 7 else 429, body)
    for read in (gdelt.read, naver.read, google_news.read):
        read(answer)


def _try_api(body: bytes) -> None:
    text = body.decode("utf-8", "replace")
    known = read_filter.__annotations__.keys() - {"return"}
    try:
        read_filter(**{key: value for key, value in parse_qsl(text, max_num_fields=50) if key in known})
    except HTTPException as refusal:
        assert refusal.status_code == 400
    except ValueError as refusal:
        assert "Max number of fields" in str(refusal)
    Sessions("k" * 64).read(text, START_AT)
    Links("https://tw.example", "k" * 64).read(text, "judge", START_AT)
    assert choose_language(text[:5], text, text) in ("en", "ko", "vi")


def _try_keywords(body: bytes) -> None:
    text = body.decode("utf-8", "replace")[:100]
    try:
        chosen = Subscription(name="a", notifier="slack", recipients=["#a"], keywords=[text])
    except ValueError:
        return
    has_keyword(tuple(chosen.keywords), f"Hội nghị hợp tác nông nghiệp {text} farmers 계절근로자")


def _try_retry_after(body: bytes) -> None:
    parse_retry_after(body.decode("latin-1"), START_AT)


TARGETS: dict[str, Try] = {
    "feed": _try_feed("rss"), "sitemap": _try_feed("sitemap"), "section": _try_feed("section"), "page": _try_page,
    "date": _try_date, "address": _try_address, "toml": _try_toml, "environment": _try_environment,
    "classify": _try_classify, "judge": _try_judge, "labelled": _try_labelled,
    "ingest": lambda body: void(_shelf().put(parse_ingest_line(body))), "journal": _try_journal,
    "opml": lambda body: void(parse_opml(body, "file")), "search": _try_search, "api": _try_api,
    "keywords": _try_keywords, "retry_after": _try_retry_after,
}


def void(_: object) -> None:
    """Nothing, of anything."""
