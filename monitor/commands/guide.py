"""The guided settings of `twinwatch init`: asks, checks each answer, and writes a file that the settings read."""

import json
import re
import shlex
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import ValidationError

from monitor.application import Application
from monitor.commands.digests import report
from monitor.composing import draft_digest
from monitor.deliver import hand_over_test
from monitor.notifiers.message import check_domain, parse_address
from seeds.errors import InputError, TwinwatchError
from seeds.faults import list_faults
from seeds.settings import CONFIG_FILE, config_path, load_settings
from seeds.subscription import Subscription
from storage.errors import StoreError

# The zone that each language's readers most likely live in; asked for, and easily changed.
ZONES: dict[str, str] = {"en": "UTC", "ko": "Asia/Seoul", "vi": "Asia/Ho_Chi_Minh"}
NAME = "desk"
# Of the checks of one answer alone, for which the others must be there.
SAMPLE = {"name": NAME, "notifier": "email", "recipients": ["desk@city.example"]}
# What people write for a language, and how they write a full hour.
MEANT = {
    "vn": "vi", "tiếng việt": "vi", "vietnamese": "vi", "kr": "ko", "한국어": "ko", "korean": "ko", "english": "en",
}
FULL_HOUR = re.compile(r"(\d{1,2})\s*(?::00|h(?:00)?|시)", re.I)
# What servers of these ports speak (RFC 8314; 25 is that of servers among themselves).
SECURITY_OF_PORT = {465: "tls", 25: "none"}
SECURITIES = ("starttls", "tls", "none")
# A page whose https:// was left out: a host with a dot, perhaps a port and a path.
BARE_PAGE = re.compile(r"[^\s@/:]+\.[^\s@/:.]{2,}(:\d+)?(/\S*)?")

Answer = TypeVar("Answer")
Values = Mapping[str, object]


@dataclass(frozen=True)
class Answers:
    """What was answered in advance, by options; None where it is to be asked."""

    contact: str | None
    language: str | None
    hour: str | None
    zone: str | None
    recipients: str | None
    smtp: str | None
    sender: str | None
    security: str | None = None
    username: str | None = None


def write_settings(given: Answers, *, test: bool | None, force: bool) -> None:
    """Asks for what is not given, writes the file, begins the subscription and sends a test message if wished.

    Raises InputError for a wrong option, before anything is asked, and where nobody can answer.
    """
    path = config_path()
    if path.exists() and not force:
        raise InputError("there is one already", where=str(path), advice="--force replaces it")
    check_given(given)
    contact = ask("contact", given, "Contact for the outlets we read (an address or a page)", check_contact)
    language = ask("language", given, "Language of the digest (en, ko, vi)", check_language, "en")
    zone = ask("zone", given, "Time zone of the reader", _checked("zone"), ZONES[language])
    hour = ask("hour", given, "Hour of the daily digest (0 to 23)", check_hour, "7")
    readers = ask("recipients", given, "Recipients' addresses, with commas between them", check_addresses)
    mail = ask_for_mail(given)
    likely = readers[0] if contact.startswith(("http://", "https://")) else contact
    writer = ask("sender", given, "Sender's address", check_addresses, likely)
    answers = {"name": NAME, "recipients": readers, "language": language, "hour": int(hour), "zone": zone}
    save_settings(path, make_toml(contact, answers, {**mail, "sender": writer[0]}))
    begin_subscription(path)
    typer.echo(f"Wrote {path}. Slack, webhooks, filters and more readers: see twinwatch.example.toml.")
    waits = tell_of_password(path)
    if test if test is not None else not waits and ask_for_test():
        send_test(path)
    typer.echo(f"Next: `{_begin_command(path)} refresh` crawls once, `{_begin_command(path)} run` starts the service.")


