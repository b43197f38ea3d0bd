"""`doctor` names what is wrong and how to mend it, each check beside a state that it calls fine; it sends nothing."""

import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text

from monitor.application import Application
from monitor.deliver import hand_over_pending
from monitor.doctor import Finding, examine
from seeds.sections import AppriseSettings, CrawlSettings, SlackSettings
from storage.store import open_store
from storage.values import OutletState
from tests.factories import save_entry
from tests.fake_clock import START_AT, FakeClock
from tests.monitor.desk import HUE_VI, compose_one, make_subscription, save_story, visit_all
from tests.postgres import TestServer
from tests.stand_ins import (
    HookStandIn,
    MailStandIn,
    SlackAnswer,
    SlackStandIn,
    hook_settings,
    mail_settings,
)

Build = Callable[[Application], None]


@pytest.fixture
def mail() -> Iterator[MailStandIn]:
    with MailStandIn() as server:
        yield server


@pytest.fixture
def healthy(application: Application, mail: MailStandIn) -> Application:
    """An application in which nothing is wrong: a contact, a subscription, a wave just now, outlets that answer."""
    application.settings.crawl = CrawlSettings(contact="desk@example.org", outlets=["huengaynay", "thanhnien"])
    application.settings.email = mail_settings(mail.port)
    application.settings.subscription = [make_subscription()]
    store = application.store
    store.outlets.register(application.watched)
    for outlet_id in application.watched:
        store.outlets.save_state(OutletState(outlet_id, "fine", START_AT))
    visit_all(application)
    return application


def _of(application: Application, check: str) -> list[Finding]:
    return [finding for finding in examine(application) if finding.check == check]


def _only(application: Application, check: str) -> Finding:
    (finding,) = _of(application, check)
    return finding


def test_a_healthy_installation_is_fine_in_every_check_and_gets_no_mail(
    healthy: Application, mail: MailStandIn
) -> None:
    findings = list(examine(healthy))

    assert {finding.state for finding in findings} == {"fine"}, findings
    assert [finding.check for finding in findings] == [
        "settings", "database", "disk", "clock", "service", "outlets", "email", "deliveries",
    ]
    assert mail.messages == []


def test_without_a_contact_it_says_that_nothing_is_crawled(healthy: Application) -> None:
    healthy.settings.crawl = CrawlSettings(outlets=["huengaynay"])

    finding = _only(healthy, "settings")

    assert finding.state == "wrong" and "nothing is crawled" in finding.said and "init" in finding.advice


@pytest.mark.parametrize(("contact", "state"), [("our desk", "warning"), ("https://city.example/desk", "fine")])
def test_a_contact_that_nobody_can_turn_to_is_told(healthy: Application, contact: str, state: str) -> None:
    healthy.settings.crawl = CrawlSettings(contact=contact, outlets=["huengaynay", "thanhnien"])

    assert _only(healthy, "settings").state == state


def test_a_sender_that_is_no_address_is_told_before_a_digest_waits_for_it(healthy: Application) -> None:
    healthy.settings.email = healthy.settings.email.model_copy(update={"sender": "twinwatch"})

    finding = _only(healthy, "email")

    assert finding.state == "wrong" and "email.sender: not an email address" in finding.said


def test_settings_that_cannot_be_used_are_said_once(healthy: Application) -> None:
    healthy.settings.crawl = CrawlSettings(contact="x", outlets=["huengaynai"])
    del healthy.watched

    [finding] = examine(healthy)

    assert finding.state == "wrong" and "did you mean 'huengaynay'" in finding.said


