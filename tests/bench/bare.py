"""A bare Scrapy spider over given feeds, for comparison: it follows their links and keeps nothing of the pages."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy


class Bare(scrapy.Spider):
    """`scrapy runspider bare.py -a feeds='["http://..."]'`; with `-a etag=...` it asks whether they have changed."""

    name = "bare"
    handle_httpstatus_list = (304,)

    def __init__(self, feeds: str, etag: str = "", **more: Any) -> None:
        super().__init__(**more)
        self.feeds, self.conditions = json.loads(feeds), {"If-None-Match": etag} if etag else {}

    async def start(self) -> AsyncIterator[Any]:
        for url in self.feeds:
            yield scrapy.Request(url, headers=self.conditions)

    def parse(self, response: Any) -> Iterator[Any]:
        if response.status == 304:
            return
        for link in response.xpath("//item/link/text()").getall():
            yield scrapy.Request(link, self.parse_page)

    def parse_page(self, response: Any) -> dict[str, Any]:
        return {"url": response.url, "size": len(response.body)}
