"""Finds what an outlet's declaration needs by asking its site: feeds, articles, one article page; it writes nothing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urljoin

from crawler.answers import Answer
from crawler.asking import Fetch
from crawler.charset import decode
from crawler.discover import Front, find_sitemaps, find_usual_feeds, find_usual_sitemaps, is_near, read_front
from crawler.entries import ParsedFeed
from crawler.families import GENERIC, find_family
from crawler.feeds import guess_kind, parse_feed
from crawler.generic import make_generic_outlet
from crawler.identity import is_article
from crawler.origins import Origin, find_origin
from crawler.shapes import NO_ARTICLE, make_shape
from crawler.unpack import TooLarge, unpack
from seeds.errors import InputError
from seeds.outlet import ZONES, Country, Family, Feed, Outlet
from seeds.outlet_declarations import NO_ARTICLES, TWINS, make_host
from seeds.reasons import say_reason

MOST_FEEDS = 5  # further ones mostly repeat these
MOST_TRIES = 6  # addresses asked for in vain, per kind of feed
MOST_EXAMPLES = 3
LEAST_ARTICLES = 3
ADVICE = {
    "guard_no_contact": "set crawl.contact, an address or page where you can be reached",
    "guard_private_address": "private addresses are asked for only inside crawl.allow_networks",
    "robots_forbid": "that is obeyed; ask its publisher",
    "robots_unavailable": "without it nothing is asked for; try again later",
    "dns": "look whether the name is right", "busy": "try again in a minute",
}
TOLD_IN_DETAIL = frozenset({"busy", "blocked", "resting", "slow", "budget"})  # with the host, and until when


@dataclass
class Found:
    """What a site showed. `feeds` are proven: each was read and had entries. `articles` are addresses, likeliest first.

    `page` is the answer to the example article, None where none could be read; `marks` spoke for the family.
    """

    homepage: str
    front: Front
    probe: Outlet
    origin: Origin | None = None
    body: bytes = b""
    feeds: list[Feed] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)
    family: str = GENERIC
    marks: list[str] = field(default_factory=list)
    page: Answer | None = None


async def find_parts(
    url: str, fetch: Fetch, *, families: Mapping[str, Family], country: Country | None, say: Callable[[str], None],
    now: datetime, lang: str = "",
) -> Found:
    """Everything that the site at `url` shows: its home page, a list page of it, or a feed.

    `country` and `lang` are what a person said, empty for a guess, whose grounds are in `origin`. Raises InputError
    where the site cannot be asked, is no page, shows neither a feed nor a list of articles, or could be of any country.
    """
    say(f"asking for {url}")
    first = _check(await fetch(url), url)
    is_feed = guess_kind(first.body) != "section"
    homepage = urljoin(first.url, "/") if is_feed else first.url
    home = _check(await fetch(homepage), homepage) if is_feed else first
    front = read_front(home.body, home.url, home.content_type)
    if front is None:
        raise InputError("no page that can be read", where=homepage, advice="give the address of its home page")
    origin = find_origin(home.url, front, home.body, home.content_type, country, lang)
    found = Found(homepage, front, _make_probe(home.url, front.words, origin.country), origin, home.body)
    search = _Search(found, fetch, say, now)
    learnt = search.read(home, "section")
    await search.find_feeds(url if is_feed else "", families, [entry.url for entry in learnt.entries])
    search.add_section(learnt)
    if not found.feeds:
        advice = "give the address of one of its feeds or list pages"
        raise InputError("no feed and no list of articles was found", where=url, advice=advice)
    await search.find_article()
    text = _decode(found.page)
    found.family, found.marks = find_family(front.html, text, found.articles, families)
    return found


async def find_feeds(outlet: Outlet, fetch: Fetch, say: Callable[[str], None], now: datetime) -> list[Feed]:
    """Feeds of a known outlet that work and are not declared: what to propose where a declared one does not.

    The home page itself is one, where it lists articles of the outlet and nothing better was found.
    """
    answer = await fetch(outlet.homepage)
    if not answer.status:
        return []
    front = read_front(answer.body, answer.url, answer.content_type) if answer.status == 200 else None
    found = Found(outlet.homepage, front or Front("", "", (), "", ""), outlet, body=answer.body)
    search = _Search(found, fetch, say, now, outlet.feeds)
    await search.find_feeds("", {outlet.family.id: outlet.family}, [])
    if front and outlet.homepage not in {feed.url for feed in outlet.feeds}:
        search.add_section(search.read(answer, "section"))
    return found.feeds


def explain_failure(answer: Answer) -> str:
    """Why there is no page in `answer`, in words for people; empty where there is one."""
    if answer.failure in TOLD_IN_DETAIL and answer.detail:
        return answer.detail
    if answer.failure:
        return say_reason(answer.failure)
    return "" if answer.status == 200 else say_reason(f"http_{answer.status}")


class _Search:
    def __init__(
        self, found: Found, fetch: Fetch, say: Callable[[str], None], now: datetime, known: Sequence[Feed] = (),
    ) -> None:
        self._found, self._fetch, self._say, self._now = found, fetch, say, now
        self._asked = {feed.url for feed in known}

    def read(self, answer: Answer, kind: str = "") -> ParsedFeed:
        """What a feed or list page holds."""
        return parse_feed(
            answer.body, url=answer.url, kind="section" if kind else guess_kind(answer.body), outlet=self._found.probe,
            content_type=answer.content_type, now=self._now)

    async def find_feeds(self, given: str, families: Mapping[str, Family], learnt: Sequence[str]) -> None:
        """Tries the feeds that were given or declared, then the usual ones, then sitemaps, until some work."""
        front = self._found.front
        await self._try([*([given] if given else []), *front.feeds])
        if not self._found.feeds:
            family_id = find_family(front.html, "", learnt, families)[0] if len(families) > 1 else next(iter(families))
            await self._try(find_usual_feeds(self._found.homepage, families.get(family_id)), enough=1)
        if not self._found.feeds:
            robots_url = urljoin(self._found.homepage, "/robots.txt")
            robots = await self._fetch(robots_url, is_robots=True)
            named = find_sitemaps(robots.body, robots_url) if robots.status == 200 else []
            await self._try(named or find_usual_sitemaps(self._found.homepage), enough=1)

    def add_section(self, learnt: ParsedFeed) -> None:
        """Takes the page itself as a feed, where it lists articles and no real feed was found."""
        links = self._keep_articles([entry.url for entry in learnt.entries])
        if len(links) >= LEAST_ARTICLES and not any(feed.kind == "rss" for feed in self._found.feeds):
            self._found.feeds.append(Feed(self._found.homepage, "section", "seen"))
            self._found.articles = list(dict.fromkeys([*links, *self._found.articles]))

    async def find_article(self) -> None:
        """Asks for articles until one can be had."""
        for url in self._found.articles[:MOST_EXAMPLES]:
            self._say(f"asking for the article {url}")
            answer = await self._fetch(url)
            if answer.status == 200 and answer.body:
                self._found.page = answer
                self._found.articles.remove(url)
                self._found.articles.insert(0, url)
                return

    async def _try(self, urls: Sequence[str], enough: int = MOST_FEEDS) -> None:
        queue = [url for url in dict.fromkeys(urls) if url not in self._asked]
        tries = 0
        while queue and tries < MOST_TRIES and len(self._found.feeds) < enough:
            url, tries = queue.pop(0), tries + 1
            self._asked.add(url)
            self._say(f"trying {url}")
            answer = await self._fetch(url)
            if answer.status == 200 and answer.body:
                more = self._take(url, answer)
                queue = [link for link in more if link not in self._asked][:MOST_FEEDS] + queue

    def _keep_articles(self, links: list[str]) -> list[str]:
        """Of links those that are articles, where the outlet's form of address is known."""
        probe = self._found.probe
        return links if probe.article_url == NO_ARTICLES else [link for link in links if is_article(link, probe)]

    def _take(self, url: str, answer: Answer) -> list[str]:
        """Notes a feed that has articles; gives what else to try: feeds on a page of feeds, parts of a sitemap."""
        kind = guess_kind(answer.body)
        if kind == "section":
            page = read_front(answer.body, answer.url, answer.content_type)
            return list(page.feeds) if page else []
        parsed = self.read(answer)
        links = self._keep_articles(
            [entry.url for entry in parsed.entries if is_near(entry.url, self._found.homepage)])
        if kind == "sitemap":
            links = _find_articles(links)
        if links and not parsed.refused:
            self._say(f"found {url}: {len(links)} articles")
            self._found.feeds.append(Feed(url, kind, "seen"))
            self._found.articles = list(dict.fromkeys([*self._found.articles, *links]))
        return [link for link in parsed.more if is_near(link, self._found.homepage)]


