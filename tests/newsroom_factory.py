"""Makes newsroom stories and asks the newsroom for pages: defaults for what a test does not care about."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from seeds.newsroom import Story
from seeds.newsroom.library import load_stories

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Asia/Seoul"))


@dataclass(frozen=True)
class Answer:
    """One answer, redirects not followed; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode("utf-8")


def fetch(url: str, **headers: str) -> Answer:
    """The answer to one request; header names are written with underscores."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=5)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def make_story(
    outlet_id: str = "nr_thanhnien", *, story_id: str = "made", title: str = "Đà Nẵng mở thêm một bến tàu du lịch",
    lead: str = "Bến mới nằm bên bờ sông Hàn.", paragraphs: Iterable[str] = ("Bến khai trương ngày {day.dm}.",),
    age: timedelta = timedelta(hours=1), faults: Iterable[str] = (),
) -> Story:
    """A noise story of `outlet_id`."""
    return Story(
        id=story_id, outlet_id=outlet_id, lang="vi", title=title, lead=lead, paragraphs=tuple(paragraphs), age=age,
        faults=frozenset(faults),  # type: ignore[arg-type]
    )


def find_story(story_id: str) -> Story:
    """The bundled story of that id."""
    return next(s for s in load_stories() if s.id == story_id)
