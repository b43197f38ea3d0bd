"""Settings: the file under the environment, and one clear line for whatever is wrong with either."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from seeds.errors import SettingsError
from seeds.settings import Settings, load_settings, variable_names

DESK = '[[subscription]]\nname = "desk"\nnotifier = "email"\nrecipients = ["desk@city.example"]\n'
HOOK = '[[subscription]]\nname = "desk"\nnotifier = "webhook"\nrecipients = ["https://hook.example/"]\n'
CHANNELS = '[[subscription]]\nname = "desk"\nnotifier = "slack"\nrecipients = ["#one", "#two"]\n'


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings but the test's own."""
    for name in [name for name in os.environ if name.upper().startswith("TWINWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    yield


def _write(text: str) -> Path:
    path = Path("twinwatch.toml")
    path.write_text(text, "utf-8")
    return path


def _refusal(path: Path | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_without_anything_there_are_defaults_and_nothing_may_be_crawled() -> None:
    settings = load_settings()

    assert settings.database_address == f"sqlite:///{Path.cwd() / 'data' / 'twinwatch.db'}"
    assert (settings.may_crawl, settings.subscription) == (False, [])


def test_the_file_gives_settings() -> None:
    _write('data_dir = "here"\nseeds_dir = ""\n[crawl]\ncontact = "a@b.example"\n' + DESK)

    settings = load_settings()

    assert (settings.data_dir, settings.seeds_dir, settings.may_crawl) == (Path("here"), None, True)
    assert [(s.name, s.hour, s.language) for s in settings.subscription] == [("desk", 7, "en")]


def test_the_environment_stands_over_the_file_and_arguments_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    _write('data_dir = "file"\n[web]\nport = 1\nhost = "file"\n')
    monkeypatch.setenv("TWINWATCH_WEB__PORT", "2")
    monkeypatch.setenv("TWINWATCH_DATA_DIR", "environment")

    settings = load_settings(data_dir=Path("argument"))

    assert (settings.web.host, settings.web.port, settings.data_dir) == ("file", 2, Path("argument"))


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCH_WEB__PORT", "")
    monkeypatch.setenv("TWINWATCH_CRAWL__ALLOW_NETWORKS", "")

    settings = load_settings()

    assert (settings.web.port, settings.crawl.allow_networks) == (8765, [])


def test_lists_in_the_environment_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCH_CRAWL__ALLOW_NETWORKS", '["127.0.0.0/8", "::1/128"]')

    settings = load_settings()

    assert [str(network) for network in settings.crawl.allow_networks] == ["127.0.0.0/8", "::1/128"]
    assert settings.may_crawl


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[crawl]\ncontct = "a"', "unknown setting 'crawl.contct'; did you mean 'contact'?"),
        ('dat_dir = "a"', "unknown setting 'dat_dir'; did you mean 'data_dir'?"),
        ("[crawler]", "unknown setting 'crawler'; did you mean 'crawl'?"),
        ("xyzzy = 1", "unknown setting 'xyzzy'; known: data_dir, "),
        (DESK + 'language_code = "vi"', "subscription desk: unknown setting 'language_code'; did you mean 'language'?"),
        (DESK + 'zone = "Asia/Hanoi"', "zone: no time zone 'Asia/Hanoi'; did you mean 'Asia/Ho_Chi_Minh'?"),
        (DESK + 'zone = "Busan"', "subscription desk, zone: no time zone 'Busan'; did you mean 'Asia/Seoul'?"),
        (DESK + 'zone = "Asia/Soul"', "subscription desk, zone: no time zone 'Asia/Soul'; did you mean 'Asia/Seoul'?"),
        (DESK + "hour = 24", "subscription desk, hour: must be at most 23"),
        (DESK + DESK + "hour = 24", "subscription 2 (desk), hour: must be at most 23"),
        (DESK + DESK.replace('name = "desk"', "") + "hour = 24", "subscription 2, hour: must be at most 23"),
        (DESK + "[[subscription]]\nhour = 24", "subscription 2, name: is missing; "),
        ("subscription = [7]", "subscription 1: not a section"),
        ("subscription = 7", "subscription: not a list"),
        (DESK.replace("desk@city.example", "desk"), "subscription desk: no recipient 'desk'; an address such as"),
        (DESK + 'acts = ["party"]', "subscription desk, acts.1: must be 'agreement'"),
        (DESK + 'acts = ["seasonal_worker"]', "'review' or 'other'; did you mean 'seasonal_workers'?"),
        (DESK + 'acts = ["visit", "Trade promotion"]', "subscription desk, acts.2: must be 'agreement',"),
        (DESK + 'acts = ["visit", "Trade promotion"]', "; did you mean 'trade_promotion'?"),
        (DESK.replace("email", "mail"), "'slack', 'webhook' or 'apprise'; did you mean 'email'?"),
        (DESK + DESK, "two subscriptions are named 'desk'"),
        (HOOK, "subscription desk: needs webhook.secret"),
        (HOOK.replace('"webhook"', '"apprise"').replace("https://hook.example/", "desk"),
         "subscription desk: needs apprise.config_file"),
        (DESK.replace('["desk@city.example"]', "[]"), "subscription desk, recipients: must name at least 1"),
        (DESK.replace('["desk@city.example"]', '"desk@city.example"'), 'recipients: not a list; one is written ["a'),
        (DESK.replace('"desk"', '"our desk!"'), "subscription 1, name: 'our desk!' is no name; one has small letters"),
        (DESK + "hour = 7.5", "subscription desk, hour: not a whole number"),
        (DESK + 'when_empty = ""', "subscription desk, when_empty: must be 'send' or 'skip'"),
        (DESK + "min_score = -1", "subscription desk, min_score: must be at least 0"),
        (DESK + 'keywords = [""]', "subscription desk, keywords.1: must not be empty"),
        ("[crawl]\ntimeout_seconds = 0", "crawl.timeout_seconds: must be more than 0"),
        ("[crawl]\nqueue = 7", "crawl.queue: neither true nor false"),
        ("[email]\nhost = 127", "email.host: not a text; it stands in quotation marks"),
        ('[[subscription]]\nname = "desk"', "subscription desk, notifier: is missing"),
        ("[web]\nport = 99999", "web.port: must be at most 65535"),
        ('[web]\npublic_url = "tw.example"', "web.public_url: 'tw.example' is no address of a dashboard; one is, for"),
        ('[web]\npublic_url = "javascript:x"', "web.public_url: 'javascript:x' is no address of a dashboard"),
        ('[web]\npublic_url = "https://tw.example/?a=b"', "web.public_url: 'https://tw.example/?a=b' is no address"),
        ('[web]\nport = "x"\n[email]\nport = "y"', "web.port: not a whole number"),
        ('[web]\nport = "x"\n[email]\nport = "y"', "email.port: not a whole number"),
        (DESK.replace("email", "mail") + "hour = 25", "subscription desk, notifier: must be 'email', 'slack',"),
        (DESK.replace("email", "mail") + "hour = 25", "; subscription desk, hour: must be at most"),
        ('dat_dir = "a"\n[crawl]\ncontct = "b"', "did you mean 'data_dir'?"),
        ('dat_dir = "a"\n[crawl]\ncontct = "b"', "did you mean 'contact'?"),
        (CHANNELS, "subscription desk: several recipients in Slack need slack.bot_token"),
        (DESK + 'data_dir = "a"', "unknown setting 'data_dir'; it belongs before the first [section]"),
        (DESK + 'dat_dir = "a"', "subscription desk: unknown setting 'dat_dir'; known: name, notifier"),
        ("[crawl", "not valid TOML: "),
        ("[crawl]\ncontact = desk@city.example", 'a text is written "a", a list ["a", "b"]'),
        ('[crawl]\ncontact = "a"\ncontact = "b"\n', "line 3, column 14) (the same name stands there twice: keep one"),
        (DESK + "[subscription]\n", "further subscription begins [[subscription]])"),
        (DESK + 'zone = "GMT+7"', "no time zone 'GMT+7'; did you mean 'Asia/Ho_Chi_Minh'?"),
        (DESK + 'zone = "UTC+09:00"', "no time zone 'UTC+09:00'; did you mean 'Asia/Seoul'?"),
        ("[crawl]\ncontact = “a@b.example”", "line 2, column 11) (curly quotation marks (“ ”) in line 2: put straight"),
        ('[crawl]\ncontact = "a@b.example”\n', "(curly quotation marks (“ ”) in line 2: put straight ones (\") there)"),
        ("[crawl]\ncontact = ‘a’\noutlets = [«b»]", "(curly quotation marks (“ ”) in lines 2, 3: put straight"),
        ("[crawl]\ncontact = a # “a”", """(a text is written "a","""),
        ('[web]\nhost = "a “b” c"\nport = x', """(a text is written "a","""),
        ('[crawl]\n[web]\n[crawl]', "line 3, column 7) (the same name stands there twice: keep one"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line_that_names_it(text: str, said: str) -> None:
    _write(text)

    message = _refusal()

    assert message.startswith("twinwatch.toml: ")
    assert said in message


def test_words_that_are_far_from_all_that_may_stand_there_suggest_none() -> None:
    _write(DESK + 'acts = ["party"]')

    assert "did you mean" not in _refusal()


def test_a_file_that_is_no_text_is_refused() -> None:
    Path("twinwatch.toml").write_bytes(b"data_dir = '\xff\xfe'")

    assert _refusal() == "twinwatch.toml: not a text in UTF-8"


def test_a_missing_file_is_an_error_only_where_it_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    load_settings()

    assert _refusal(Path("other.toml")) == "other.toml: no such file of settings (`twinwatch init` writes one)"
    monkeypatch.setenv("TWINWATCH_CONFIG", "third.toml")
    assert _refusal().startswith("third.toml: no such file of settings")


def test_the_file_named_by_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    _write("[web]\nport = 1").rename("other.toml")
    monkeypatch.setenv("TWINWATCH_CONFIG", "other.toml")

    assert load_settings().web.port == 1


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("TWINWATCH_DATADIR", "TWINWATCH_DATA_DIR"),
        ("TWINWATCH_CRAWL_CONTACT", "TWINWATCH_CRAWL__CONTACT"),
        ("TWINWATCH_CRAWL__CONTCT", "TWINWATCH_CRAWL__CONTACT"),
        ("TWINWATCH_CRAWLER__CONTACT", "TWINWATCH_CRAWL__CONTACT"),
        ("TWINWATCH_CRAWL__CONTACT__NAME", "TWINWATCH_CRAWL__CONTACT"),
        ("TWINWATCH_SUBSCRIPTION__0__NAME", "TWINWATCH_SUBSCRIPTION"),
    ],
)
def test_a_variable_that_is_no_setting_is_refused_with_the_one_that_is_near(
    monkeypatch: pytest.MonkeyPatch, name: str, near: str
) -> None:
    monkeypatch.setenv(name, "x")

    assert _refusal() == f"environment variable {name}: no such setting (did you mean {near}?)"


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCHER_PORT", "x")
    monkeypatch.setenv("MY_TWINWATCH_PORT", "x")

    assert load_settings().web.port == 8765


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TWINWATCH_CRAWL__ALLOW_NETWORKS", "127.0.0.0/8", "not valid JSON: "),
        ("TWINWATCH_CRAWL__OUTLETS", "['vn-a']", "not valid JSON: "),
        ("TWINWATCH_CRAWL", "{contact}", "not valid JSON: "),
        ("TWINWATCH_SUBSCRIPTION", "desk", "not valid JSON: "),
        ("TWINWATCH_CRAWL__ALLOW_NETWORKS", '["127.0.0.300/8"]', "crawl.allow_networks.1"),
        ("TWINWATCH_WEB__PORT", "high", "web.port: not a whole number"),
    ],
)
def test_a_wrong_value_in_the_environment_is_refused_in_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    _write("[web]\nport = 1")
    monkeypatch.setenv(name, value)

    message = _refusal()

    assert message.startswith(f"environment variable {name}: ")
    assert said in message


