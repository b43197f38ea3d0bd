"""Makes pages as heavy as real ones, and serves them: families' markup, menus, scripts and boxes around own words.

Weighed on saved Vietnamese and Korean article pages of 45 to 215 KB: per KB 10 tags, 2 of them links, and 15 line
breaks; a quarter of the bytes scripts and styles, a seventh beyond ASCII. Nothing here measures anything.
"""

import asyncio
import json
import random
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from seeds.newsroom.library import load_fillers
from tests.family_pages import WORDS, make_family_page

FAMILIES = {"vi": ("vn_vccorp", "vn_a_id", "nukeviet", "vnexpress"),
            "ko": ("kr_ndsoft", "newsis", "kr_view_key", "yna")}
COUNTRIES = {"vi": "VN", "ko": "KR"}
PAGES_EACH, SMALLEST, LARGEST = 50, 45_000, 215_000
SENTENCES = 6  # times the paragraphs of a plain story, so that a page holds as much text as papers print
CANDIDATE_EVERY = 20  # 5 % name the other country
SCRIPT_SHARE = 0.25
SAPO_EVERY = 8  # boxes, of which one has a lead
ABROAD = {"vi": "Đoàn cán bộ huyện sẽ sang Hàn Quốc vào mùa xuân tới.", "ko": "군 대표단은 내년 봄 베트남을 찾는다."}
CARD = """
        <div class="box-item col-sm-4" data-id="{n}" data-role="story-card">
            <div class="thumb thumb-16x9">
                <a class="thumb-link" href="/tin-{n}.html?src=box&amp;pos={k}" title="{title}"><img class="lazy" alt=""
                    src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP" data-src="/images/{n}/w480/cover-{k}.jpg"
                    width="480" height="270" srcset="/images/{n}/w480/c.jpg 1x, /images/{n}/w960/c.jpg 2x"></a>
            </div>
            <div class="info">
                <h3 class="box-title"><a href="/tin-{n}.html" data-track="click|{n}">{title}</a></h3>
                {sapo}
                <ul class="meta"><li><span class="cat">{cat}</span></li><li><span class="num">{k}</span></li></ul>
                <i class="icon icon-clock"></i><span class="ago">{k}</span><i class="icon icon-chat"></i><em>{n}</em>
            </div>
        </div>"""
SCRIPT = """
    window.__queue=window.__queue||[];
    __queue.push({{"slot":"pos-{n}","sizes":[[300,250],[336,280]],"if":{k}<3&&window.innerWidth>768}});
    (function(d){{var s=d.createElement("script");s.src="/js/{n}.min.js?v={k}";d.head.append(s)}})(document);"""
STYLE = "\n    .grid-{n}>.cell:nth-child({k}){{display:flex;margin:0 auto;padding:{k}px 12px;color:#{k:03x}}}"


@dataclass(frozen=True)
class Paper:
    """One outlet of the bench: its pages by path, and those of them that name the other country."""

    id: str
    lang: str
    family: str
    pages: dict[str, bytes]
    candidates: frozenset[str]
    titles: dict[str, str]


def make_papers(at: datetime) -> list[Paper]:
    """Eight outlets with 400 pages in all, sizes spread evenly; the same ones at every call."""
    plays = [(lang, family) for lang, families in FAMILIES.items() for family in families]
    return [_make_paper(lang, family, number, at) for number, (lang, family) in enumerate(plays)]


def _make_paper(lang: str, family: str, number: int, at: datetime) -> Paper:
    chance = random.Random(number)
    pages, candidates, titles = {}, set(), {}
    for place in range(PAGES_EACH):
        path, size = f"/a-{1000 + place}.html", SMALLEST + (LARGEST - SMALLEST) * place // (PAGES_EACH - 1)
        is_candidate = (place + number) % CANDIDATE_EVERY == 0
        page, titles[path] = _make_page(lang, family, place + 100 * number, at - timedelta(minutes=place), is_candidate)
        pages[path] = _weigh_down(page, lang, size, chance)
        if is_candidate:
            candidates.add(path)
    return Paper(f"bench_{family}", lang, family, pages, frozenset(candidates), titles)


def _make_page(lang: str, family: str, number: int, at: datetime, is_candidate: bool) -> tuple[str, str]:
    """A family's page with a plain local story in the place of the story that is written for tests."""
    words, filler = WORDS[lang], load_fillers()[lang]
    page = make_family_page(family, lang, f"http://127.0.0.1/a-{number}.html", at).html
    told = {key: " ".join(text.format(n=number * 10 + more) for more in range(SENTENCES))
            for key, text in zip(("p1", "p2"), filler["paragraphs"], strict=True)}
    told |= {"title": filler["title"].format(n=number), "lead": filler["lead"].format(n=number),
             "p3": f"{ABROAD[lang] if is_candidate else ''} {filler['lead'].format(n=number + 1)}",
             "p4": " ".join(filler["paragraphs"]).format(n=number + 2)}
    for key, text in told.items():
        page = page.replace(words[key], text)
    return page, told["title"]


