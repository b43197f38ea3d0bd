"""`twinwatch init`: asks or takes options, checks each answer, and writes a file that the settings read."""

import io
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.commands.main import run_command
from seeds.settings import load_settings
from storage.store import open_store
from tests.fake_clock import START_AT
from tests.stand_ins import MailStandIn

OPTIONS = {
    "--contact": "desk@city.example", "--language": "ko", "--hour": "8", "--zone": "Asia/Seoul",
    "--recipients": "a@city.example, Phòng B <b@city.example>", "--smtp": "mail.example:465",
    "--sender": "twinwatch@city.example",
}
Init = Callable[..., tuple[int, str, str]]


@pytest.fixture
def init(clean_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Init:
    """Runs `init` with options (changes to the usual ones) and answers; exit code, standard output, standard error."""

    def run(*more: str, answers: str = "", options: dict[str, str] = OPTIONS, **changes: str) -> tuple[int, str, str]:
        chosen = {**options, **{f"--{name}": value for name, value in changes.items()}}
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        code = run_command(["init", *(part for pair in chosen.items() for part in pair), *more])
        return code, *capsys.readouterr()

    return run


def test_options_answer_everything(init: Init, clean_folder: Path) -> None:
    code, _, err = init("--no-test")

    settings = load_settings()
    [subscription] = settings.subscription
    assert (code, err) == (0, "")
    assert settings.crawl.contact == "desk@city.example" and settings.may_crawl
    assert (settings.email.host, settings.email.port, settings.email.security) == ("mail.example", 465, "tls")
    assert (subscription.name, subscription.language, subscription.hour) == ("desk", "ko", 8)
    assert subscription.recipients == ["a@city.example", "Phòng B <b@city.example>"]
    assert stat.S_IMODE((clean_folder / "twinwatch.toml").stat().st_mode) == 0o600


def test_answers_are_asked_for_and_asked_again_where_they_are_wrong(init: Init) -> None:
    answers = [
        "not a contact", "https://city.example/twinwatch", "de", "vi", "Asia/Hanoi", "", "24", "x", "",
        "nobody", "a@city", "a@city.example", "mail.example:port", "mail.example", "ssl", "", "", "", "n",
    ]

    code, _, err = init(options={}, answers="\n".join(answers) + "\n")

    settings = load_settings()
    [subscription] = settings.subscription
    assert code == 0 and len(err.splitlines()) == 9
    assert settings.crawl.contact == "https://city.example/twinwatch"
    assert (subscription.language, subscription.zone, subscription.hour) == ("vi", "Asia/Ho_Chi_Minh", 7)
    assert settings.email.sender == "a@city.example" and settings.email.security == "starttls"


@pytest.mark.parametrize(
    ("option", "answer", "said"),
    [
        ("contact", "nobody", "not an email address"),
        ("contact", "https://", "not a whole page: 'https://' (such as https://city.example/about)"),
        ("contact", "city.example/a", "(a page is written with https:// before it: https://city.example/a)"),
        ("contact", "city.example", "with https:// before it: https://city.example)"),
        ("contact", "desk@hue", "'desk@hue' has no dot behind @ (such as desk@city.example)"),
        ("recipients", "a@city.example, b@hue", "'b@hue' has no dot behind @"),
        ("security", "ssl", "security: no encryption 'ssl' (write starttls, tls or none"),
        ("language", "de", "'de'"),
        ("hour", "24", "hour '24': must be at most 23"),
        ("hour", "noon", "hour 'noon': not a whole number"),
        ("zone", "Asia/Soul", "zone: no time zone 'Asia/Soul'; did you mean 'Asia/Seoul'?\n"),
        ("recipients", "a@city.example; b@city.example", "(such as desk@city.example, with commas between several)"),
        ("recipients", "a@city.example b@city.example", "(such as desk@city.example, with commas between several)"),
        ("recipients", " , ", "not an email address"),
        ("hour", "7h30", "hour '7h30': not a whole number"),
        ("smtp", "mail.example:99999", "99999"),
        ("smtp", "https://mail.example", "not a mail server"),
        ("sender", "Twinwatch", "not an email address"),
    ],
)
def test_a_wrong_option_gets_one_line_and_writes_nothing(
    init: Init, clean_folder: Path, option: str, answer: str, said: str
) -> None:
    code, _, err = init("--no-test", **{option: answer})

    assert code == 1 and err.startswith("twinwatch: ") and err.count("\n") == 1 and said in err
    assert list(clean_folder.iterdir()) == []


@pytest.mark.parametrize(("option", "answer", "read"), [
    ("language", "vn", ("vi", 8)), ("language", "Tiếng Việt", ("vi", 8)), ("language", "kr", ("ko", 8)),
    ("hour", "07:00", ("ko", 7)), ("hour", "7h", ("ko", 7)), ("hour", "18시", ("ko", 18)),
])
def test_what_people_write_for_a_language_or_an_hour_is_understood(
    init: Init, option: str, answer: str, read: tuple[str, int]
) -> None:
    code, _, _ = init("--no-test", **{option: answer})

    [subscription] = load_settings().subscription
    assert code == 0 and (subscription.language, subscription.hour) == read


def test_a_recipient_who_is_named_twice_is_one(init: Init) -> None:
    init("--no-test", recipients="a@city.example, b@city.example, A@city.example")

    assert load_settings().subscription[0].recipients == ["A@city.example", "b@city.example"]


@pytest.mark.parametrize(("contact", "sender"), [
    ("desk@city.example", "desk@city.example"), ("https://city.example/about", "lan@city.example"),
    ("https://city.example/@desk", "lan@city.example"),
])
def test_the_sender_that_is_offered_is_the_contact_where_that_is_an_address(
    init: Init, contact: str, sender: str
) -> None:
    options = {"--contact": contact, "--recipients": "lan@city.example", "--smtp": "127.0.0.1:2525"}

    code, _, _ = init("--no-test", options=options, answers="\n" * 4)

    assert code == 0 and load_settings().email.sender == sender


def test_a_wrong_option_is_refused_before_anything_is_asked(init: Init) -> None:
    code, out, err = init(options={"--hour": "25"}, answers="desk@city.example\n" * 9)

    assert (code, out) == (1, "") and "'25'" in err


@pytest.mark.parametrize("missing", ["contact", "recipients", "sender"])
def test_where_nobody_answers_the_missing_option_is_named(init: Init, clean_folder: Path, missing: str) -> None:
    options = {name: value for name, value in OPTIONS.items() if name != f"--{missing}"}

    code, _, err = init("--no-test", options=options)

    assert code == 1 and err.strip().startswith(f"twinwatch: --{missing}: not given, and nobody answers")
    assert err.strip().count("\n") == 0 and not (clean_folder / "twinwatch.toml").exists()


@pytest.mark.parametrize(
    ("server", "security"),
    [("127.0.0.1:2525", "none"), ("localhost:25", "none"), ("localhost", "starttls"), ("localhost:465", "tls")],
)
def test_a_mail_server_of_this_machine_is_asked_for_neither_encryption_nor_login(
    init: Init, server: str, security: str
) -> None:
    code, out, _ = init("--no-test", smtp=server)

    assert code == 0 and "Encryption" not in out and "Login" not in out
    assert (load_settings().email.security, load_settings().email.username) == (security, "")


def test_another_mail_server_is_asked_for_both_and_the_password_is_left_to_its_own_place(init: Init) -> None:
    code, out, _ = init(answers="tls\njoe\n", smtp="mail.example:2465")

    assert code == 0 and (load_settings().email.security, load_settings().email.username) == ("tls", "joe")
    assert "TWINWATCH_EMAIL__PASSWORD" in out and "email.password_file" in out
    assert "Send a test message" not in out  # it would be refused


@pytest.mark.parametrize(("security", "username", "warned"), [
    ("none", "joe", True), ("none", "", False), ("starttls", "joe", False),
])
def test_a_login_without_encryption_is_warned_of(init: Init, security: str, username: str, warned: bool) -> None:
    code, out, _ = init(answers="n\n", smtp="mail.example:25", security=security, username=username)

    assert code == 0 and ("can be read on the way" in out) == warned


def test_a_password_that_is_set_is_not_spoken_of(init: Init, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCH_EMAIL__PASSWORD", "geheim")

    code, out, _ = init(answers="n\n", username="joe", security="starttls")

    assert code == 0 and "PASSWORD" not in out and "Send a test message" in out


def test_where_nobody_answers_encryption_is_the_usual_one_and_there_is_no_login(init: Init) -> None:
    assert init("--no-test")[0] == 0

    assert (load_settings().email.security, load_settings().email.username) == ("tls", "")


def test_where_nobody_answers_no_test_message_is_sent(init: Init) -> None:
    code, out, err = init()

    assert (code, err) == (0, "") and "Next: " in out


def test_the_subscription_begins_with_its_file(init: Init) -> None:
    init("--no-test")

    store = open_store(load_settings().database_address)
    begun_at = store.digests.begin_subscription("desk", START_AT)
    store.close()
    assert begun_at != START_AT


def test_a_file_that_is_there_is_kept_unless_it_may_be_replaced(init: Init, clean_folder: Path) -> None:
    path = clean_folder / "twinwatch.toml"
    path.write_text("# mine\n")

    code, _, err = init("--no-test")
    assert code == 1 and err == "twinwatch: twinwatch.toml: there is one already (--force replaces it)\n"
    assert path.read_text() == "# mine\n"

    assert init("--no-test", "--force")[0] == 0
    assert "[[subscription]]" in path.read_text()


@pytest.mark.parametrize(
    "contact",
    ['"Phòng \\"đối ngoại\\"" <a@b.example>', "https://x.example/?a='b'&c=\"d\"#\\e", "https://x.example/후에/[1]#{2}"],
)
def test_odd_signs_in_a_contact_survive(init: Init, clean_folder: Path, contact: str) -> None:
    assert init("--no-test", contact=contact)[0] == 0

    assert tomllib.loads((clean_folder / "twinwatch.toml").read_text("utf-8"))["crawl"]["contact"] == contact
    assert load_settings().crawl.contact == contact


def test_a_folder_that_cannot_be_written_gets_one_line(init: Init, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCH_CONFIG", "/proc/nowhere/twinwatch.toml")

    code, _, err = init("--no-test")

    assert code == 1 and err.count("\n") == 1
    assert err.startswith("twinwatch: /proc/nowhere/twinwatch.toml: cannot be written")


def test_a_test_message_is_sent_where_wished(init: Init, clean_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCH_EMAIL__SECURITY", "none")
    with MailStandIn() as mail:
        code, out, _ = init("--test", smtp=f"127.0.0.1:{mail.port}")

        assert code == 0 and "a@city.example  sent" in out
        assert [message.recipients for message in mail.messages] == [("a@city.example",), ("b@city.example",)]


def test_what_comes_next_names_the_file_where_it_is_another(init: Init, monkeypatch: pytest.MonkeyPatch) -> None:
    _, usual, _ = init("--no-test")
    monkeypatch.setenv("TWINWATCH_CONFIG", "my desk.toml")

    _, named, _ = init("--no-test")

    assert "`twinwatch refresh`" in usual and "`twinwatch --config 'my desk.toml' refresh`" in named


def test_a_test_message_that_does_not_arrive_is_said(init: Init, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINWATCH_EMAIL__TIMEOUT_SECONDS", "0.5")

    code, out, err = init("--test", smtp="127.0.0.1:9")

    assert code == 1 and "a@city.example  not sent: 127.0.0.1:9 cannot be reached" in out
    assert err.startswith("twinwatch: [email]: the test message did not arrive") and err.count("\n") == 1