def ask_for_mail(given: Answers) -> Values:
    """The mail server, how it is spoken to and the login it wants; a server on this machine is asked no such thing."""
    host, port = ask("smtp", given, "Mail server (HOST or HOST:PORT)", check_server)
    usual = SECURITY_OF_PORT.get(port, "starttls")
    if is_loopback(host):
        usual = usual if port == 587 or usual == "tls" else "none"
        security, username = check_security((given.security or usual).strip()), (given.username or "").strip()
    else:
        said = "Encryption of the mail server (starttls, tls or none)"
        security = ask("security", given, said, check_security, usual, may_lack=True)
        username = ask("username", given, "Login name at the mail server (empty: it wants no login)", check_username,
                       "", may_lack=True)
        if username and security == "none":
            typer.echo("Without encryption its password can be read on the way: starttls or tls is safe.")
    mail: dict[str, object] = {"host": host, "port": port, "security": security}
    return {**mail, "username": username} if username else mail


def tell_of_password(path: Path) -> bool:
    """Says where the password belongs, if the server wants a login and none is set; whether that is so."""
    email = load_settings(path).email
    if not email.username or email.password.get_secret_value():
        return False
    typer.echo("The password of the mail server is not asked for: set it as TWINWATCH_EMAIL__PASSWORD, or name a file")
    typer.echo(f"that holds it as email.password_file in {path}. Then `{_begin_command(path)} digest {NAME} --test`")
    typer.echo("sends a test message.")
    return True


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine itself, by its usual name or a number."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def check_given(given: Answers) -> None:
    """Raises InputError for the first option that is wrong: before any question, as all answers would be lost."""
    for option, check in CHECKS.items():
        if (answer := getattr(given, option)) is not None:
            check(answer.strip())


def ask(
    option: str, given: Answers, question: str, check: Callable[[str], Answer], default: str | None = None, *,
    may_lack: bool = False,
) -> Answer:
    """The answer as `check` reads it, from its option or from people, who are asked again where theirs is wrong.

    Raises InputError for a wrong option, and for a missing one where standard input is at its end; there `default`
    stands for one that `may_lack`.
    """
    if (answer := getattr(given, option)) is not None:
        return check(answer.strip())
    while True:
        try:
            return check(typer.prompt(question, default=default, show_default=bool(default)).strip())
        except TwinwatchError as error:
            typer.echo(str(error), err=True)
        except typer.Abort as abort:
            if not isinstance(abort.__context__, EOFError):
                raise
            if may_lack and default is not None:
                typer.echo(default)
                return check(default)
            advice = "every question has an option, see `twinwatch init --help`"
            raise InputError("not given, and nobody answers", where=f"--{option}", advice=advice) from abort


def ask_for_test() -> bool:
    """Whether people wish a test message; no where nobody answers."""
    try:
        return typer.confirm("Send a test message now?", default=False)
    except typer.Abort as abort:
        if not isinstance(abort.__context__, EOFError):
            raise
        typer.echo("no")
        return False


def check_contact(text: str) -> str:
    """`text` where it is an email address or a page. Raises InputError otherwise."""
    is_page = text.startswith(("http://", "https://")) and "." in text and not any(map(str.isspace, text))
    if is_page:
        return text
    if not text.isprintable():
        raise InputError("unprintable signs", where="contact")
    if text.startswith(("http://", "https://")):
        raise InputError(f"not a whole page: {text!r}", advice="such as https://city.example/about")
    if BARE_PAGE.fullmatch(text):
        raise InputError(f"neither an email address nor a page: {text!r}",
                         advice=f"a page is written with https:// before it: https://{text}")
    return check_addresses(text)[0]