def _make_probe(url: str, words: str, country: Country | None) -> Outlet:
    if country is None:
        raise InputError("nobody can tell which country it is of", where=url,
                         advice="say --country VN or --country KR")
    made = replace(make_generic_outlet(url, words), country=country, zone=ZONES[country])
    bare = next((make_host(url).removeprefix(twin) for twin in TWINS if make_host(url).startswith(twin)), "")
    return replace(made, article_url=NO_ARTICLES, hosts=made.hosts | ({bare} if bare else {f"www.{make_host(url)}"}))


def _find_articles(links: Sequence[str]) -> list[str]:
    """Of the addresses of a sitemap those of the commonest form; few of one form are sections or pages of the house."""
    near = [link for link in links if not NO_ARTICLE.search(link)]
    shapes = Counter(make_shape(link) for link in near)
    shape, count = shapes.most_common(1)[0] if shapes else ("", 0)
    return [link for link in near if make_shape(link) == shape] if count >= LEAST_ARTICLES else []


def _check(answer: Answer, url: str) -> Answer:
    why = explain_failure(answer)
    if answer.failure:
        raise InputError(f"not fetched: {why}", where=url, advice=ADVICE.get(answer.failure, "try again later"))
    if why or not answer.body.strip():
        raise InputError(why or "an empty page", where=url, advice="look at the address in a browser")
    return answer


def _decode(answer: Answer | None) -> str:
    try:
        return decode(unpack(answer.body), answer.content_type) if answer else ""
    except TooLarge:
        return ""