def test_faults_in_the_file_and_in_the_environment_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    _write("[email]\nport = 0")
    monkeypatch.setenv("TWINWATCH_WEB__PORT", "high")

    message = _refusal()

    assert "web.port: not a whole number" in message
    assert "twinwatch.toml" in message and "environment variable TWINWATCH_WEB__PORT" in message


@pytest.mark.parametrize(
    ("slack", "recipients"),
    [('bot_token = "xoxb-1"', '"#one", "#two"'), ('webhook_url = "https://x.example"', '"#one"'),
     ('webhook_url = "https://x.example"', '"#one", "#one"')],
)
def test_channels_that_do_not_share_a_webhook_are_taken(slack: str, recipients: str) -> None:
    _write(f"[slack]\n{slack}\n" + CHANNELS.replace('"#one", "#two"', recipients))

    assert load_settings().subscription[0].notifier == "slack"


def test_subscriptions_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCH_SUBSCRIPTION", '[{"name": "desk", "notifier": "slack", "recipients": ["#desk"]}]')

    assert load_settings().subscription[0].recipients == ["#desk"]


SECRETS = [
    ("TWINWATCH_EMAIL__PASSWORD", lambda s: s.email.password.get_secret_value()),
    ("TWINWATCH_SLACK__WEBHOOK_URL", lambda s: s.slack.webhook_url.get_secret_value()),
    ("TWINWATCH_SLACK__BOT_TOKEN", lambda s: s.slack.bot_token.get_secret_value()),
    ("TWINWATCH_DATABASE_URL", lambda s: s.database_url),
]


