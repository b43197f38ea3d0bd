"""The work of `outlets add`: asks a site, declares it as an outlet, writes the YAML and a saved-page test skeleton."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.addresses import guess_identity, guess_list_links, guess_pattern
from crawler.asking import run_politely
from crawler.declaring import (
    check_id,
    check_outlet,
    find_place,
    find_seeds_dir,
    format_yaml,
    make_id,
    make_seeds_dir,
    make_test,
    save_file,
)
from crawler.discover import is_near
from crawler.entries import make_url
from crawler.extract import extract_page
from crawler.families import GENERIC
from crawler.finding import Found, find_parts
from crawler.identity import make_host
from crawler.markup import parse_page
from crawler.plan import check_contact
from seeds.catalogue import Catalogue, load_catalogue
from seeds.errors import InputError
from seeds.outlet import Country, Feed, IdentityRule, Outlet
from seeds.outlet_declarations import KINDS, LOCALITY_KEY
from seeds.settings import Settings, load_settings
from seeds.subscription import LANGUAGE_CODE
from storage.clock import utc_now

SAMPLE_ARTICLES = 40  # addresses from which pattern and identity are guessed
WRITTEN = "Written by `twinwatch outlets add`: look through it, above all name_en, kind, home and the pattern."


@dataclass(frozen=True)
class Wishes:
    """What a person says of the outlet; empty where it is to be guessed."""

    outlet_id: str = ""
    country: Country | None = None
    lang: str = ""
    kind: str = ""
    home: str = ""


def add_outlet(url: str, wishes: Wishes, *, dry_run: bool) -> None:
    """Finds out about the site at `url` and writes its YAML into `seeds_dir`; prints it with `dry_run`.

    Raises TwinwatchError for a wrong address or setting, a known site, or one that shows nothing to watch.
    """
    settings, now = load_settings(), utc_now()
    catalogue = load_catalogue(find_seeds_dir(settings.seeds_dir))
    _check_request(url, wishes, settings, catalogue, dry_run)
    if settings.seeds_dir is not None and not dry_run and make_seeds_dir(settings.seeds_dir):
        _say(f"made the folder {settings.seeds_dir} (seeds_dir)")
    found = run_politely(settings, lambda fetch: find_parts(
        url, fetch, families=catalogue.families, country=wishes.country, lang=wishes.lang, say=_say, now=now))
    values = make_declaration(found, wishes, catalogue, now)
    outlet_id = wishes.outlet_id or make_id(found.homepage)
    check_id(outlet_id, catalogue, "--id")
    text = format_yaml(values, WRITTEN)
    path = find_place(settings.seeds_dir or Path(), values["country"], outlet_id)
    outlet = check_outlet(values, path, catalogue)
    _tell_origin(found, path if not dry_run else None)
    if dry_run:
        print(text, end="")
        return
    save_file(path, text.encode())
    print(path)
    _save_page(found, outlet, path, now)
    load_catalogue(settings.seeds_dir)
    unnamed = settings.crawl.outlets and outlet_id not in settings.crawl.outlets
    _say(f"add {outlet_id!r} to crawl.outlets to have it watched" if unnamed else
         f"watched from now on, by a running service from its next start: `twinwatch refresh {outlet_id}` reads it now")


def make_declaration(found: Found, wishes: Wishes, catalogue: Catalogue, now: datetime) -> dict[str, Any]:
    """The outlet as its YAML has it. InputError where all of its feeds are others'."""
    country = found.probe.country
    family = catalogue.families[found.family]
    overrides = _make_overrides(found) if found.family == GENERIC else {}
    urls = [url for url in found.articles[:SAMPLE_ARTICLES] if is_near(url, found.homepage)] or found.articles[:1]
    rule = _make_rule(overrides["identity"]) if "identity" in overrides else family.identity
    feeds, article = _choose_feeds(found, catalogue), _make_article(urls, rule)
    if any(re.match(article.get("pattern", "(?!)"), feed.url) for feed in feeds):
        article = {}  # too wide: the links that look like articles are learnt at each visit instead
    name = found.front.name or make_host(found.homepage)
    values: dict[str, Any] = {
        "name": name, "name_en": name, "country": country,
        "lang": found.origin.lang if found.origin else "",
        "kind": wishes.kind or _guess_kind(found.homepage), "home": wishes.home, "homepage": found.homepage,
        "family": found.family, "feeds": [vars(feed) for feed in feeds], "article": article,
        "overrides": overrides, "evidence": f"its site on {now:%Y-%m-%d}",
        "notes": f"Family by: {', '.join(found.marks[:5])}" if found.marks else "",
    }
    return {key: value for key, value in values.items() if value}


