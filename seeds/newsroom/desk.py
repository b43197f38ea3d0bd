"""One outlet of the newsroom: which of its addresses answers what. It opens no socket and strikes no faults."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

from seeds.newsroom.feeds import write_feed
from seeds.newsroom.filler import make_filler
from seeds.newsroom.pages import render_article, render_list, render_notice
from seeds.newsroom.printing import print_story
from seeds.newsroom.values import OutletPlay, Printed, Reply, Story

XML = "application/xml; charset=utf-8"


class Desk:
    """What one outlet has printed. `root` (`http://host:port`) is set once its port is known."""

    def __init__(self, outlet: OutletPlay, now: datetime, slow_seconds: float) -> None:
        self.outlet, self.now, self.slow_seconds = outlet, now, slow_seconds
        self.root = ""
        self.printed: list[Printed] = []
        self.changed_at = now.astimezone(UTC).replace(microsecond=0) - timedelta(days=1)
        self._by_path: dict[str, Printed] = {}
        self._views: dict[str, int] = {}

    def publish(self, story: Story) -> Printed:
        """Prints `story` and lists it in the feeds, newest first; ValueError for an id that is there already."""
        if any(p.story.id == story.id for p in self.printed):
            raise ValueError(f"{self.outlet.id} has printed {story.id!r} already")
        printed = print_story(story, self.outlet, self.outlet.first_serial + len(self.printed), self.now)
        self.printed.append(printed)
        self.changed_at = max(self.changed_at + timedelta(seconds=1), printed.published_at.astimezone(UTC))
        for path in {printed.path, *printed.twins, *printed.listed}:
            self._by_path[self._key(path)] = printed
        return printed

    def fill(self, count: int, youngest: timedelta, oldest: timedelta) -> list[Printed]:
        """Prints `count` plain local stories whose ages are spread evenly from `youngest` to `oldest`."""
        step = (oldest - youngest) / max(count - 1, 1)
        start = len(self.printed)
        return [self.publish(make_filler(self.outlet, start + n, youngest + step * n)) for n in range(count)]

    def reply(self, target: str) -> Reply:
        """What `target` (path and query as asked) answers."""
        path = urlsplit(target).path
        self._views[path] = self._views.get(path, 0) + 1
        if path == "/robots.txt":
            return Reply(self._robots().encode(), "text/plain; charset=utf-8")
        if self.is_feed(target):
            return self._feed(path)
        printed = self._by_path.get(self._key(target))
        if printed:
            return self._article(printed, target)
        if path == "/":
            return self._made(render_list(self.outlet, self.root, self.newest(), views=self._views[path]))
        return Reply(render_notice(self.outlet, "404").encode(), status=404)

    def is_feed(self, target: str) -> bool:
        """Whether `target` is one of the outlet's feeds."""
        return unquote(urlsplit(target).path) in {unquote(feed) for feed in self.outlet.feeds}

    def is_disallowed(self, target: str) -> bool:
        """Whether robots.txt keeps crawlers out of `target`."""
        return target.startswith(self.outlet.disallow)

    def newest(self) -> list[Printed]:
        """What is printed, newest first."""
        return sorted(self.printed, key=lambda p: p.published_at, reverse=True)

    def _robots(self) -> str:
        maps = [f for f in self.outlet.feeds if self.outlet.feed_kind == "sitemap"]
        lines = ["User-agent: *", f"Disallow: {self.outlet.disallow}", *(f"Sitemap: {self.root}{m}" for m in maps)]
        return "\n".join(lines) + "\n"

    def _feed(self, path: str) -> Reply:
        if self.outlet.feed_kind == "section":
            return self._made(render_list(self.outlet, self.root, self.newest(), views=self._views[path]))
        return self._made(write_feed(self.outlet, self.root, self.newest()), XML)

    def _made(self, text: str, content_type: str = "text/html; charset=utf-8") -> Reply:
        changed_at = self.changed_at if self.outlet.validators else None
        return Reply(text.encode(), content_type, changed_at=changed_at)

    def _article(self, printed: Printed, target: str) -> Reply:
        faults, content_type = printed.story.faults, "text/html; charset=utf-8"
        if "missing" in faults:
            return Reply(render_notice(self.outlet, "404").encode(), status=404)
        if "moved" in faults and self._key(target) != self._key(printed.path):
            return Reply(b"", status=301, location=self.root + printed.path)
        if "empty" in faults:
            return Reply(b"")
        claimed = "euc-kr" if faults & {"mislabelled", "cp949"} else "utf-8"
        text = render_article(self.outlet, self.root, printed, self._others(printed), charset=claimed,
                              views=self._views[urlsplit(target).path])
        body = text.encode("cp949", "xmlcharrefreplace") if "cp949" in faults else text.encode()
        delay = self.slow_seconds if "slow" in faults else 0.0
        changed_at = printed.published_at.astimezone(UTC) if self.outlet.validators else None
        return Reply(body, content_type.replace("utf-8", claimed), changed_at=changed_at, delay_seconds=delay)

    def _others(self, printed: Printed) -> Sequence[Printed]:
        older = [p for p in self.newest() if p.published_at < printed.published_at]
        return older or self.newest()

    def _key(self, target: str) -> str:
        parts = urlsplit(target)
        kept = [f"{k}={v}" for k, v in parse_qsl(parts.query) if k in self.outlet.identity_query]
        return unquote(parts.path).rstrip("/") + ("?" + "&".join(kept) if kept else "")
