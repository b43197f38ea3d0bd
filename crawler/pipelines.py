"""Saves what the spider found: article, raw page and the entry's outcome in one transaction."""

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.items import ArticleItem, FoundArticle, make_item
from crawler.storing import StoreFailed, StoreThread
from storage.clock import utc_now


class SaveArticle:
    """Saves a FoundArticle and passes on its ArticleItem; drops what the store had already."""

    def __init__(self, storing: StoreThread) -> None:
        self._storing = storing

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "SaveArticle":
        return cls(crawler.spider.storing)  # type: ignore[union-attr]

    async def process_item(self, found: FoundArticle) -> ArticleItem:
        try:
            article_id = await self._storing.ask(
                self._storing.store.articles.save, found.entry.id, found.article, backlog=found.backlog, at=utc_now(),
                page=found.page, content_type=found.content_type, screen_version=found.screen_version,
            )
        except StoreFailed as error:
            _settle(found, error)
            raise DropItem("not saved") from error
        _settle(found, article_id)
        if article_id is None:
            raise DropItem("known already")
        return make_item(found, article_id)


def _settle(found: FoundArticle, result: int | StoreFailed | None) -> None:
    if found.saved.done():  # the visit was stopped meanwhile
        return
    if isinstance(result, StoreFailed):
        found.saved.set_exception(result)
    else:
        found.saved.set_result(result)
