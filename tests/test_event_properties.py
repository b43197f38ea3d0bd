"""Whatever comes in whatever order: one partition, one content, and every happening told once."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.judging.events import Carried, Group, carry_over, group_facts
from seeds.gazetteer import load_gazetteer
from storage.values import BlockFact

GAZETTEER = load_gazetteer()
HUE, CHUNGNAM, GONGJU, CHEONAN, BORYEONG, ASAN = "VN-46", "KR-44", "KR-44150", "KR-44130", "KR-44180", "KR-44200"
FIRST_ON = date(2023, 1, 15)
TEXTS = [
    f"Lãnh đạo {name} trao đổi về nông nghiệp, du lịch, đào tạo cán bộ, giao lưu thanh niên và hợp tác {name} trong "
    f"nhiều năm tới; phía {name} mời đoàn trở lại vào mùa thu để bàn tiếp về {name} và ký kế hoạch chi tiết với nhau."
    for name in ("cảng biển", "rừng thông", "thành cổ", "làng nghề")
]
SLUGS = ["hue-va-chungnam-thuc-day-hop-tac-nong-nghiep", "doan-hoc-sinh-hue-tham-truong-ban-o-asan"]
Key = tuple[str, int]


@dataclass(frozen=True)
class Article:
    """What an article tells, before any number is given to it: facts with placeholders for ids; `truth` is whose."""

    url: str
    facts: tuple[BlockFact, ...]
    truth: str = ""


def make_article(url: str, *told: dict[str, Any], truth: str = "", **values: Any) -> Article:
    """An article in which each of `told` is a fact; what is not said is a visit of Huế and Chungnam."""
    published: date | None = values.pop("published", None)
    at = datetime.combine(published, time(9), UTC) if published else None
    defaults: dict[str, Any] = {
        "id": 0, "article_id": 0, "outlet_id": "a", "url": url, "lang": "vi", "verdict": "yes", "score": 0.9,
        "block": "VN-46|KR-44", "vn_key": HUE, "kr_key": CHUNGNAM, "act": "visit", "stage": "done",
        "happened_on": None, "published_at": at, "fetched_at": at or datetime(2025, 1, 1, tzinfo=UTC),
        "backlog": False, "title": "Tin", "text": "Bài", "quote": "",
    }
    facts = (BlockFact(**(defaults | values | one | {"position": n})) for n, one in enumerate(told))
    return Article(url, tuple(facts), truth)


@st.composite
def messy_articles(draw: st.DrawFn) -> list[Article]:
    """Articles that may or may not be of one happening, with everything that grouping looks at mixed up."""
    days = st.integers(0, 45).map(lambda n: FIRST_ON + timedelta(days=n))
    named = st.one_of(
        st.none(), days.map(date.isoformat), days.map(date.isoformat), st.sampled_from(["2023-01", "2023-02"])
    )
    fact = st.fixed_dictionaries({
        "kr_key": st.sampled_from([CHUNGNAM, GONGJU, CHEONAN]), "happened_on": named,
        "act": st.sampled_from(["visit", "agreement", "twinning", "training", "aid", "review"]),
        "stage": st.sampled_from(["planned", "signed", "done", "suspended"]),
    })
    articles = []
    for number in range(draw(st.integers(2, 9))):
        slug = draw(st.sampled_from(["", "", *SLUGS]))
        host = draw(st.sampled_from(["bao.example", "www.vietnam.vn/pl"])) if slug else "bao.example"
        articles.append(make_article(
            f"https://{host}/{number}/{slug}", *draw(st.lists(fact, min_size=1, max_size=3)),
            published=draw(st.one_of(st.none(), days)), backlog=draw(st.booleans()),
            text=draw(st.sampled_from(["Bài", *TEXTS])), verdict=draw(st.sampled_from(["yes", "unsure"])),
        ))
    return articles


@st.composite
def true_happenings(draw: st.DrawFn) -> list[Article]:
    """The coverage of several happenings, each told in many ways and none so that two could be taken for one."""
    makers: list[Callable[..., list[Article]]] = [trip, two_stops, two_topics]
    articles = []
    for slot, make in enumerate(draw(st.lists(st.sampled_from(makers), max_size=3))):
        articles += make(draw, f"t{slot}", FIRST_ON + timedelta(days=120 * slot))
    for make, years in ((printed_again, 3), (translated, 6)):
        if not articles or draw(st.booleans()):
            articles += make(draw, make.__name__, FIRST_ON.replace(year=FIRST_ON.year + years))
    return articles


def trip(
    draw: st.DrawFn, truth: str, on: date, *, pairs: Sequence[tuple[str, ...]] = ((CHUNGNAM,), (GONGJU,), ()),
    acts: Sequence[str] = ("visit", "agreement", "review", "training"),
) -> list[Article]:
    """Previews, reports with and without a day, a month, days that differ; of the whole, a part, or both at once."""
    articles = []
    for number in range(draw(st.integers(1, 4))):
        way = draw(st.sampled_from(["preview", "report", "off", "undated", "month"]))
        late = timedelta(days=draw(st.integers(0, 3)))
        named = {"undated": None, "month": f"{on:%Y-%m}", "off": (on + late).isoformat()}.get(way, on.isoformat())
        published = on - timedelta(days=21) if way == "preview" else on + late
        keys = draw(st.sampled_from(pairs)) or (CHUNGNAM, GONGJU)
        told = {"act": draw(st.sampled_from(acts)), "happened_on": named,
                "stage": "planned" if way == "preview" else "done"}
        articles.append(make_article(
            f"https://bao.example/{truth}-{number}", *({**told, "kr_key": key} for key in keys), truth=truth,
            published=published,
        ))
    return articles


def two_stops(draw: st.DrawFn, truth: str, on: date) -> list[Article]:
    """One delegation in two cities on the same days: one happening per pair."""
    return [*trip(draw, f"{truth}a", on, pairs=((GONGJU,),)), *trip(draw, f"{truth}b", on, pairs=((CHEONAN,),))]


def two_topics(draw: st.DrawFn, truth: str, on: date) -> list[Article]:
    """Two things of one pair on the same days that cannot be one."""
    return [*trip(draw, f"{truth}a", on, acts=["aid"]), *trip(draw, f"{truth}b", on, acts=["training"])]


def printed_again(draw: st.DrawFn, truth: str, on: date) -> list[Article]:
    """One text under several addresses, dates and days, months apart."""
    shifts = draw(st.lists(st.integers(0, 300), min_size=1, max_size=4))
    days = [on + timedelta(days=shift) for shift in shifts]
    return [
        make_article(f"https://bao.example/{truth}-{number}", {"kr_key": BORYEONG, "happened_on": day.isoformat()},
                     published=day, text=TEXTS[0], truth=truth)
        for number, day in enumerate(days)
    ]


def translated(draw: st.DrawFn, truth: str, on: date) -> list[Article]:
    """An article and its editions at vietnam.vn, of which each reads its own act out of it."""
    acts = draw(st.lists(st.sampled_from(["visit", "aid", "training"]), min_size=1, max_size=4))
    return [
        make_article(
            f"https://www.vietnam.vn/{number}/{SLUGS[1]}" if number else f"https://bao.example/{SLUGS[1]}-99887.html",
            {"kr_key": ASAN, "act": act}, published=on + timedelta(days=20 * number), truth=truth,
        )
        for number, act in enumerate(acts)
    ]


class Desk:
    """Groups after every arrival as the assessor does, and tells each new event at once, as digests do."""

    def __init__(self) -> None:
        self.facts: list[BlockFact] = []
        self.events: dict[str, set[int]] = {}
        self.told: set[str] = set()
        self.tellings: Counter[str] = Counter()
        self._truths: dict[int, str] = {}

    def take(self, article: Article, number: int) -> list[Group]:
        for fact in article.facts:
            self._truths[len(self.facts)] = article.truth
            self.facts.append(replace(fact, id=len(self.facts), article_id=number))
        groups = group_facts(self.facts, GAZETTEER)
        carried = carry_over(groups, self.events, facts=self.facts, gazetteer=GAZETTEER)
        self._follow(carried)
        found = {event: set(group.fact_ids) for event, group in zip(carried.ids, groups, strict=True)}
        self.events = {event: found[event] for event in (*(e for e in self.events if e in found), *found)}
        for event, group in zip(carried.ids, groups, strict=True):
            if event not in self.told and not group.backlog:
                self.told.add(event)
                self.tellings.update({self._truths[fact] for fact in group.fact_ids})
        return groups

    def _follow(self, carried: Carried) -> None:
        self.told |= {change.other_id for change in carried.changes if change.event_id in self.told}


def describe(groups: Iterable[Group], facts: Sequence[BlockFact]) -> list[Any]:
    """The events without the ids that arrival gave: which article's which fact, and everything that is shown."""
    by_id = {fact.id: fact for fact in facts}
    return [(replace(g, fact_ids=()), [(by_id[n].url, by_id[n].position) for n in g.fact_ids]) for g in groups]