@pytest.mark.parametrize(("name", "get"), SECRETS)
def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, name: str, get: object) -> None:
    Path("secret").write_text("geheim\n")
    monkeypatch.setenv(f"{name}_FILE", "secret")

    settings = load_settings()

    assert get(settings) == "geheim"  # type: ignore[operator]
    assert name == "TWINWATCH_DATABASE_URL" or "geheim" not in repr(settings)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file or directory"), ("", "empty"), ("\n", "empty"), (b"\xff", "not text")]
)
def test_a_file_without_a_secret_is_refused(
    monkeypatch: pytest.MonkeyPatch, content: str | bytes | None, said: str
) -> None:
    if content is not None:
        Path("secret").write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("TWINWATCH_EMAIL__PASSWORD_FILE", "secret")

    assert _refusal().endswith(f"password_file secret: {said}")


def test_a_secret_both_said_and_filed_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("secret").write_text("geheim")
    monkeypatch.setenv("TWINWATCH_EMAIL__PASSWORD_FILE", "secret")
    monkeypatch.setenv("TWINWATCH_EMAIL__PASSWORD", "other")

    message = _refusal()

    assert "both password and password_file are set" in message
    assert "geheim" not in message and "other" not in message


def test_every_setting_has_a_variable_and_lists_are_known_as_json() -> None:
    names = variable_names()

    assert {"TWINWATCH_DATA_DIR", "TWINWATCH_WEB__PORT", "TWINWATCH_SUBSCRIPTION"} <= set(names)
    assert {name for name in names if names[name]} >= {"TWINWATCH_CRAWL__OUTLETS", "TWINWATCH_CRAWL"}
    assert not names["TWINWATCH_WEB__PORT"]
    assert len(names) > len(Settings.model_fields)
