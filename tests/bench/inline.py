"""Scrapy with trafilatura in its callback, for comparison: every page is extracted where it arrives, none is saved."""

from typing import Any

import trafilatura

from tests.bench.bare import Bare


class Inline(Bare):
    """`scrapy runspider inline.py -a feeds='["http://..."]'`; trafilatura as cheap as it comes without losing text."""

    name = "inline"

    def parse_page(self, response: Any) -> dict[str, Any]:
        return {"url": response.url, "text": trafilatura.extract(response.text, fast=True, include_comments=False)}
