"""A weekly email shows the register as it stood when composed, the same whenever it is sent; others show none."""

from pathlib import Path

import pytest

from monitor.application import Application
from monitor.composing import compose_due, draft_digest
from monitor.deliver import hand_over_pending
from monitor.digests.content import DigestContent, Register
from monitor.digests.rendered import RenderedEmail
from monitor.doctor import examine
from monitor.illustrating import look_at_lettering
from monitor.notifiers.message import make_message
from monitor.notifiers.outcome import Outcome
from monitor.resending import put_back
from storage.values import TieRow
from tests.factories import save_event
from tests.fake_clock import FakeClock
from tests.made_font import make_font
from tests.monitor.desk import begin_subscriptions, make_subscription, subscribe
from tests.monitor.test_unsubscribing import KeepingNotifier

READER = "desk@city.example"


@pytest.fixture(autouse=True)
def _own_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A font for all that these tests paint, also on a machine without any."""
    monkeypatch.setenv("HOME", str(tmp_path))
    signs = "".join(map(chr, range(33, 0x250))) + "".join(map(chr, range(0x1E00, 0x1F00))) + "…"
    make_font(tmp_path / ".fonts" / "Own.ttf", signs, "Own")


def compose_week(application: Application, clock: FakeClock, **changes: object) -> DigestContent:
    """Composes a weekly digest that tells one event."""
    subscribe(application, **{"schedule": "weekly", "weekday": "monday", **changes})
    begin_subscriptions(application)
    save_event(application.store, "e1", 1, clock.advance(minutes=30))
    clock.advance(days=7, hours=2)
    [digest_id] = compose_due(application)
    digest = application.store.digests.get_digest(digest_id)
    assert digest is not None
    return DigestContent.from_json(digest.content)


def find_register(content: DigestContent) -> Register:
    assert content.summary and content.summary.register
    return content.summary.register


def test_the_register_is_that_of_the_moment_in_the_reader_s_language(
    application: Application, clock: FakeClock
) -> None:
    before = draft_digest(application, make_subscription(schedule="weekly"))
    application.store.ties.save([TieRow("VN-46", "KR-50", "contact", "2026-02", "2026-03-01", 9, "events")])

    register = find_register(compose_week(application, clock, language="ko", localities=["KR-50"]))

    assert find_register(before.content).ties + 1 == find_register(
        draft_digest(application, make_subscription(schedule="weekly")).content
    ).ties
    assert ("후에", "제주특별자치도") in {(line.pair.vn_name, line.pair.kr_name) for line in register.lines}
    assert all(line.pair.kr_key.startswith("KR-50") for line in register.lines)


def test_a_new_tie_of_the_week_is_marked(application: Application, clock: FakeClock) -> None:
    application.store.ties.save([TieRow("VN-46", "KR-44", "agreement", "2026-03-01", "2026-03-01", 1, "events")])
    content = compose_week(application, clock)

    marked = [(line.pair.vn_key, line.pair.kr_key) for line in find_register(content).lines if line.is_new]

    assert content.summary and marked == [(pair.vn_key, pair.kr_key) for pair in content.summary.new_ties]


@pytest.mark.parametrize("changes", [
    {"notifier": "slack", "recipients": ["#desk"]}, {"notifier": "webhook", "recipients": ["https://a.example/"]},
    {"schedule": "daily"},
])
def test_only_a_weekly_email_holds_the_register(application: Application, changes: dict[str, object]) -> None:
    summary = draft_digest(application, make_subscription(**{"schedule": "weekly", **changes})).content.summary

    assert summary is None or summary.register is None


def test_every_reader_and_every_attempt_gets_the_same_picture_whatever_became_of_the_register(
    application: Application, clock: FakeClock
) -> None:
    notifier = KeepingNotifier()
    notifier.answers = [Outcome("retry", "451")]
    compose_week(application, clock, recipients=[READER, "two@city.example"])
    raw = []

    for _ in range(3):
        hand_over_pending(application, notifier.make)
        row = next(row for row in reversed(notifier.rows) if row.recipient == READER)
        raw.append(make_message(notifier.rendered[READER], "tw@city.example", READER, row).as_bytes())
        application.store.ties.save([TieRow("VN-46", f"KR-{44 + len(raw)}", "contact", None, None, 1, "events")])
        clock.advance(minutes=5)
        if len(raw) == 2:
            assert put_back(application, notifier.rows[0].id, "Kim")

    assert notifier.taken == ["two@city.example", READER, READER]
    assert raw[0] == raw[1] and b"image/png" in raw[0]
    pictures = {rendered.picture for rendered in notifier.rendered.values() if isinstance(rendered, RenderedEmail)}
    assert len(pictures) == 1 and None not in pictures


def test_what_a_weekly_digest_keeps_of_its_picture_is_small(application: Application, clock: FakeClock) -> None:
    content = compose_week(application, clock)

    stored = content.to_json()["summary"]["register"]

    assert len(find_register(content).lines) == 24 and len(str(stored)) < 5_000


def test_doctor_names_a_language_whose_letters_cannot_be_painted(
    application: Application, tmp_path: Path
) -> None:
    subscribe(application, make_subscription(schedule="weekly", language="vi"),
              make_subscription(name="other", language="ko", schedule="weekly"), make_subscription(name="daily"))

    latin, korean = sorted(look_at_lettering(application, [tmp_path / ".fonts"]), key=lambda one: one.language)[::-1]
    findings = [finding for finding in examine(application) if finding.check == "pictures"]

    assert (latin.language, latin.families, latin.trouble) == ("vi", ("Own",), "")
    assert korean.language == "ko" and "no font here has" in korean.trouble and "fonts-nanum" in korean.advice
    assert [finding.state for finding in findings if "'vi'" in finding.said] == ["fine"] and len(findings) == 2