def check_addresses(text: str) -> list[str]:
    """The email addresses in `text`, with commas between them. Raises InputError for none, and for what is none."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    addresses = list({part.casefold(): part for part in parts}.values())  # who stands twice would get each digest twice
    try:
        for address in addresses or [text]:
            check_domain(parse_address(address).addr_spec)
    except ValueError as error:
        several = ", with commas between several" if text.count("@") > 1 else ""
        raise InputError(str(error), advice=f"such as desk@city.example{several}") from error
    return addresses


def check_server(text: str) -> tuple[str, int]:
    """Host and port of `HOST` or `HOST:PORT`. Raises InputError for anything else."""
    host, _, port = text.partition(":")
    if not host or any(map(str.isspace, host)) or "/" in host or not (port or "587").isdecimal():
        raise InputError(f"not a mail server: {text!r}", advice="write HOST or HOST:PORT")
    if not 1 <= int(port or 587) <= 65535:
        raise InputError(f"no port {port}", where="mail server", advice="1 to 65535, mostly 587 or 465")
    return host, int(port or 587)


def check_security(text: str) -> str:
    """One of SECURITIES. Raises InputError for anything else."""
    if text.lower() not in SECURITIES:
        raise InputError(f"no encryption {text!r}", where="security",
                         advice="write starttls, tls or none; port 587 mostly wants starttls, 465 tls")
    return text.lower()


def check_username(text: str) -> str:
    """A login name, or nothing. Raises InputError for what would break the file."""
    if not text.isprintable():
        raise InputError("unprintable signs", where="username")
    return text


def make_toml(contact: str, subscription: Values, mail: Values) -> str:
    """The text of a file of settings with one subscription by email."""
    sections: dict[str, Values] = {
        "[crawl]": {"contact": contact},
        "[email]": mail,
        "[[subscription]]": {"notifier": "email", **subscription},
    }
    lines = ["# Twinwatch settings. twinwatch.example.toml explains every one of them."]
    for head, values in sections.items():
        # A JSON string, number or list is a TOML one, but for the sign DEL, which checks refuse.
        lines += ["", head, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def save_settings(path: Path, text: str) -> None:
    """Writes `text` to `path`, readable for its owner alone: passwords may be added to it. Raises InputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(path)) from error
    load_settings(path)


def begin_subscription(path: Path) -> None:
    """Makes the subscription begin, so that it is told what is found from here on."""
    # A database that is not ready yet is no fault of the answers; the first command that opens it does the same.
    with suppress(StoreError):
        Application(load_settings(path)).store.close()


def send_test(path: Path) -> None:
    """Sends what the new subscription would be told now; nothing counts as told."""
    application = Application(load_settings(path))
    if not report(hand_over_test(application, draft_digest(application, application.find_subscription(NAME)))):
        raise InputError("the test message did not arrive", where="[email]", advice=f"correct {path}, then "
                         f"`{_begin_command(path)} digest {NAME} --test`")


def _begin_command(path: Path) -> str:
    """How a command begins that reads the settings of `path`."""
    return "twinwatch" if path == Path(CONFIG_FILE) else f"twinwatch --config {shlex.quote(str(path))}"


def _checked(key: str) -> Callable[[str], str]:
    """What checks one answer as the settings would."""

    def check(text: str) -> str:
        try:
            Subscription.model_validate({**SAMPLE, key: text})
        except ValidationError as error:
            said = str(list_faults(error)[0]["said"])
            raise InputError(said, where=key if repr(text) in said else f"{key} {text!r}") from error
        return text

    return check


def check_language(text: str) -> str:
    """The code of a language, also where its name or its country stands for it. Raises InputError for any other."""
    return _checked("language")(MEANT.get(text.casefold(), text))


def check_hour(text: str) -> str:
    """An hour of the day, `7`, also as `7h` or `07:00`. Raises InputError for anything else."""
    full = FULL_HOUR.fullmatch(text)
    return _checked("hour")(str(int(full[1])) if full else text)


CHECKS: dict[str, Callable[[str], object]] = {
    "contact": check_contact, "language": check_language, "zone": _checked("zone"), "hour": check_hour,
    "recipients": check_addresses, "smtp": check_server, "sender": check_addresses,
    "security": check_security, "username": check_username,
}
