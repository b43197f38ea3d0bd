"""The demo: the real crawl, judging and digests, against a newsroom, a mail server and a Slack of its own."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from monitor.application import Application
from monitor.composing import draft_digest, save_draft
from monitor.crawl import CrawlRequest, run_crawl
from monitor.deliver import hand_over_pending
from monitor.demo.stand_ins import MailStandIn, SlackStandIn
from seeds.errors import InputError
from seeds.newsroom.server import Newsroom, run_newsroom
from seeds.settings import PREFIX
from storage.clock import Clock, utc_now

STATE, SETTINGS = "newsroom.json", "twinwatch.toml"
CRAWL_SECONDS = 120.0


@dataclass(frozen=True)
class Stage:
    """What the demo plays on: its own three servers, all on loopback."""

    newsroom: Newsroom
    mail: MailStandIn
    slack: SlackStandIn


def show_demo(folder: Path, *, serve: bool, fresh: bool, clock: Clock = utc_now) -> None:
    """Runs the whole job once with its data in `folder`; `fresh` begins anew, `serve` stays until Ctrl-C.

    Raises InputError where the crawl fails or a digest does not arrive.
    """
    folder = folder.absolute()
    if fresh and (folder / STATE).exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with open_stage(folder, clock) as stage:
        _introduce(stage)
        told = play(stage, folder, clock)
        _show_arrivals(stage, told)
        program = "twinwatch" if shutil.which("twinwatch") else ".venv/bin/twinwatch"
        _say(f"Look around: {program} --config {_short(folder / SETTINGS)} events")
        if not serve:
            _say("The newsroom ends here, and its links with it; make demo ARGS=--serve stays.")
        if serve:
            with settings_from(folder / SETTINGS):
                _serve(stage, clock)


def play(stage: Stage, folder: Path, clock: Clock = utc_now) -> int:
    """Crawls, judges and delivers once on an open stage; how often an event was told, over all subscriptions.

    Raises InputError where the crawl fails or a digest does not arrive.
    """
    write_settings(folder, stage)
    with settings_from(folder / SETTINGS):
        Application(clock=clock).store.close()  # the subscriptions begin, by the demo's own clock
        _crawl()
        return _deliver(Application(clock=clock))


@contextmanager
def open_stage(folder: Path, clock: Clock) -> Iterator[Stage]:
    """The three servers. A newsroom that ran before in `folder` keeps its day and, while they are free, its ports."""
    known = json.loads((folder / STATE).read_text()) if (folder / STATE).exists() else {}
    now = datetime.fromisoformat(known["now"]) if known else clock()
    with ExitStack() as stack:
        try:
            newsroom = stack.enter_context(run_newsroom(now, ports=known.get("ports")))
        except OSError:
            newsroom = stack.enter_context(run_newsroom(now))
        stage = Stage(newsroom, stack.enter_context(MailStandIn()), stack.enter_context(SlackStandIn()))
        ports = {outlet_id: int(root.rsplit(":", 1)[1]) for outlet_id, root in newsroom.roots.items()}
        (folder / STATE).write_text(json.dumps({"now": now.isoformat(), "ports": ports}))
        yield stage


def write_settings(folder: Path, stage: Stage) -> None:
    """Writes the demo's settings and the catalogue of its outlets into `folder`."""
    outlets = stage.newsroom.write_overlay(folder / "seeds")
    values = [
        f"data_dir = {json.dumps(str(folder))}", f"seeds_dir = {json.dumps(str(folder / 'seeds'))}", "[crawl]",
        'allow_networks = ["127.0.0.0/8"]', f"outlets = {json.dumps(outlets)}", "delay_seconds = 0.05", "[email]",
        'host = "127.0.0.1"', f"port = {stage.mail.port}", 'security = "none"',
        'sender = "Twinwatch demo <twinwatch@demo.example>"', "[slack]",
        f"webhook_url = {json.dumps(stage.slack.webhook_url)}", "[web]", "port = 0",
        *_subscription("english-desk", "email", "desk@city.example", "en"),
        *_subscription("korean-desk", "email", "desk@gun.example", "ko"),
        *_subscription("vietnamese-channel", "slack", "#doi-ngoai", "vi"),
    ]
    (folder / SETTINGS).write_text("\n".join(["# Written by `twinwatch demo`.", *values]) + "\n", encoding="utf-8")


