"""Every way in which delivering fails (facts on bad input, "Delivery"): the right outcome for each recipient."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from monitor.application import Application
from monitor.deliver import hand_over_pending, keep_claim
from seeds.settings import Settings
from storage.values import DeliveryRow
from tests.fake_clock import FakeClock
from tests.monitor.desk import FakeNotifier, compose_one
from tests.stand_ins import (
    HOST,
    HookAnswer,
    HookStandIn,
    MailStandIn,
    SlackAnswer,
    SlackStandIn,
    hook_settings,
    mail_settings,
    webhook_settings,
)

A, B, C = "a@x.example", "b@x.example", "c@x.example"
# Every wait between two tries is shorter, and all of them together.
STEPS = (*(timedelta(minutes=10),) * 8, *(timedelta(hours=13),) * 12)


@dataclass
class Servers:
    """A mail server, a Slack and a webhook's receiver, with the settings that lead to them."""

    mail: MailStandIn
    slack: SlackStandIn
    hook: HookStandIn
    changes: dict[str, Any] = field(default_factory=dict)

    def update(self, settings: Settings) -> Settings:
        return settings.model_copy(update={
            "email": mail_settings(self.mail.port, timeout_seconds=0.3), "slack": webhook_settings(self.slack),
            "webhook": hook_settings(timeout_seconds=0.3), **self.changes,
        })

    def arrived(self) -> list[str]:
        """Who got a message, once for each."""
        mails = [recipient for mail in self.mail.messages for recipient in mail.recipients]
        return mails + ["#team"] * len(self.slack.posts) + ["hook"] * len(self.hook.posts)


@pytest.fixture
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        mail, slack, hook = (stack.enter_context(kind()) for kind in (MailStandIn, SlackStandIn, HookStandIn))
        yield Servers(mail, slack, hook)  # type: ignore[arg-type]


Arrange = Callable[[Servers], object]


def refuse_connections(servers: Servers) -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        servers.changes["email"] = mail_settings(taken.getsockname()[1])


def refuse_tls(servers: Servers) -> None:
    servers.changes["email"] = mail_settings(servers.mail.port, security="starttls")


def answer_slack(*answers: SlackAnswer) -> Arrange:
    return lambda servers: servers.slack.script(answers)


def answer_hook(*answers: HookAnswer) -> Arrange:
    return lambda servers: servers.hook.answers.extend(answers)


def lead_inside(servers: Servers) -> None:
    """To an address that is private, with a redirect first."""
    servers.hook.answers.append(HookAnswer(307, "", {"Location": "http://169.254.169.254/latest/meta-data"}))


MAIL, SLACK, HOOK = ("email", (A, B, C)), ("slack", ("#team",)), ("webhook", ("hook",))
# What goes wrong, states after the first attempt, states at the end, who got a message in the end.
CASES: list[Any] = [
    pytest.param(MAIL, lambda s: None, "sent sent sent", "sent sent sent", [A, B, C], id="nothing goes wrong"),
    pytest.param(
        MAIL, refuse_connections, "pending pending pending", "failed failed failed", [], id="refused at connect"
    ),
    pytest.param(
        MAIL, lambda s: s.mail.refuse(B, "550 no such user"), "sent failed sent", "sent failed sent", [A, C],
        id="RCPT refused for one of several",
    ),
    pytest.param(
        MAIL, lambda s: s.mail.refuse(B, "451 greylisted"), "sent pending sent", "sent sent sent", [A, C, B],
        id="451 then fine",
    ),
    pytest.param(
        MAIL, lambda s: s.mail.data_answers.append("550 not wanted"), "failed sent sent", "failed sent sent", [B, C],
        id="550",
    ),
    pytest.param(
        MAIL, lambda s: s.mail.data_answers.append("hang"), "uncertain sent sent", "sent sent sent", [A, B, C, A],
        id="time-out after DATA was accepted",
    ),
    pytest.param(
        MAIL, lambda s: s.mail.data_answers.extend(["hang", "250 OK", "250 OK", "hang"]), "uncertain sent sent",
        "uncertain sent sent", [A, B, C, A], id="time-out after DATA, and again",
    ),
    pytest.param(MAIL, refuse_tls, "pending pending pending", "failed failed failed", [], id="TLS refused"),
    pytest.param(
        SLACK, answer_slack(SlackAnswer(429, "", {"Retry-After": "30"})), "pending", "sent", ["#team"],
        id="Slack 429 with Retry-After",
    ),
    pytest.param(SLACK, answer_slack(SlackAnswer(400, "invalid_blocks")), "failed", "failed", [], id="invalid_blocks"),
    pytest.param(
        SLACK, answer_slack(SlackAnswer(404, "no_service")), "failed", "failed", [], id="webhook revoked (404)"
    ),
    pytest.param(SLACK, answer_slack(SlackAnswer(500, "oops")), "pending", "sent", ["#team"], id="Slack 500"),
    pytest.param(HOOK, answer_hook(HookAnswer(silence="hang")), "uncertain", "sent", ["hook"], id="webhook slow"),
    pytest.param(HOOK, lead_inside, "failed", "failed", [], id="webhook redirects to a private address"),
]


