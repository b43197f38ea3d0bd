"""An article whose page gives a day without an hour is shown by that day, as its outlet counts days."""

from datetime import UTC, datetime

import pytest

from monitor.digests.content import DigestContent
from monitor.digests.render_email import render_email
from monitor.digests.render_slack import render_slack
from tests.digest_samples import make_article, make_content, make_event

MIDNIGHT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)  # of 22 November in Seoul


def compose_with(published_at: datetime, lang: str = "ko", **subscription: object) -> DigestContent:
    return make_content(make_event(articles=(make_article(lang, published_at=published_at),)), **subscription)


def find_shown(content: DigestContent) -> list[str]:
    """The digest as text, as HTML and as Slack's blocks."""
    email = render_email(content)
    return [email.text, email.html, str([message.blocks for message in render_slack(content).messages])]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Seoul"])
@pytest.mark.parametrize(("language", "day"), [("en", "22 Nov 2026"), ("ko", "2026년 11월 22일"), ("vi", "22/11/2026")])
def test_midnight_of_the_outlet_is_shown_as_its_day_alone_in_any_readers_zone(
    language: str, day: str, zone: str
) -> None:
    for shown in find_shown(compose_with(MIDNIGHT, language=language, zone=zone)):
        assert day in shown
        assert not [hour for hour in ("15:00", "10:00", "00:00 ngày 22", f"{day} 00", f"{day}, 00") if hour in shown]


@pytest.mark.parametrize(("at", "lang", "told"), [
    (MIDNIGHT.replace(minute=1), "ko", "21 Nov 2026, 15:01"),
    (MIDNIGHT.replace(second=1), "ko", "21 Nov 2026, 15:00"),
    (MIDNIGHT, "vi", "21 Nov 2026, 15:00"),
], ids=["a minute later", "a second later", "midnight of another zone"])
def test_any_other_instant_keeps_its_hour_in_the_readers_zone(at: datetime, lang: str, told: str) -> None:
    for shown in find_shown(compose_with(at, lang, language="en", zone="UTC")):
        assert told in shown


def test_the_instant_is_kept_beside_the_day() -> None:
    [article] = compose_with(MIDNIGHT).sections[0].events[0].articles

    assert (article.published_at, article.published_on) == (MIDNIGHT, "2026-11-22")


def test_a_digest_stored_before_days_were_kept_is_read_and_shown_as_it_was() -> None:
    stored = compose_with(MIDNIGHT, language="en", zone="UTC").to_json()
    del stored["sections"][0]["events"][0]["articles"][0]["published_on"]

    content = DigestContent.from_json(stored)

    assert all("21 Nov 2026, 15:00" in shown for shown in find_shown(content))
