"""The servers that the tests of notifiers and of the flow talk to: the demonstration's own, and settings for them."""

from monitor.demo.stand_ins import HOST, MailStandIn, ReceivedMail, ReceivedPost, SlackAnswer, SlackStandIn
from seeds.sections import EmailSettings, SlackSettings

__all__ = [
    "HOST", "MailStandIn", "ReceivedMail", "ReceivedPost", "SlackAnswer", "SlackStandIn", "bot_settings",
    "mail_settings", "webhook_settings",
]


def mail_settings(port: int, **changes: object) -> EmailSettings:
    """Settings for a mail stand-in on `port`."""
    values = {"host": HOST, "port": port, "security": "none", "sender": "Twinwatch <tw@example.org>"}
    return EmailSettings.model_validate({**values, "timeout_seconds": 0.5, **changes})


def webhook_settings(slack: SlackStandIn) -> SlackSettings:
    """Settings that post through the stand-in's webhook."""
    return SlackSettings.model_validate({"webhook_url": slack.webhook_url})


def bot_settings(slack: SlackStandIn) -> SlackSettings:
    """Settings that post as a bot through the stand-in's Web API."""
    return SlackSettings.model_validate({"bot_token": "xoxb-test", "api_url": slack.api_url})
