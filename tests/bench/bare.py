"""A bare Scrapy spider over given addresses, for comparison: it fetches and keeps nothing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import scrapy


class Bare(scrapy.Spider):
    """`scrapy runspider bare.py -a urls=FILE`."""

    name = "bare"

    def __init__(self, urls: str, **more: Any) -> None:
        super().__init__(**more)
        self.urls = json.loads(Path(urls).read_text())

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            yield scrapy.Request(url)

    def parse(self, response: Any) -> dict[str, Any]:
        return {"url": response.url, "size": len(response.body)}
