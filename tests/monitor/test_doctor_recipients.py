"""`doctor` names recipients of emails to whom nothing can be sent, before the first digest fails."""

import pytest

from monitor.application import Application
from monitor.doctor import CHECKS
from tests.monitor.desk import make_subscription


@pytest.mark.parametrize(
    ("recipient", "state", "said"),
    [
        ("Bùi, Lan <lan@hue.example>", "wrong", "not an email address: 'Bùi, Lan <lan@hue.example>'"),
        ("boss@hue", "warning", "'boss@hue' has no dot behind @"),
        ('"Bùi, Lan" <lan@hue.example>', "", ""),
        ("lan@hue.example", "", ""),
        ("lan@localhost", "", ""),
    ],
)
def test_a_recipient_who_gets_nothing_is_named(application: Application, recipient: str, state: str, said: str) -> None:
    application.settings.subscription = [make_subscription(recipients=[recipient, "desk@city.example"])]

    found = list(CHECKS["recipients"](application))

    assert [finding.state for finding in found] == ([state] if state else [])
    assert all(said in finding.said and "subscription " in finding.said for finding in found)


def test_channels_of_slack_are_no_addresses(application: Application) -> None:
    application.settings.subscription = [make_subscription(notifier="slack", recipients=["#desk"])]

    assert list(CHECKS["recipients"](application)) == []