def test_a_damaged_store_is_called_damaged(healthy: Application) -> None:
    with healthy.store.database.write() as session:
        for number in range(300):
            session.execute(
                text("INSERT INTO robots (origin, text, read_at) VALUES (:o, :t, '2026-01-01')"),
                {"o": str(number), "t": "x" * 500},
            )
    healthy.store.close()
    path = Path(healthy.store.database.engine.url.database or "")
    content = bytearray(path.read_bytes())
    for offset in range(len(content) // 2, len(content) // 2 + 20_000):
        content[offset] ^= 0x5A
    path.write_bytes(bytes(content))

    finding = _of(healthy, "database")[0]

    assert finding.state == "wrong" and "restore" in finding.said + finding.advice


def test_a_database_that_cannot_be_used_is_said_once_and_all_else_is_looked_at_all_the_same(
    healthy: Application, clock: FakeClock
) -> None:
    path = Path(healthy.store.database.engine.url.database or "")
    healthy.store.close()
    path.write_bytes(b"something else entirely")

    findings = list(examine(Application(healthy.settings, clock)))

    assert [(finding.check, finding.state) for finding in findings] == [
        ("settings", "fine"), ("database", "wrong"), ("disk", "fine"), ("email", "fine"), ("the rest", "untried"),
    ]
    assert findings[1].said.endswith("file is not a database") and "restore a backup" in findings[1].advice
    assert "clock, service, workers, outlets, judging, deliveries, digests" in findings[-1].said


@pytest.mark.parametrize(("minutes", "state"), [(59, []), (61, ["wrong"])])
def test_an_article_that_nobody_judged_for_an_hour_is_named(
    healthy: Application, clock: FakeClock, minutes: int, state: list[str]
) -> None:
    save_story(healthy.store, HUE_VI)
    clock.advance(minutes=minutes)

    findings = _of(healthy, "judging")

    assert [finding.state for finding in findings] == state
    assert all("61 min: https://huengaynay.example/1" in finding.said for finding in findings)


@pytest.mark.parametrize(("tries", "state"), [(2, "fine"), (3, "wrong")])
def test_a_delivery_that_fails_again_and_again_is_told_with_its_reason_before_it_is_given_up(
    healthy: Application, clock: FakeClock, mail: MailStandIn, tries: int, state: str
) -> None:
    compose_one(healthy, clock)
    for _ in range(tries):
        mail.refuse("desk@city.example", "451 try again tomorrow")
        hand_over_pending(healthy)
        clock.advance(minutes=5)

    finding = _only(healthy, "deliveries")

    assert finding.state == state and "1 pending" in finding.said
    why = "desk@city.example was tried 3 times: recipient refused: 451 try again"
    assert (why in finding.said) is (state == "wrong")


def test_a_disk_that_has_no_room_for_a_backup_of_the_store_is_told_before_it_is_full(healthy: Application) -> None:
    with healthy.store.database.write() as session:
        connection = session.connection()
        # A file with a hole: large for whoever asks for its pages, and nothing on the disk.
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    path = Path(healthy.store.database.engine.url.database or "")
    healthy.store.close()
    free = shutil.disk_usage(path.parent).free
    _claim_pages(path, (free // 2) // 4096 + pages)

    finding = _only(healthy, "disk")

    assert finding.state == "warning" and "little beside a backup, which may need" in finding.said
    assert "back up to another disk" in finding.advice


def _claim_pages(path: Path, pages: int) -> None:
    """Makes a store as large as that by its header and its length; there is nothing in the new pages."""
    with path.open("r+b") as file:
        file.truncate(pages * 4096)
        file.seek(28)
        file.write(pages.to_bytes(4, "big"))


@pytest.mark.parametrize(("minutes", "state"), [(129, "fine"), (131, "wrong")])
def test_a_service_that_began_no_wave_for_four_intervals_is_not_at_work(
    healthy: Application, clock: FakeClock, minutes: int, state: str
) -> None:
    clock.advance(minutes=minutes)

    finding = _only(healthy, "service")

    assert finding.state == state and "ago" in finding.said


@pytest.mark.parametrize(("back", "state"), [(timedelta(seconds=20), "fine"), (timedelta(hours=1), "wrong")])
def test_a_clock_behind_what_was_recorded_is_wrong(
    healthy: Application, clock: FakeClock, back: timedelta, state: str
) -> None:
    clock.advance(seconds=-back.total_seconds())

    assert _only(healthy, "clock").state == state


@pytest.mark.parametrize(("blocked", "state"), [(0, "fine"), (1, "wrong")])
def test_many_outlets_in_trouble_at_once_are_our_trouble(healthy: Application, blocked: int, state: str) -> None:
    for outlet_id in list(healthy.watched)[:blocked]:
        healthy.store.outlets.save_state(OutletState(outlet_id, "blocked", START_AT, "answers 403"))

    finding = _only(healthy, "outlets")

    assert finding.state == state


def test_fine_outlets_are_told_with_the_pages_that_wait_to_be_read(healthy: Application, clock: FakeClock) -> None:
    save_entry(healthy.store, 1, clock.now() - timedelta(minutes=1), outlet_id="thanhnien")  # as it should be
    before = _only(healthy, "outlets")
    save_entry(healthy.store, 2, clock.now() - timedelta(hours=1), outlet_id="thanhnien")

    after = _only(healthy, "outlets")

    assert (before.said, after.said) == ("2 fine", "2 fine; announced pages that wait to be read: 1 (thanhnien 1)")
    assert after.state == "fine"


def test_a_mail_server_that_is_not_there_is_named(healthy: Application, mail: MailStandIn) -> None:
    healthy.settings.email = mail_settings(1)

    finding = _only(healthy, "email")

    assert finding.state == "wrong" and "127.0.0.1:1 cannot be reached" in finding.said
    assert "email.host" in finding.advice


class StrictMail(MailStandIn):
    """A mail server that lets nobody send."""

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, *rest: object) -> str:
        return "530 5.7.0 Authentication required"


def test_a_mail_server_that_would_take_nothing_from_us_is_not_called_fine(healthy: Application) -> None:
    with StrictMail() as strict:
        healthy.settings.email = mail_settings(strict.port)

        finding = _only(healthy, "email")

    assert finding.state == "wrong" and "refuses the sender tw@example.org: 530" in finding.said
    assert "email.username" in finding.advice and strict.messages == []


@pytest.mark.parametrize(("answer", "said", "advice"), [
    ('{"ok": true, "team": "City desk"}', "logged in to City desk", ""),
    ('{"ok": false, "error": "invalid_auth"}', "Slack refuses the token: invalid_auth", "begins with xoxb-"),
    (None, "Slack cannot be reached: Connection refused", "way to the network"),
])
def test_a_bot_of_slack_logs_in_or_it_is_said_why_not(
    healthy: Application, answer: str | None, said: str, advice: str
) -> None:
    _use(healthy, "slack", "#desk")
    with SlackStandIn() as slack:
        slack.script([SlackAnswer(200, answer or "", {"Content-Type": "application/json"})])
        api = slack.api_url if answer else f"http://127.0.0.1:{_find_closed_port()}/api/"
        healthy.settings.slack = SlackSettings.model_validate({"bot_token": "xoxb-secret", "api_url": api})

        finding = _only(healthy, "slack")

    assert finding.said == said and advice in finding.advice
    assert finding.state == ("wrong" if advice else "fine")


def test_slack_without_token_or_webhook_is_named(healthy: Application) -> None:
    healthy.settings.subscription = [make_subscription(notifier="slack", recipients=["#desk"])]
    healthy.settings.slack = SlackSettings()
    healthy.__dict__.pop("subscriptions", None)

    assert _only(healthy, "slack").said == "neither slack.bot_token nor slack.webhook_url is set"


# What can be asked of notifiers without sending anything


def _use(application: Application, notifier: str, recipient: str) -> None:
    application.settings.subscription = [make_subscription(notifier=notifier, recipients=[recipient])]
    application.__dict__.pop("subscriptions", None)


def _find_closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.mark.parametrize(("listens", "state"), [(True, "fine"), (False, "wrong")])
def test_a_slack_webhook_is_connected_to_and_nothing_is_posted(
    healthy: Application, listens: bool, state: str
) -> None:
    _use(healthy, "slack", "#desk")
    with SlackStandIn() as slack:
        url = slack.webhook_url if listens else f"http://127.0.0.1:{_find_closed_port()}/services/T0/SECRET"
        healthy.settings.slack = SlackSettings.model_validate({"webhook_url": url})

        finding = _only(healthy, "slack")

        assert finding.state == state and slack.posts == []
    assert ("cannot be reached" in finding.said) is not listens
    assert "SECRET" not in finding.said and "/services" not in finding.said


def test_a_slack_webhook_behind_a_proxy_is_not_tried(healthy: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{_find_closed_port()}")
    _use(healthy, "slack", "#desk")
    healthy.settings.slack = SlackSettings.model_validate({"webhook_url": "https://hooks.slack.example/services/T0/B0"})

    finding = _only(healthy, "slack")

    assert finding.state == "untried" and "proxy" in finding.said and "--test" in finding.advice


def test_a_server_without_the_promised_certificate_is_no_webhook(healthy: Application) -> None:
    _use(healthy, "slack", "#desk")
    with HookStandIn() as plain:  # speaks no TLS
        url = plain.url.replace("http:", "https:")
        healthy.settings.slack = SlackSettings.model_validate({"webhook_url": url})

        assert _only(healthy, "slack").state == "wrong"


@pytest.mark.parametrize(("changes", "said"), [
    ({}, "answers; whether it takes"),
    ({"allow_networks": []}, "127.0.0.1 is a private address"),
    ({"allow_http": False}, "the recipient is not https"),
    ({"secret": ""}, "webhook.secret: not set"),
])
def test_a_webhook_is_connected_to_through_its_guard(
    healthy: Application, changes: dict[str, object], said: str
) -> None:
    with HookStandIn() as hook:
        _use(healthy, "webhook", hook.url)
        healthy.settings.webhook = hook_settings(**changes)

        finding = _only(healthy, "webhook")

        assert hook.requests == 0
    assert finding.state == ("wrong" if changes else "fine") and said in finding.said


@pytest.mark.parametrize(("is_there", "state"), [(True, "untried"), (False, "wrong")])
def test_what_cannot_be_asked_without_sending_is_not_called_fine(
    healthy: Application, tmp_path: Path, is_there: bool, state: str
) -> None:
    _use(healthy, "apprise", "desk")
    path = tmp_path / "apprise.yml"
    if is_there:
        path.write_text("urls: []")
    healthy.settings.apprise = AppriseSettings(config_file=path)

    assert _only(healthy, "apprise").state == state


# PostgreSQL


@pytest.mark.parametrize(("statement", "state", "said"), [
    ("SELECT 1", "fine", "its disk cannot be seen from here"),
    ("DROP TABLE robots", "wrong", 'table robots: relation "robots" does not exist'),
])
def test_postgresql_is_called_read_and_never_sound(
    healthy: Application, postgres: TestServer, statement: str, state: str, said: str
) -> None:
    address = postgres.make_upgraded()
    healthy.store = open_store(address)
    healthy.store.outlets.register(healthy.watched)
    with healthy.store.database.write() as session:
        session.execute(text(statement))

    finding = _only(healthy, "database")
    healthy.store.close()
    postgres.drop(address)

    assert finding.state == state and said in finding.said and "sound" not in finding.said
    assert ("2 rows" in finding.said) is (state == "fine")
