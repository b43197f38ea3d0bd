"""Writes the feeds of the newsroom's outlets in the odd forms of the real ones: RSS and sitemaps. It reads none."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from html import entities, escape

from seeds.newsroom.values import OutletPlay, Printed

Writer = Callable[[OutletPlay, str, Sequence[tuple[Printed, str]]], str]

# Forms of pubDate as read in real feeds: a two-digit year (vccorp), no zone (ND Soft, English agency), a colon in it.
RSS_DATES: dict[str, Callable[[datetime], str]] = {
    "rfc822": lambda t: f"{t:%a, %d %b %Y %H:%M:%S %z}",
    "vccorp": lambda t: f"{t:%a, %d %b %y %H:%M:%S %z}",
    "ndsoft": lambda t: f"{t:%Y-%m-%d %H:%M:%S}",
    "zoneless": lambda t: f"{t:%a, %d %b %Y %H:%M:%S}",
    "colon": lambda t: f"{t:%a, %d %b %Y %H:%M:%S} {t.isoformat()[-6:]}",
}


def write_feed(outlet: OutletPlay, root: str, stories: Sequence[Printed]) -> str:
    """The feed of `outlet` in its `feed_form`, with an entry for each listed address; `root` is `http://host:port`."""
    rows = [(printed, root + path) for printed in stories for path in printed.listed]
    writer = SITEMAPS.get(outlet.feed_form, _write_rss)
    return writer(outlet, root, rows)


def _write_rss(outlet: OutletPlay, root: str, rows: Sequence[tuple[Printed, str]]) -> str:
    items = "\n".join(_rss_item(outlet, root, printed, url) for printed, url in rows)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{root}/</link><description>{escape(outlet.name)}</description>\n"
        f"<language>{outlet.lang}</language>\n{items}\n</channel></rss>\n"
    )


def _rss_item(outlet: OutletPlay, root: str, printed: Printed, url: str) -> str:
    title, lead = printed.title, printed.lead or printed.paragraphs[0][:120]
    if outlet.feed_form == "vccorp":
        title, lead = _entities(title), _entities(lead)
        lead = f'<a href="{url}"><img src="{root}/thumb/{printed.serial}.jpg"></a> {lead}'
    stamp = RSS_DATES[outlet.feed_form](printed.published_at)
    dated = "" if "undated" in printed.story.faults else f"<pubDate>{stamp}</pubDate>"
    return (
        f"<item><title><![CDATA[{title}]]></title><link>{escape(url)}</link>"
        f"<description><![CDATA[{lead}]]></description>{dated}<guid>{escape(url)}</guid></item>"
    )


def _entities(text: str) -> str:
    """Letters that have a name in HTML 4 as entities, as this system writes them inside CDATA."""
    names = entities.codepoint2name
    return "".join(f"&{names[ord(c)]};" if ord(c) > 127 and ord(c) in names else c for c in text)


def _write_sitemap(outlet: OutletPlay, root: str, rows: Sequence[tuple[Printed, str]]) -> str:
    return _urlset("", (
        f"<url><loc>{escape(url)}</loc><lastmod>{printed.published_at.isoformat()}</lastmod></url>"
        for printed, url in rows
    ))


def _write_news_sitemap(outlet: OutletPlay, root: str, rows: Sequence[tuple[Printed, str]]) -> str:
    return _urlset(' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"', (
        f"<url><loc>{escape(url)}</loc><news:news><news:publication><news:name>{escape(outlet.name)}</news:name>"
        f"<news:language>{outlet.lang}</news:language></news:publication>"
        f"<news:publication_date>{printed.published_at.isoformat()}</news:publication_date>"
        f"<news:title>{escape(printed.title)}</news:title></news:news></url>"
        for printed, url in rows
    ))


def _urlset(spaces: str, urls: Iterable[str]) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{spaces}>\n' + "\n".join(urls) + "\n</urlset>\n"
    )


SITEMAPS: dict[str, Writer] = {"sitemap": _write_sitemap, "news_sitemap": _write_news_sitemap}