def _weigh_down(page: str, lang: str, size: int, chance: random.Random) -> bytes:
    filler = load_fillers()[lang]
    cards: list[str] = []
    scripts: list[str] = []
    styles: list[str] = []
    spent, coded = 0, len(page.encode())
    while coded + spent < size:
        n, k = chance.randrange(100_000, 999_999), chance.randrange(1, 900)
        if spent and sum(map(len, scripts + styles)) < SCRIPT_SHARE * spent:
            part = SCRIPT.format(n=n, k=k) + STYLE.format(n=n, k=k)
            scripts.append(SCRIPT.format(n=n, k=k))
            styles.append(STYLE.format(n=n, k=k))
        else:
            sapo = "" if len(cards) % SAPO_EVERY else f'<p class="box-sapo">{filler["lead"].format(n=n)}</p>'
            part = CARD.format(n=n, k=k, cat=WORDS[lang]["most"], title=filler["title"].format(n=n), sapo=sapo)
            cards.append(part)
        spent += len(part.encode())
    half = len(cards) // 2
    heavy = {"</head>": f"<style>{''.join(styles)}</style><script>{''.join(scripts)}</script>",
             '<div class="container">': f'<div class="top">{"".join(cards[:half])}</div>',
             "<footer>": f'<div class="bottom">{"".join(cards[half:])}</div>'}
    for before, part in heavy.items():
        page = page.replace(before, part + before, 1)
    return page.encode()


class Press:
    """Serves papers, each on a host of its own: a feed, the pages, no robots.txt. `roots` gives addresses by paper."""

    def __init__(self, papers: list[Paper], at: datetime) -> None:
        self.papers, self._at = papers, at
        self.roots: dict[str, str] = {}
        self._runners: list[web.ServerRunner] = []

    async def open(self) -> None:
        for paper in self.papers:
            runner = web.ServerRunner(web.Server(self._make_handler(paper)), shutdown_timeout=0.2)
            self._runners.append(runner)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.roots[paper.id] = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def close(self) -> None:
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))

    def feed_urls(self) -> list[str]:
        """The addresses of all feeds."""
        return [f"{root}/rss.xml" for root in self.roots.values()]

    def write_outlets(self, folder: Path) -> list[str]:
        """Writes the papers as a `seeds_dir` with the addresses of the moment; returns their ids."""
        (folder / "outlets").mkdir(parents=True)
        for paper in self.papers:
            data = json.dumps(_describe(paper, self.roots[paper.id]), ensure_ascii=False)
            (folder / "outlets" / f"{paper.id}.yml").write_text(data, "utf-8")  # JSON is YAML
        return [paper.id for paper in self.papers]

    def _make_handler(self, paper: Paper) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            if request.path == "/rss.xml":
                feed = _print_feed(paper, self.roots[paper.id], self._at)
                return web.Response(text=feed, content_type="application/rss+xml")
            page = paper.pages.get(request.path)
            if page is None:
                return web.Response(status=404)
            return web.Response(body=page, content_type="text/html", charset="utf-8")
        return handle


@contextmanager
def run_press(at: datetime) -> Iterator[Press]:
    """The papers served from a thread of their own."""
    press, loop = Press(make_papers(at), at), asyncio.new_event_loop()
    loop.run_until_complete(press.open())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield press
    finally:
        asyncio.run_coroutine_threadsafe(press.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _describe(paper: Paper, root: str) -> dict[str, Any]:
    article = {"example": f"{root}/a-1000.html", "pattern": f"^{re.escape(root)}/a-\\d+\\.html", "confidence": "seen"}
    return {
        "name": paper.id, "name_en": paper.id, "country": COUNTRIES[paper.lang], "lang": paper.lang,
        "kind": "provincial", "homepage": f"{root}/", "family": paper.family, "evidence": "tests/bench",
        "feeds": [{"url": f"{root}/rss.xml", "kind": "rss", "confidence": "seen"}],
        "article": article, "overrides": {"identity": {"path": "/a-(\\d+)\\.html"}},
    }


def _print_feed(paper: Paper, root: str, at: datetime) -> str:
    items = "".join(
        f"<item><title>{title}</title><link>{root}{path}</link>"
        f"<pubDate>{format_datetime(at - timedelta(minutes=place))}</pubDate></item>"
        for place, (path, title) in enumerate(paper.titles.items()))
    return f"<rss version='2.0'><channel><title>{paper.id}</title>{items}</channel></rss>"
