"""What the tests above the store play with: true stories, subscriptions and a notifier, and one digest composed."""

import json
from collections.abc import Sequence
from typing import Any

from monitor.application import Application
from monitor.composing import compose_due
from monitor.notifiers.outcome import NoteParts, Outcome, note_nothing
from seeds.settings import Settings
from seeds.subscription import Subscription
from storage.store import Store
from storage.values import DeliveryRow, EventView, NewArticle, NewEntry
from tests.factories import save_event
from tests.fake_clock import START_AT, FakeClock

# Three stories of one event, in three languages; the first is the one that others join.
HUE_VI = {
    "outlet_id": "huengaynay", "lang": "vi", "title": "Huế và Chungcheongnam ký kết hợp tác",
    "text": "Chiều 1/3, UBND thành phố Huế và tỉnh Chungcheongnam (Hàn Quốc) ký kết bản ghi nhớ hợp tác về giáo dục "
            "và du lịch. Hai bên sẽ trao đổi đoàn hằng năm.",
}
HUE_KO = {
    "outlet_id": "cnnews", "lang": "ko", "title": "충남도, 베트남 후에시와 업무협약 체결",
    "text": "충청남도는 1일 베트남 후에시와 교육·관광 분야 교류협력을 위한 업무협약(MOU)을 체결했다고 밝혔다. "
            "두 지역은 해마다 대표단을 교환하기로 했다.",
}
HUE_EN = {
    "outlet_id": "vietnamnews", "lang": "en", "title": "Hue and South Chungcheong sign cooperation agreement",
    "text": "The People's Committee of Hue city, Vietnam, and South Chungcheong province, South Korea, signed a "
            "memorandum of understanding on March 1 to cooperate in education and tourism.",
}
# A pair that nobody knew of before.
DIEN_BIEN = {
    "outlet_id": "huengaynay", "lang": "vi", "title": "Điện Biên và Jindo ký thỏa thuận hợp tác",
    "text": "Sáng 1/3, UBND tỉnh Điện Biên và huyện Jindo (Hàn Quốc) ký thỏa thuận hợp tác về nông nghiệp.",
}
DIEN_BIEN_AGAIN = {
    "outlet_id": "huengaynay", "lang": "vi", "title": "Điện Biên và Jindo trao đổi về lao động thời vụ",
    "text": "Ngày 20/3, UBND tỉnh Điện Biên và huyện Jindo (Hàn Quốc) ký kết thỏa thuận đưa lao động thời vụ sang "
            "làm việc tại Jindo.",
}
NOISE = {
    "outlet_id": "huengaynay", "lang": "vi", "title": "Jeju Air mở đường bay Đà Nẵng",
    "text": "Hãng hàng không Jeju Air mở đường bay thẳng từ Busan tới Đà Nẵng từ tháng 4.",
}


def save_story(store: Store, story: dict[str, str], number: int = 1, *, backlog: bool = False, **values: Any) -> int:
    """Saves a story as an article of today; its id."""
    outlet_id, url = story["outlet_id"], f"https://{story['outlet_id']}.example/{number}"
    store.outlets.register([outlet_id])
    entry = NewEntry(outlet_id, f"{outlet_id}:{number}", url, title=story["title"], backlog=backlog)
    article = NewArticle(**{**story, "url": url, "published_at": START_AT, **values})
    article_id = store.articles.ingest(entry, article, START_AT)
    assert article_id is not None
    return article_id


def make_subscription(**changes: Any) -> Subscription:
    """A daily digest to one reader, at seven in the morning UTC."""
    defaults = {"name": "desk", "notifier": "email", "recipients": ["desk@city.example"], "hour": 7, "zone": "UTC"}
    return Subscription.model_validate({**defaults, **changes})


def subscribe(application: Application, *subscriptions: Subscription, **changes: Any) -> None:
    """Gives the application these subscriptions (default: one), as if the settings had them from now on."""
    chosen = list(subscriptions or [make_subscription(**changes)])
    application.settings = application.settings.model_copy(update={"subscription": chosen})
    application.__dict__.pop("subscriptions", None)


def begin_subscriptions(application: Application) -> None:
    """Makes the application's subscriptions begin now, as opening the store does for those of the settings."""
    for subscription in application.subscriptions:
        application.store.digests.begin_subscription(subscription.name, application.clock())


def compose_one(application: Application, clock: FakeClock, *, event: bool = True, **changes: Any) -> None:
    """Saves an event and composes the digest that tells it; the clock stands at eight o'clock then."""
    subscribe(application, **changes)
    begin_subscriptions(application)
    if event:
        save_event(application.store, "e1", 1, clock.advance(minutes=30))
    clock.advance(minutes=90 if event else 120)
    assert len(compose_due(application)) == 1


def visit_all(application: Application) -> None:
    """A wave in which every watched outlet is read, without any news; it begins and ends now."""
    runs, now = application.store.runs, application.clock()
    wave = runs.start_wave(now)
    for run_id in runs.start_runs(wave, list(application.watched), now).values():
        runs.end_run(run_id, now, "nothing_new", "", {})
    runs.end_wave(wave, now, "fine")


def describe(events: Sequence[EventView]) -> list[tuple[Any, ...]]:
    """Events without what differs from store to store, in a fixed order."""
    rows = [
        (e.act, e.stage, e.happened_on, e.pairs, e.verdict, e.new_tie, tuple(sorted(a.url for a in e.articles)))
        for e in events
    ]
    return sorted(rows, key=json.dumps)


class FakeNotifier:
    """Takes every digest and answers as it is told, then `sent`; `taken` says what arrived at whom."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.taken: list[str] = []
        self.rows: list[DeliveryRow] = []
        self.refused: dict[str, Outcome] = {}

    def make(self, name: str, settings: Settings) -> "FakeNotifier":
        return self

    def hand_over(
        self, rendered: Any, recipient: str, delivery: DeliveryRow, note_parts: NoteParts = note_nothing
    ) -> Outcome:
        self.asked.append(recipient)
        self.rows.append(delivery)
        scripted = self.answers.pop(0) if self.answers else Outcome("sent")
        outcome = self.refused.get(recipient, scripted)
        if outcome.state == "sent":
            self.taken.append(recipient)
        return outcome
