"""Makes outlets and families of their declarations and checks each by itself; `catalogue` finds and joins the files."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from cssselect import HTMLTranslator, SelectorError

from seeds.declarations import Declaration, find_near
from seeds.outlet import (
    ZONES,
    Confidence,
    Country,
    DateOrder,
    Family,
    Feed,
    FeedKind,
    IdentityRule,
    Outlet,
    PageRules,
    Tls,
)

KINDS = ("national", "agency", "provincial", "regional", "city", "government", "community", "aggregator")
NO_ARTICLES = re.compile(r"(?!)")
"""The pattern of an outlet whose article addresses nobody has seen yet: it matches nothing."""

OUTLET_KEYS = (
    "name", "name_en", "country", "lang", "kind", "region", "home", "homepage", "hosts", "family", "feeds", "article",
    "interval_minutes", "tls", "zone", "overrides", "evidence", "notes",
)
FAMILY_KEYS = ("about", "identity", "page", "list_links", "date_order", "usual_feeds", "next_page", "search")
RULE_KEYS = ("identity", "page", "list_links", "date_order", "next_page", "search")
SEARCH_PATH = re.compile(r"/[^\s{}]*\{word\}[^\s{}]*")
PAGE_KEYS = ("title", "lead", "body", "author", "date", "remove")
# Vietnam writes the day first everywhere; Korean pages write YYYY.MM.DD or YYYY-MM-DD.
USUAL_ORDER: dict[str, DateOrder] = {"VN": "dmy", "KR": "ymd"}
# What papers of both countries put before the name of the same site; see `_make_hosts`.
TWINS = ("www.", "m.", "mobile.")
LANG = re.compile(r"[a-z]{2,3}")
LOCALITY_KEY = re.compile(r"[A-Z]{2}\d*(-[A-Za-z0-9]+)+")
HOST = re.compile(r"[^\s/:@?#]+(:\d{1,5})?")
NEXT_ADDRESS = re.compile(r"\?[\w.-]+=\{page\}|\{base\}[^{}\s]*\{page\}[^{}\s]*")

Rules = dict[str, Any]
"""The part of a family's fields that one file declares: those of `Family`, with `page` as a dict of tuples."""


def make_rules(declaration: Declaration, known: tuple[str, ...]) -> Rules:
    """What a family, or the overrides of an outlet, declare. Raises SeedError for a wrong key, regex or selector."""
    declaration.check_keys(known)
    rules: Rules = {}
    if identity := declaration.part("identity"):
        rules["identity"] = _make_identity(identity)
    if page := declaration.part("page"):
        page.check_keys(PAGE_KEYS)
        rules["page"] = {key: _make_selectors(page, key) for key in page.values}
    if "list_links" in declaration.values:
        rules["list_links"] = _make_selectors(declaration, "list_links")
    if "date_order" in declaration.values:
        rules["date_order"] = declaration.choice("date_order", get_args(DateOrder))
    if "usual_feeds" in declaration.values:
        rules["usual_feeds"] = declaration.texts("usual_feeds")
    if "next_page" in declaration.values:
        rules["next_page"] = _make_next_page(declaration)
    if "search" in declaration.values:
        rules["search"] = declaration.text("search", form=SEARCH_PATH)
    return rules


def make_family(family_id: str, *layers: Mapping[str, Any]) -> Family:
    """A family of layers of rules; a later layer replaces the keys of an earlier one, those of `page` one by one."""
    merged: Rules = {}
    page: dict[str, tuple[str, ...]] = {}
    for layer in layers:
        merged |= layer
        page |= layer.get("page", {})
    return Family(family_id, **(merged | {"page": PageRules(**page)}))


def make_outlet(declaration: Declaration, families: Mapping[str, Rules]) -> Outlet:
    """One outlet, its family merged with its overrides. Raises SeedError that names the file and the key."""
    declaration.check_keys(OUTLET_KEYS)
    country = declaration.choice("country", get_args(Country))
    article = declaration.part("article")
    outlet = Outlet(
        id=declaration.path.stem,
        name=declaration.text("name"),
        name_en=declaration.text("name_en"),
        country=country,
        lang=declaration.text("lang", form=LANG),
        kind=declaration.choice("kind", KINDS),
        region=declaration.text("region", ""),
        homepage=declaration.address("homepage"),
        family=_merge_family(declaration, families, country),
        feeds=tuple(_make_feed(feed) for feed in declaration.parts("feeds")),
        article_url=_make_pattern(article) if article else NO_ARTICLES,
        article_example=article.address("example", "") if article else "",
        article_confidence=article.choice("confidence", get_args(Confidence), "guess") if article else "guess",
        home=declaration.text("home", "", form=LOCALITY_KEY) or None,
        zone=_make_zone(declaration, ZONES[country]),
        interval_minutes=declaration.number("interval_minutes"),
        tls=declaration.choice("tls", get_args(Tls), "strict"),
        evidence=declaration.text("evidence", ""),
        notes=declaration.text("notes", ""),
    )
    _check_addresses(outlet, declaration)
    return replace(outlet, hosts=_make_hosts(outlet, declaration.texts("hosts", form=HOST)))


