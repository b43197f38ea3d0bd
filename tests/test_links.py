"""A link is taken for its own act, event and reader, for 60 days, and from nobody else."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.link_key import KEY_FILE
from monitor.links import VALID_FOR, LinkPayload, LinkRefusal, Links, make_links
from seeds.errors import SettingsError
from seeds.sections import WebSettings
from seeds.settings import Settings
from tests.digest_samples import NOW

KEY = "k" * 40
BASE = "https://watch.example/tw"
LINKS = Links(BASE + "/", KEY)


def token_of(url: str | None) -> str:
    assert url is not None
    return url.rsplit("/", 1)[1]


def make_settings(data_dir: Path, **web: str) -> Settings:
    return Settings(data_dir=data_dir, web=WebSettings(public_url=BASE, **web))


@pytest.mark.parametrize(("url", "payload"), [
    (LINKS.event("e1", NOW), LinkPayload("event", NOW + VALID_FOR, event_id="e1")),
    (LINKS.judge("e1", "no", "desk", NOW),
     LinkPayload("judge", NOW + VALID_FOR, event_id="e1", answer="no", subscription="desk")),
    (LINKS.unsubscribe("desk", "담당 <a@b.example>", NOW),
     LinkPayload("unsubscribe", NOW + VALID_FOR, subscription="desk", recipient="담당 <a@b.example>")),
])
def test_a_link_says_what_it_was_made_for(url: str, payload: LinkPayload) -> None:
    assert url.startswith(f"{BASE}/links/{payload.kind}/") and url.isascii()
    assert LINKS.read(token_of(url), payload.kind, NOW) == payload


@pytest.mark.parametrize(("after", "taken"), [(VALID_FOR - timedelta(seconds=1), True), (VALID_FOR, False)])
def test_a_link_runs_out_after_sixty_days(after: timedelta, taken: bool) -> None:
    read = LINKS.read(token_of(LINKS.event("e1", NOW)), "event", NOW + after)

    assert (read != LinkRefusal("expired")) is taken


def test_a_link_for_one_act_is_not_taken_for_another() -> None:
    token = token_of(LINKS.event("e1", NOW))

    assert LINKS.read(token, "judge", NOW) == LINKS.read(token, "unsubscribe", NOW) == LinkRefusal("wrong_kind")


@pytest.mark.parametrize("token", [
    "", "a", "a.b", "é", "\ud800", "x" * 100_000,
    token_of(LINKS.event("e1", NOW))[:-2], "A" + token_of(LINKS.event("e1", NOW)),
    token_of(Links(BASE, "another key " * 4).event("e1", NOW)),
    token_of(LINKS.event("e1", NOW)).split(".")[0] + "." + token_of(LINKS.event("e2", NOW)).split(".")[1],
])
def test_a_token_that_we_did_not_sign_is_forged(token: str) -> None:
    assert LINKS.read(token, "event", NOW) == LinkRefusal("forged")


def test_without_a_public_address_there_are_no_links() -> None:
    bare = Links("", KEY)

    assert (bare.event("e", NOW), bare.judge("e", "no", "s", NOW), bare.unsubscribe("s", "r", NOW)) == (None,) * 3


def test_without_a_public_address_no_key_is_kept_and_no_link_is_taken(tmp_path: Path) -> None:
    bare = make_links(Settings(data_dir=tmp_path))

    for key in ("", KEY):
        assert bare.read(token_of(Links(BASE, key).event("e1", NOW)), "event", NOW) == LinkRefusal("forged")
    assert not list(tmp_path.iterdir())


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "data")

    first, second = (make_links(settings).event("e1", NOW) for _ in range(2))

    assert first == second
    assert [path.name for path in (tmp_path / "data").iterdir()] == [KEY_FILE]
    assert (tmp_path / "data" / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_key_that_others_can_read_is_used_and_closed(tmp_path: Path, mode: int) -> None:
    settings = make_settings(tmp_path / "data")
    before, path = make_links(settings).event("e1", NOW), tmp_path / "data" / KEY_FILE
    path.chmod(mode)

    assert make_links(settings).event("e1", NOW) == before
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_the_mode_of_somebody_elses_key_is_left_alone(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "data")
    make_links(settings)
    path = tmp_path / "data" / KEY_FILE
    path.chmod(0o644)
    os.chown(path, 10001, -1)

    make_links(settings)

    assert path.stat().st_mode & 0o777 == 0o644


def test_two_installations_do_not_take_each_others_links(tmp_path: Path) -> None:
    one, other = make_links(make_settings(tmp_path / "a")), make_links(make_settings(tmp_path / "b"))

    assert other.read(token_of(one.event("e1", NOW)), "event", NOW) == LinkRefusal("forged")


def test_a_key_of_the_settings_is_shared_and_makes_no_file(tmp_path: Path) -> None:
    one, other = (make_links(make_settings(tmp_path / name, link_key=KEY)) for name in "ab")

    assert isinstance(other.read(token_of(one.event("e1", NOW)), "event", NOW), LinkPayload)
    assert not list(tmp_path.iterdir())


def test_a_key_that_could_be_guessed_and_a_folder_that_cannot_hold_one_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SettingsError, match=r"web\.link_key"):
        make_links(make_settings(tmp_path, link_key="short"))
    with pytest.raises(SettingsError, match="no key to sign links"):
        make_links(make_settings(tmp_path / "file"))
