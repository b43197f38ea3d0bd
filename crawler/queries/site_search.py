"""The search pages of outlets whose CMS family has one: their questions and answers, one a day and outlet."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote, urljoin

from crawler.answers import Answer
from crawler.queries.service import AFTER_REFUSAL, Question, Reply, Service, Story, read_failure
from seeds.outlet import Outlet
from seeds.queries import QueryWords

NAME = "site_search"
EVERY = timedelta(days=1)


def make_service(outlet: Outlet, words: Mapping[str, QueryWords], now: datetime) -> Service | None:
    """The search of one outlet for the other country's name; None where its family knows no search."""
    known = words.get(outlet.lang)
    if not outlet.family.search or known is None:
        return None
    path = outlet.family.search.replace("{word}", quote(known.other[0]))
    question = Question(f"{outlet.id}: {known.other[0]}", urljoin(outlet.homepage, path), outlet.lang)
    return Service(f"{NAME}:{outlet.id}", (question,), 1, EVERY, partial(read, outlet=outlet, now=now))


def read(answer: Answer, *, outlet: Outlet, now: datetime) -> Reply:
    """The articles of a page of results."""
    from crawler.feeds import parse_feed  # heavy to import

    if failed := read_failure(answer):
        return failed
    parsed = parse_feed(
        answer.body, url=answer.url, kind="section", outlet=outlet, content_type=answer.content_type, now=now)
    if parsed.refused:
        return Reply(refused=parsed.refused, rest=AFTER_REFUSAL)
    return Reply(tuple(
        Story(entry.url, entry.url, entry.title, entry.summary, outlet.lang, entry.published_at)
        for entry in parsed.entries))
