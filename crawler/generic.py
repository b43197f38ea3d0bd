"""Makes an outlet for a host that no seed file declares, so that a saved page or feed can still be read."""

import re

from crawler.identity import UNKNOWN_FAMILY, make_host
from crawler.languages import find_script
from seeds.outlet import ZONES, Country, Family, Outlet


def make_generic_outlet(url: str, sample: str = "") -> Outlet:
    """An outlet of family `unknown` for the host of `url`; country, language and zone are guessed.

    `.vn` and `.kr` give their country; else the script of `sample`, the text of a page or feed; else zone-less dates
    are read as UTC and there is no language. Its articles are addresses with a number of four digits or a slug of
    five words.
    """
    host = make_host(url) or "unknown"
    last = host.partition(":")[0].rpartition(".")[2]
    last = last if last in ("vn", "kr") else {"vi": "vn", "ko": "kr"}.get(find_script(sample), last)
    country: Country = "KR" if last == "kr" else "VN"
    known = last in ("vn", "kr")
    family = Family(id=UNKNOWN_FAMILY, date_order="ymd" if last == "kr" else "dmy")
    bare = re.escape(host.removeprefix("www."))
    return Outlet(
        id=re.sub(r"[^a-z0-9]+", "_", host).strip("_") or "unknown", name=host, name_en=host, country=country,
        lang={"vn": "vi", "kr": "ko"}.get(last, ""), kind="other", region="",
        homepage=f"{'http' if url.lower().startswith('http:') else 'https'}://{host}/", family=family, feeds=(),
        article_url=re.compile(rf"^https?://(?:www\.)?{bare}/[^#]*(?:\d{{4,}}|(?:[^#/-]+-){{4}})"),
        zone=ZONES[country] if known else "UTC", hosts=frozenset({host}),
    )