def _check_request(url: str, wishes: Wishes, settings: Settings, catalogue: Catalogue, dry_run: bool) -> None:
    if not url.startswith(("http://", "https://")) or not make_host(url):
        raise InputError(f"no web address: {url!r}", where="URL", advice="such as https://baovidu.vn/")
    if settings.seeds_dir is None and not dry_run:
        raise InputError(
            "not set, so there is no folder for the outlet's file", where="seeds_dir",
            advice="set it to a folder of yours in twinwatch.toml or as TWINWATCH_SEEDS_DIR, or use --dry-run")
    _check_wishes(wishes, catalogue)
    for outlet in catalogue.outlets.values():
        if _make_key(url) in (_make_key(outlet.homepage), *(_make_key(feed.url) for feed in outlet.feeds)):
            raise InputError(f"known already as {outlet.id!r}", where=url,
                             advice=f"`twinwatch outlets check {outlet.id}` tests it")
    check_contact(settings)


def _check_wishes(wishes: Wishes, catalogue: Catalogue) -> None:
    if wishes.outlet_id:
        check_id(wishes.outlet_id, catalogue, "--id")
    if wishes.kind and wishes.kind not in KINDS:
        raise InputError(f"no kind {wishes.kind!r}", where="--kind", advice=f"one of {', '.join(KINDS)}")
    if wishes.lang and not LANGUAGE_CODE.fullmatch(wishes.lang):
        raise InputError(f"{wishes.lang!r} is no language", where="--lang", advice="two letters such as ko, vi or en")
    if wishes.home and not LOCALITY_KEY.fullmatch(wishes.home):
        raise InputError(f"{wishes.home!r} is no key of a locality", where="--home", advice="such as VN-46 or KR-44")


def _make_key(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/").lower()


def _guess_kind(url: str) -> str:
    host = make_host(url)
    return "government" if host.endswith((".gov.vn", ".go.kr")) else "regional"


def _choose_feeds(found: Found, catalogue: Catalogue) -> list[Feed]:
    taken = {_make_key(feed.url): outlet.id for outlet in catalogue.outlets.values() for feed in outlet.feeds}
    apart = {_make_key(feed.url): feed for feed in reversed(found.feeds)}
    own = [feed for key, feed in reversed(apart.items()) if key not in taken]
    if not own:
        owner = taken[_make_key(found.feeds[0].url)]
        raise InputError(f"all that was found belongs to {owner!r} already", where=found.homepage,
                         advice=f"`twinwatch outlets check {owner}` tests it")
    return own


def _make_rule(identity: Mapping[str, Any]) -> IdentityRule:
    path = identity.get("path")
    return IdentityRule(tuple(identity.get("query", ())), re.compile(path) if path else None)


def _make_article(urls: Sequence[str], rule: IdentityRule) -> dict[str, str]:
    known = [url for url in urls if not (rule.query or rule.path) or rule.find_key(url)]
    if not known:
        return {}
    return {"example": known[0], "pattern": guess_pattern(known, rule), "confidence": "inferred"}


def _make_overrides(found: Found) -> dict[str, Any]:
    urls = found.articles[:SAMPLE_ARTICLES]
    made: dict[str, Any] = {}
    if identity := guess_identity(urls):
        made["identity"] = identity
    if any(feed.kind == "section" for feed in found.feeds):
        tree = parse_page(found.front.html)
        links = tree.xpath("//a[@href]") if tree is not None else []
        near = [node for node in links if make_url(str(node.get("href")), found.homepage, found.probe) in urls]
        if selectors := guess_list_links(near):
            made["list_links"] = selectors
    return made


def _save_page(found: Found, outlet: Outlet, path: Path, now: datetime) -> None:
    if found.page is None:
        _say("no article could be had: save one in a browser and test it with `twinwatch extract`")
        return
    page, url = found.page, found.articles[0]
    article = extract_page(page.body, url=url, outlet=outlet, content_type=page.content_type, now=now)
    if article.refused:
        _say(f"{url} was fetched but gives no article ({article.refused}): the outlet needs overrides.page")
        return
    saved, test = path.with_suffix(".html"), path.with_name(f"test_{path.stem}.py")
    save_file(saved, page.body)
    save_file(test, make_test(
        outlet.id, url=url, content_type=page.content_type, now=now.isoformat(), title=article.title,
        published_at=article.published_at.isoformat() if article.published_at else None,
        must_have=[article.text[:80].partition("\n")[0]]).encode())
    print(saved, test, sep="\n")


def _tell_origin(found: Found, path: Path | None) -> None:
    """What was guessed, by what, and how to say otherwise: a wrong country puts all days into a wrong zone."""
    if found.origin is not None:
        where = f", or mend them in {path}" if path else ""
        _say(f"taken as: {found.origin.say()}; if that is wrong, say --country and --lang{where}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