@pytest.mark.parametrize(("to", "arrange", "first", "last", "arrived"), CASES)
def test_each_failure_has_the_right_outcome_for_each_recipient(
    to: tuple[str, tuple[str, ...]], arrange: Arrange, first: str, last: str, arrived: list[str],
    servers: Servers, application: Application, clock: FakeClock,
) -> None:
    notifier, recipients = to
    named = [servers.hook.url if recipient == "hook" else recipient for recipient in recipients]
    compose_one(application, clock, notifier=notifier, recipients=named)
    arrange(servers)
    application.settings = servers.update(application.settings)

    hand_over_pending(application)
    states = find_states(application, named)
    for step in STEPS:
        clock.advance(seconds=step.total_seconds())
        hand_over_pending(application)

    assert states == first.split()
    assert find_states(application, named) == last.split()
    assert servers.arrived() == arrived
    rows = application.store.deliveries.find()
    assert all(bool(row.reason) is (row.state != "sent") for row in rows)  # an end that is shown
    # Whoever got two messages was told so in the second one.
    assert all(row.may_repeat is (len(states) and first.split()[named.index(row.recipient)] == "uncertain")
               for row in rows)


def find_states(application: Application, recipients: list[str]) -> list[str]:
    found = {row.recipient: row.state for row in application.store.deliveries.find()}
    return [found[recipient] for recipient in recipients]


def test_names_in_other_letters_arrive_in_seven_bit_headers(
    servers: Servers, application: Application, clock: FakeClock
) -> None:
    compose_one(application, clock, recipients=[f'"외교 담당, 후에" <{A}>'], language="ko")
    application.settings = servers.update(application.settings)

    hand_over_pending(application)

    [mail] = servers.mail.messages
    head = mail.raw.split(b"\r\n\r\n")[0]
    assert head.isascii() and mail.message["To"].addresses[0].display_name == "외교 담당, 후에"
    assert "후에" in mail.message["Subject"] or "새 소식" in mail.message["Subject"]


@pytest.mark.parametrize("count", [30, pytest.param(2000, marks=pytest.mark.slow)])
def test_many_recipients_get_one_message_each_and_see_nobody_else(
    count: int, servers: Servers, application: Application, clock: FakeClock
) -> None:
    readers = [f"reader{number}@x.example" for number in range(count)]
    compose_one(application, clock, recipients=readers)
    application.settings = servers.update(application.settings)

    hand_over_pending(application)

    assert servers.arrived() == readers
    assert all(str(mail.message["To"]) == mail.recipients[0] for mail in servers.mail.messages)
    assert {row.state for row in application.store.deliveries.find()} == {"sent"}


def test_a_slow_hand_over_is_not_taken_over_while_it_lives(
    application: Application, make_application: Callable[[], Application], clock: FakeClock
) -> None:
    compose_one(application, clock)
    row = application.store.deliveries.claim_due(clock())
    assert row is not None
    other, notifier = make_application(), FakeNotifier()

    for _ in range(5):
        clock.advance(minutes=4)
        live_on(application, row)
        assert hand_over_pending(other, notifier.make) == []
    clock.advance(minutes=70)  # and now it is dead
    hand_over_pending(other, notifier.make)
    clock.advance(minutes=60)
    hand_over_pending(other, notifier.make)

    assert [taken.may_repeat for taken in notifier.rows] == [True]


def live_on(application: Application, row: DeliveryRow) -> None:
    """The claim's own thread gives one sign of life."""
    renewed, renew = threading.Event(), application.store.deliveries.renew_claim

    def note(*values: Any) -> None:
        renew(*values)
        renewed.set()

    application.store.deliveries.renew_claim = note  # type: ignore[method-assign]
    with keep_claim(application, row, seconds=0.001):
        assert renewed.wait(10)
    application.store.deliveries.renew_claim = renew  # type: ignore[method-assign]


def test_a_journal_that_cannot_be_written_holds_messages_back_and_loses_none(
    servers: Servers, application: Application, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*values: Any) -> int:
        raise OSError(28, "No space left on device")

    compose_one(application, clock, recipients=[A])
    application.settings = servers.update(application.settings)
    with monkeypatch.context() as patch:
        patch.setattr(application.journal, "_write", is_full)
        [held] = hand_over_pending(application)
    assert held.outcome.state == "retry" and "No space left" in held.outcome.reason and servers.arrived() == []

    clock.advance(minutes=5)
    hand_over_pending(application)

    assert servers.arrived() == [A]