@contextmanager
def settings_from(path: Path) -> Iterator[None]:
    """Only the settings of `path`, here and in child processes: the user's own take no part in the demo."""
    before = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    for name in before:
        del os.environ[name]
    os.environ[f"{PREFIX}CONFIG"] = str(path)
    try:
        yield
    finally:
        del os.environ[f"{PREFIX}CONFIG"]
        os.environ.update(before)


def _subscription(name: str, notifier: str, recipient: str, language: str) -> list[str]:
    zones = {"en": "UTC", "ko": "Asia/Seoul", "vi": "Asia/Ho_Chi_Minh"}
    return [
        "[[subscription]]", f'name = "{name}"', f'notifier = "{notifier}"', f'recipients = ["{recipient}"]',
        f'language = "{language}"', f'zone = "{zones[language]}"', 'when_empty = "skip"',
    ]


def _introduce(stage: Stage) -> None:
    _say(f"A newsroom of {len(stage.newsroom.roots)} outlets, a mail server and a Slack run on this machine;")
    _say("nothing leaves it. Lines that begin like this one come from the demo, the others from Twinwatch.")
    for outlet_id, root in stage.newsroom.roots.items():
        _say(f"  {outlet_id:<22} {root}")


def _crawl() -> None:
    _say("1. Crawl and judge: scrapy crawl outlet")
    if asyncio.run(run_crawl(CrawlRequest(seconds=CRAWL_SECONDS))) != 0:
        raise InputError("the demo's crawl failed; its own lines above say why")


def _deliver(application: Application) -> int:
    _say("2. Digests: twinwatch digest NAME --send, for each subscription")
    told = 0
    for subscription in application.settings.subscription:
        draft = draft_digest(application, subscription)
        save_draft(application, draft, f"by hand {draft.composed_at.isoformat()}")
        told += len(draft.told)
        if draft.is_silent:
            typer.echo(f"{subscription.name}: nothing is new; nothing was sent.")
    for one in hand_over_pending(application):
        said = " ".join(filter(None, [one.outcome.state, one.outcome.reason]))
        typer.echo(f"{one.delivery.subscription} to {one.delivery.recipient}: {said}")
        if one.outcome.state != "sent":
            raise InputError(f"the demo's digest did not arrive: {one.outcome.reason}")
    return told


def _show_arrivals(stage: Stage, told: int) -> None:
    if not told:
        _say("Nothing is new since the last run: no digest arrived. --fresh begins anew (make demo ARGS=--fresh).")
        return
    mails, posts = stage.mail.messages, stage.slack.posts
    slack = f"{len(posts)} Slack message{'' if len(posts) == 1 else 's'}"
    _say(f"3. What arrived: {len(mails)} emails and {slack}. The first email:")
    first = stage.mail.messages[0]
    typer.echo(f"\nTo: {first.message['To']}\nSubject: {first.message['Subject']}\n\n{first.part('plain')}")
    others = ", ".join(str(mail.message["Subject"]) for mail in stage.mail.messages[1:])
    _say(f"The other one: {others}")


def _serve(stage: Stage, clock: Clock) -> None:
    from monitor.web.serving import Dashboard  # brings a web server that a demo without it does not need

    dashboard = Dashboard(Application(clock=clock), is_demo=True)
    _say(f"Staying. Mail server 127.0.0.1:{stage.mail.port}, Slack {stage.slack.webhook_url}.")
    _say("Everything was read and told once: no schedule runs here, so nothing more is read or sent, and what a page")
    _say("calls due stays due. (The service, `twinwatch run`, does both by itself.)")
    _say(f"Dashboard: {dashboard.url} (Ctrl-C ends)")
    try:
        asyncio.run(dashboard.serve(asyncio.Event()))
    except KeyboardInterrupt:
        _say("Ended.")


def _say(line: str) -> None:
    typer.secho(f"[demo] {line}", fg=typer.colors.CYAN)


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
