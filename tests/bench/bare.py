"""A bare Scrapy spider over given feeds, for comparison: it follows their links and keeps nothing of the pages."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy


class Bare(scrapy.Spider):
    """`scrapy runspider bare.py -a feeds='["http://..."]'`."""

    name = "bare"

    def __init__(self, feeds: str, **more: Any) -> None:
        super().__init__(**more)
        self.feeds = json.loads(feeds)

    async def start(self) -> AsyncIterator[Any]:
        for url in self.feeds:
            yield scrapy.Request(url)

    def parse(self, response: Any) -> Iterator[Any]:
        for link in response.xpath("//item/link/text()").getall():
            yield scrapy.Request(link, self.parse_page)

    def parse_page(self, response: Any) -> dict[str, Any]:
        return {"url": response.url, "size": len(response.body)}
