"""Six papers on loopback that print a few stories a day, show the newest in a feed, and can be struck by a fault."""

import asyncio
import hashlib
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path

from aiohttp import web

from tests.bench.waves import describe_outlet

COUNT = 6  # every second one is Korean, the others are Vietnamese
SHOWN = 20  # entries in a feed, as most feeds have
PARAGRAPHS, WORDS = 4, 30
# Drawn at random, so that no two texts are alike enough to be doubles.
POOL = {
    "vi": (
        "cầu đường sông chợ trường lớp vườn cây lúa cá tôm mùa nắng mưa sáng chiều đêm người bạn trẻ già sách vở bàn "
        "ghế nhà cửa phố làng bến thuyền hoa quả ngọt chua xanh đỏ vàng trắng mới cũ dài ngắn rộng hẹp nhanh chậm vui "
        "hát múa vẽ viết đọc nghe nhìn đi đứng ngồi trồng gặt nấu"),
    "ko": (
        "다리 도로 강변 시장 학교 교실 정원 나무 벼농사 물고기 새우 계절 햇볕 빗물 아침 오후 저녁 이웃 친구 청년 "
        "책상 의자 창문 거리 마을 나루 조각배 꽃밭 과일 단맛 신맛 초록 빨강 노랑 하양 새것 옛것 길이 너비 빠르게 "
        "노래 춤사위 그림 글씨 읽기 듣기 보기 걷기 심기 거두기 요리"),
}
LEADS = {
    "vi": "UBND tỉnh {vn} và tỉnh {kr} (Hàn Quốc) ngày {day} ký thỏa thuận hợp tác hữu nghị giữa hai địa phương, "
          "Chủ tịch UBND tỉnh {vn} và Thống đốc tỉnh {kr} cùng ký.",
    "ko": "{kr}는 {day}일 베트남 {vn}성과 우호협력 협약을 체결했다. {kr} 도지사와 {vn}성 인민위원장이 서명했다.",
}
TITLES = {
    "vi": "Tỉnh {vn} và tỉnh {kr} (Hàn Quốc) ký thỏa thuận hợp tác", "ko": "{kr}, 베트남 {vn}성과 우호협력 협약 체결",
}
# Names the other country, so it is read and stored, but no place of it.
CHATTER = {"vi": "Phim Hàn Quốc {n} ra rạp vào cuối tuần", "ko": "베트남 쌀국수 {n} 맛집 주말 나들이"}
PLAIN = {"vi": "Chợ phiên thứ {n} mở cửa sớm", "ko": "제{n}회 마을 장터 열려"}

# By language, the names of a Vietnamese and of a Korean province.
Names = dict[str, tuple[str, str]]


@dataclass
class Paper:
    """One outlet: its printed pages by path, oldest first, and the fault that strikes it (`500` or `drop`), if any."""

    id: str
    number: int
    root: str = ""
    fault: str = ""
    pages: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)

    @property
    def lang(self) -> str:
        return ("vi", "ko")[self.number % 2]

    def print_plain(self, at: datetime, chance: random.Random) -> str:
        """Prints a story that names nothing abroad; its address."""
        return self._print(PLAIN[self.lang].format(n=len(self.pages)), "", at, chance)

    def print_chatter(self, at: datetime, chance: random.Random) -> str:
        """Prints a story that is worth reading, and tells of no cooperation; its address."""
        title = CHATTER[self.lang].format(n=len(self.pages))
        return self._print(title, f"{title}.", at, chance)

    def print_agreement(self, names: Names, at: datetime, chance: random.Random) -> str:
        """Prints an agreement of a Vietnamese with a Korean province, named in this paper's language; its address."""
        vn, kr = names[self.lang]
        day = f"{at:%d/%m/%Y}" if self.lang == "vi" else f"{at.day}"
        lead = LEADS[self.lang].format(vn=vn, kr=kr, day=day)
        return self._print(TITLES[self.lang].format(vn=vn, kr=kr), lead, at, chance)

    def _print(self, title: str, lead: str, at: datetime, chance: random.Random) -> str:
        path = f"/a-{1000 + len(self.pages)}.html"
        pool = POOL[self.lang].split()
        texts = [" ".join(chance.choices(pool, k=WORDS)).capitalize() + "." for _ in range(PARAGRAPHS)]
        body = "".join(f"<p>{escape(text)}</p>" for text in (lead, *texts) if text)
        head = (f'<meta property="og:title" content="{escape(title)}">'
                f'<meta property="article:published_time" content="{at.isoformat()}">')
        page = (f'<!DOCTYPE html><html lang="{self.lang}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
                f"{head}</head><body><article><h1>{escape(title)}</h1>{body}</article></body></html>")
        self.pages[path] = (title, page, at)
        return self.root + path

    def write_feed(self) -> str:
        """The newest entries, newest first."""
        newest = list(self.pages.items())[: -SHOWN - 1 : -1]
        items = "".join(f"<item><title>{escape(title)}</title><link>{self.root}{path}</link>"
                        f"<pubDate>{format_datetime(at)}</pubDate></item>" for path, (title, _, at) in newest)
        return f"<rss version='2.0'><channel><title>{self.id}</title>{items}</channel></rss>"

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """What is asked for, or what the fault makes of it."""
        if self.fault and request.path != "/robots.txt":
            self.answers[self.fault] += 1
            if self.fault == "drop" and request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if request.path == "/rss.xml":
            return self._answer_feed(request)
        page = self.pages.get(request.path)
        self.answers["page" if page else "missing"] += 1
        return web.Response(text=page[1], content_type="text/html") if page else web.Response(status=404)

    def _answer_feed(self, request: web.BaseRequest) -> web.StreamResponse:
        feed = self.write_feed()
        etag = f'"{hashlib.sha1(feed.encode(), usedforsecurity=False).hexdigest()}"'
        if request.headers.get("If-None-Match") == etag:
            self.answers["unchanged"] += 1
            return web.Response(status=304, headers={"ETag": etag})
        self.answers["feed"] += 1
        return web.Response(text=feed, content_type="application/rss+xml", headers={"ETag": etag})


@contextmanager
def run_papers(count: int = COUNT) -> Iterator[list[Paper]]:
    """The papers, each on a port of its own, served from a thread."""
    loop = asyncio.new_event_loop()
    papers = [Paper(f"paper_{number}", number) for number in range(count)]
    runners = [loop.run_until_complete(_open(paper)) for paper in papers]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield papers
    finally:
        asyncio.run_coroutine_threadsafe(_close(runners), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _open(paper: Paper) -> web.ServerRunner:
    runner = web.ServerRunner(web.Server(paper.answer), shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    paper.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


async def _close(runners: list[web.ServerRunner]) -> None:
    await asyncio.gather(*(runner.cleanup() for runner in runners))


def write_outlets(papers: list[Paper], folder: Path) -> None:
    """Declares the papers in `folder`, a `seeds_dir`."""
    (folder / "outlets").mkdir(parents=True)
    for paper in papers:
        data = json.dumps(describe_outlet(paper.id, paper.root, paper.number))  # JSON is YAML
        (folder / "outlets" / f"{paper.id}.yml").write_text(data, "utf-8")