def make_host(url: str) -> str:
    """The host of an address in lower case, with its port unless that is the scheme's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def _merge_family(declaration: Declaration, families: Mapping[str, Rules], country: str) -> Family:
    family_id = declaration.text("family")
    if family_id not in families:
        raise declaration.fault("family", f"no family {family_id!r}", find_near(family_id, families))
    overrides = declaration.part("overrides")
    own = make_rules(overrides, RULE_KEYS) if overrides else {}
    return make_family(family_id, {"date_order": USUAL_ORDER[country]}, families[family_id], own)


def _make_identity(declaration: Declaration) -> IdentityRule:
    declaration.check_keys(("query", "path"))
    path = declaration.regex("path") if "path" in declaration.values else None
    if path and path.groups != 1:
        raise declaration.fault("path", f"has {path.groups} groups", "put ( ) around the identifying part only")
    return IdentityRule(declaration.texts("query"), path)


def _make_feed(declaration: Declaration) -> Feed:
    declaration.check_keys(("url", "kind", "confidence"))
    kind = declaration.choice("kind", get_args(FeedKind))
    return Feed(declaration.address("url"), kind, declaration.choice("confidence", get_args(Confidence), "guess"))


def _make_pattern(article: Declaration) -> re.Pattern[str]:
    article.check_keys(("example", "pattern", "confidence"))
    pattern = article.regex("pattern")
    if not pattern.pattern.startswith("^"):
        raise article.fault("pattern", "must begin with ^", "for example '^https?://example\\.vn/'")
    return pattern


def _make_next_page(declaration: Declaration) -> tuple[str, ...]:
    places = declaration.texts("next_page")
    for place in places:
        if "{page}" in place and not NEXT_ADDRESS.fullmatch(place):
            advice = "such as '?page={page}' or '{base}/page/{page}/'"
            raise declaration.fault("next_page", f"{place!r} is no address of a page", advice)
        if "{page}" not in place and (fault := _find_css_fault(place)):
            raise declaration.fault("next_page", f"{place!r} is no CSS selector: {fault}")
    return places


def _make_selectors(declaration: Declaration, key: str) -> tuple[str, ...]:
    selectors = declaration.texts(key)
    for selector in selectors:
        if fault := _find_css_fault(selector):
            raise declaration.fault(key, f"{selector!r} is no CSS selector: {fault}")
    return selectors


@lru_cache(maxsize=4096)
def _find_css_fault(selector: str) -> str:
    try:
        HTMLTranslator().css_to_xpath(selector)
    except SelectorError as error:
        return str(error)
    return ""


def _make_zone(declaration: Declaration, usual: str) -> str:
    zone = declaration.text("zone", usual)
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        near = difflib.get_close_matches(zone, available_timezones(), 1)
        advice = f"did you mean {near[0]!r}?" if near else "an IANA name such as 'Asia/Seoul'"
        raise declaration.fault("zone", f"no time zone {zone!r}", advice) from error
    return zone


def _check_addresses(outlet: Outlet, declaration: Declaration) -> None:
    example, pattern = outlet.article_example, outlet.article_url
    rule = outlet.family.identity
    if example and not pattern.match(example):
        raise declaration.fault("article.pattern", f"does not match the example {example}")
    if example and (rule.query or rule.path) and not rule.find_key(example):
        advice = "correct the family or give the outlet overrides.identity"
        raise declaration.fault("overrides.identity", f"the identity rule takes nothing from {example}", advice)
    for i, feed in enumerate(outlet.feeds):
        if pattern.match(feed.url):
            advice = "make the pattern narrower"
            raise declaration.fault(f"feeds[{i}].url", f"{feed.url} matches the article pattern", advice)


def _make_hosts(outlet: Outlet, further: tuple[str, ...]) -> frozenset[str]:
    """The declared hosts, and those of the home page and the example with their www and mobile twins."""
    hosts = {host.lower() for host in further}
    for url in filter(None, (outlet.homepage, outlet.article_example)):
        host = make_host(url)
        hosts.add(host)
        if re.search(r"\.[a-z]", host) and ":" not in host:
            bare = next((host.removeprefix(twin) for twin in TWINS if host.startswith(twin)), host)
            hosts |= {bare, *(twin + bare for twin in TWINS[:2])}
    return frozenset(hosts)
