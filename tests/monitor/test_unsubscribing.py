"""Who leaves a subscription gets no more of it, others do, and who comes back gets the next digest."""

from typing import Any

import pytest

from monitor.application import Application
from monitor.commands.main import run_command
from monitor.composing import compose_due, draft_digest
from monitor.deliver import hand_over_pending, hand_over_test
from monitor.digests.rendered import RenderedEmail
from monitor.links import LinkPayload
from monitor.notifiers.outcome import NoteParts, Outcome, note_nothing
from monitor.unsubscribing import LEFT, find_bare, leave, resume
from storage.values import DeliveryRow
from tests.fake_clock import FakeClock
from tests.monitor.desk import FakeNotifier, compose_one

ONE, TWO = "Reader One <one@city.example>", "two@city.example"


class KeepingNotifier(FakeNotifier):
    """Keeps what each recipient would read."""

    def __init__(self) -> None:
        super().__init__()
        self.rendered: dict[str, RenderedEmail] = {}

    def hand_over(
        self, rendered: Any, recipient: str, delivery: DeliveryRow, note_parts: NoteParts = note_nothing
    ) -> Outcome:
        self.rendered[recipient] = rendered
        return super().hand_over(rendered, recipient, delivery)


def compose_next_day(application: Application, clock: FakeClock) -> None:
    clock.advance(hours=24)
    assert len(compose_due(application)) == 1


@pytest.mark.parametrize(("recipient", "bare"), [
    ("Desk <Desk@City.example>", "desk@city.example"), ("desk@city.example", "desk@city.example"),
    ("#partners", "#partners"), ("C0123", "C0123"),
])
def test_a_recipient_is_remembered_by_address_and_a_channel_as_it_is(recipient: str, bare: str) -> None:
    assert find_bare(recipient) == bare


def test_who_left_gets_no_further_digest_and_the_others_do(application: Application, clock: FakeClock) -> None:
    notifier = FakeNotifier()
    compose_one(application, clock, recipients=[ONE, TWO])
    hand_over_pending(application, notifier.make)

    leave(application, "desk", ONE)
    compose_next_day(application, clock)
    hand_over_pending(application, notifier.make)

    assert notifier.taken == [ONE, TWO, TWO]


def test_what_waits_for_somebody_who_left_ends_with_its_reason(application: Application, clock: FakeClock) -> None:
    notifier = FakeNotifier()
    compose_one(application, clock, recipients=[ONE, TWO])

    leave(application, "desk", "one@city.example")
    done = hand_over_pending(application, notifier.make)

    assert notifier.asked == [TWO]
    assert {one.delivery.recipient: (one.outcome.state, one.outcome.reason) for one in done} == {
        ONE: ("failed", LEFT), TWO: ("sent", ""),
    }
    assert hand_over_pending(application, notifier.make) == []


def test_who_left_one_subscription_stays_in_another(application: Application, clock: FakeClock) -> None:
    notifier = FakeNotifier()
    compose_one(application, clock, recipients=[ONE])

    leave(application, "weekly", ONE)
    hand_over_pending(application, notifier.make)

    assert notifier.taken == [ONE]


def test_who_comes_back_gets_the_next_digest_and_no_replay(application: Application, clock: FakeClock) -> None:
    notifier = FakeNotifier()
    compose_one(application, clock, recipients=[ONE, TWO])
    leave(application, "desk", ONE)
    hand_over_pending(application, notifier.make)

    assert resume(application, "desk", ONE)
    assert hand_over_pending(application, notifier.make) == []
    compose_next_day(application, clock)
    hand_over_pending(application, notifier.make)

    assert notifier.taken == [TWO, ONE, TWO]


def test_a_test_is_not_sent_to_who_left(application: Application, clock: FakeClock) -> None:
    notifier = KeepingNotifier()
    compose_one(application, clock, recipients=[ONE, TWO])
    leave(application, "desk", ONE)

    hand_over_test(application, draft_digest(application, application.subscriptions[0]), notifier.make)

    assert list(notifier.rendered) == [TWO]
    assert notifier.rendered[TWO].subject.startswith("(Test) ")


def test_each_recipient_has_a_link_of_its_own_that_is_the_same_at_every_attempt(
    application: Application, clock: FakeClock
) -> None:
    web = application.settings.web.model_copy(update={"public_url": "https://watch.example"})
    application.settings = application.settings.model_copy(update={"web": web})
    first, second = KeepingNotifier(), KeepingNotifier()
    first.answers = [Outcome("retry", "451 later"), Outcome("retry", "451 later")]
    compose_one(application, clock, recipients=[ONE, TWO])

    hand_over_pending(application, first.make)
    clock.advance(hours=2)
    hand_over_pending(application, second.make)

    assert first.rendered == second.rendered
    for recipient in (ONE, TWO):
        url = first.rendered[recipient].unsubscribe_url
        payload = application.links.read(url.rsplit("/", 1)[1], "unsubscribe", clock())
        assert isinstance(payload, LinkPayload)
        assert (payload.subscription, payload.recipient) == ("desk", recipient)
        assert url in first.rendered[recipient].html and url in first.rendered[recipient].text


def test_who_is_no_recipient_at_all_is_not_said_to_be_one_who_never_left(
    application: Application, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    compose_one(application, clock, recipients=[ONE, TWO])
    monkeypatch.setattr("monitor.application.Application", lambda: application)
    application.store.unsubscribed.leave("desk", "former@city.example", clock())

    def resume(recipient: str) -> str:
        run_command(["recipients", "--resume", "desk", recipient])
        return "".join(capsys.readouterr())

    assert "no recipient 'nobody@city.example'" in resume("nobody@city.example")
    assert "it has not unsubscribed" in resume(TWO)
    assert "gets the next digest" in resume("former@city.example")  # unsubscribed, no longer in the settings


def test_the_command_shows_who_left_and_takes_them_back(
    application: Application, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    compose_one(application, clock, recipients=[ONE, TWO])
    monkeypatch.setattr("monitor.application.Application", lambda: application)

    def say(*arguments: str) -> tuple[int, str]:
        code = run_command(["recipients", *arguments])
        return code, capsys.readouterr().out

    assert say("--remove", "desk", TWO) == (0, f"{TWO} gets no more of desk.\n")
    _, listed = say("--format", "csv")
    assert [line.split(",")[2] for line in listed.splitlines()] == ["state", "subscribed", "unsubscribed"]
    assert say("--resume", "desk", TWO) == (0, f"{TWO} gets the next digest of desk.\n")
    assert say("--resume", "desk", TWO)[0] == 1
    assert say("--remove", "desk", "nobody@city.example")[0] == 1