def arrive(articles: Sequence[Article]) -> tuple[Desk, list[Group]]:
    desk, groups = Desk(), []
    for number, article in enumerate(articles):
        groups = desk.take(article, number)
    return desk, groups


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data(), articles=messy_articles())
def test_events_are_the_same_in_whatever_order_articles_arrive(data: st.DataObject, articles: list[Article]) -> None:
    shuffled = data.draw(st.permutations(articles))

    (one, groups), (other, again) = arrive(articles), arrive(shuffled)

    assert describe(groups, one.facts) == describe(again, other.facts)
    assert sorted(n for group in groups for n in group.fact_ids) == sorted(fact.id for fact in one.facts)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data(), articles=messy_articles())
def test_ids_are_never_shared_and_every_known_event_goes_on_or_leads_on(
    data: st.DataObject, articles: list[Article]
) -> None:
    desk = Desk()

    for number, article in enumerate(data.draw(st.permutations(articles))):
        before, held = set(desk.events), {event: set(facts) for event, facts in desk.events.items()}
        groups = desk.take(article, number)
        carried = carry_over(groups, held, facts=desk.facts, gazetteer=GAZETTEER)
        assert len(set(carried.ids)) == len(groups)
        assert before <= set(carried.ids) | set(carried.redirects)
        moved = {(c.event_id, c.other_id) for c in carried.changes}
        assert moved == {
            (event, other) for event, facts in held.items() for other, group in zip(carried.ids, groups, strict=True)
            if other != event and facts & set(group.fact_ids)
        }
        assert all(change.reason for change in carried.changes)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data(), articles=true_happenings())
def test_every_true_happening_is_one_event_and_is_told_once(data: st.DataObject, articles: list[Article]) -> None:
    truths: dict[str, set[str]] = {}
    for article in articles:
        truths.setdefault(article.truth, set()).add(article.url)

    desk, groups = arrive(data.draw(st.permutations(articles)))

    urls = {fact.id: fact.url for fact in desk.facts}
    assert sorted(sorted({urls[n] for n in g.fact_ids}) for g in groups) == sorted(map(sorted, truths.values()))
    assert desk.tellings == dict.fromkeys(truths, 1)
