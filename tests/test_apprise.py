"""Other chats are reached through Apprise, by tags of its own file; what it cannot do is said."""

import builtins
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.digests.render_email import render_email
from monitor.notifiers.apprise import MISSING, AppriseNotifier
from monitor.notifiers.outcome import Outcome
from seeds.sections import AppriseSettings
from tests.digest_samples import make_content, make_delivery, make_event
from tests.stand_ins import HOST, HookAnswer, HookStandIn

RENDERED = render_email(make_content(make_event()))


@pytest.fixture
def hook() -> Iterator[HookStandIn]:
    with HookStandIn() as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, hook: HookStandIn) -> Path:
    path = tmp_path / "apprise.conf"
    service = f"json://s3cret:pw@{HOST}:{hook.port}/chat"
    path.write_text(f"desk={service}\ntwice={service}/1\ntwice={service}/2\n", "utf-8")
    return path


def hand_over(config: Path | None, tag: str = "desk") -> Outcome:
    settings = AppriseSettings(config_file=config, timeout_seconds=0.5)
    return AppriseNotifier(settings).hand_over(RENDERED, tag, make_delivery(notifier="apprise", recipient=tag))


def test_a_digest_arrives_at_the_service_that_the_tag_names(hook: HookStandIn, config: Path) -> None:
    outcome = hand_over(config)

    assert outcome == Outcome("sent", parts_sent=1)
    [(path, _, body)] = hook.posts
    told = json.loads(body)
    assert (path, told["title"]) == ("/chat", RENDERED.subject)
    assert told["message"].split() == RENDERED.text.split()


@pytest.mark.parametrize("answer", [HookAnswer(500), HookAnswer(404), HookAnswer(silence="drop")])
def test_what_a_service_refuses_is_tried_again_as_a_possible_repeat(
    hook: HookStandIn, config: Path, answer: HookAnswer
) -> None:
    hook.answers.append(answer)

    outcome = hand_over(config)

    assert (outcome.state, outcome.may_have_arrived) == ("retry", True)
    assert "s3cret" not in outcome.reason and "did not take it" in outcome.reason


@pytest.mark.parametrize(("tag", "said"), [("nobody", "no services"), ("twice", "2 services")])
def test_a_tag_names_one_service(hook: HookStandIn, config: Path, tag: str, said: str) -> None:
    outcome = hand_over(config, tag)

    assert outcome.state == "retry" and said in outcome.reason and hook.requests == 0


def test_without_its_file_nothing_is_lost(tmp_path: Path) -> None:
    for config in (None, tmp_path / "gone.conf"):
        assert hand_over(config).reason == "apprise.config_file is not set, or not there"


def test_without_the_extra_it_is_said_how_to_get_it(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **named: Any) -> Any:
        if name == "apprise":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)

    assert hand_over(config) == Outcome("retry", MISSING)
