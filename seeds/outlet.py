"""The shapes of what is known of an outlet: feeds, CMS family, identity rule. Loading is `catalogue`'s."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Country = Literal["VN", "KR"]
FeedKind = Literal["rss", "sitemap", "section", "query"]
Confidence = Literal["seen", "inferred", "guess"]
DateOrder = Literal["dmy", "ymd", "mdy"]
Tls = Literal["strict", "legacy", "unverified"]

HANGUL = re.compile("[가-힣]")
ZONES: dict[Country, str] = {"VN": "Asia/Ho_Chi_Minh", "KR": "Asia/Seoul"}


@dataclass(frozen=True)
class Feed:
    """One address of an outlet that we revisit. `confidence` says how sure the address is, not how it fares."""

    url: str
    kind: FeedKind
    confidence: Confidence = "guess"


@dataclass(frozen=True)
class IdentityRule:
    """What identifies an article in its address: query keys, or the one group of a pattern over the path.

    `path` is searched in the decoded NFC path of the address. With both, the query decides where the address has all
    of its keys (systems that kept ids when they changed their addresses). With neither, or where the rule takes
    nothing from an address, the whole address without noise is the identity.
    """

    query: tuple[str, ...] = ()
    path: re.Pattern[str] | None = None

    def find_key(self, url: str) -> str:
        """The identifying part of an address, such as `157291` or `1061/30184`; empty where the rule takes nothing."""
        parts = urlsplit(url)
        if self.query:
            given = dict(reversed(parse_qsl(parts.query)))
            values = [given.get(key, "") for key in self.query]
            if all(values):
                return "/".join(values)
        match = self.path.search(unicodedata.normalize("NFC", unquote(parts.path))) if self.path else None
        return (match[1] or "") if match else ""


@dataclass(frozen=True)
class PageRules:
    """CSS selectors for one article page, each tuple in order of trust; `remove` is cut before extraction."""

    title: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """A CMS family: everything that outlets of one publishing system share.

    `next_page` says where a list goes on, in order of trust: an address with `{page}` in it (`?page={page}` sets that
    key of the list's own address, `{base}/page/{page}/` begins with it), or the selector of a link to the next page.
    `search` is the path of its search page, with `{word}` where the word goes.
    """

    id: str
    identity: IdentityRule = field(default_factory=IdentityRule)
    page: PageRules = field(default_factory=PageRules)
    list_links: tuple[str, ...] = ()
    date_order: DateOrder = "dmy"
    usual_feeds: tuple[str, ...] = ()
    next_page: tuple[str, ...] = ()
    search: str = ""


@dataclass(frozen=True)
class Outlet:
    """An organisation that publishes: one edition in one language, its family merged with its own overrides.

    `article_url` matches the addresses of its articles and of nothing else; `home` is the key of the locality
    it is published for, or None; `zone` is an IANA name in which its zone-less dates are read;
    `tls` says how its hosts are connected to: `legacy` lets servers without safe renegotiation in, `unverified` any
    certificate. `interval_minutes` is None where the general setting holds; `hosts` are the hosts its articles live on,
    lower case.
    """

    id: str
    name: str
    name_en: str
    country: Country
    lang: str
    kind: str
    region: str
    homepage: str
    family: Family
    feeds: tuple[Feed, ...]
    article_url: re.Pattern[str]
    article_example: str = ""
    article_confidence: Confidence = "guess"
    home: str | None = None
    zone: str = "UTC"
    interval_minutes: int | None = None
    tls: Tls = "strict"
    hosts: frozenset[str] = frozenset()
    evidence: str = ""
    notes: str = ""

    def name_in(self, language: str) -> str:
        """Its own name; for readers of other languages than Korean (`language` is ISO 639-1) the English one of those
        that write theirs in Hangul."""
        is_readable = language == "ko" or not HANGUL.search(self.name)
        return self.name if is_readable else self.name_en or self.name
