"""Decides from the settings who may ask for the dashboard, by which names, and with which secret; it serves nothing."""

import hmac
import re
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import urlsplit

from seeds.errors import SettingsError
from seeds.sections import WebSettings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
ADVICE = "set web.password or web.token (TWINWATCH_WEB__PASSWORD, TWINWATCH_WEB__TOKEN), or name this machine alone"
# Shorter ones are guessed even through a limit of some hundred tries a day.
FEWEST_SIGNS = 8
# A name or an address, and perhaps a port (RFC 9110, 7.2). Whatever else stands there is taken for a path, or for
# somebody else's name, by whoever makes an address of it.
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[0-9a-z._-]+)(:[0-9]{0,5})?")


class Access:
    """What the settings say of access; secrets are compared in constant time."""

    def __init__(self, settings: WebSettings) -> None:
        self._password = settings.password.get_secret_value()
        self._token = settings.token.get_secret_value()
        self._host = settings.host
        public = urlsplit(settings.public_url)
        self._doors = [
            ("host", settings.host), *(("public_url", name) for name in (public.hostname,) if name),
            *(("allowed_hosts", _find_name(name) or name) for name in settings.allowed_hosts),
        ]
        self._names = {name.lower() for setting, name in self._doors if setting != "host"}
        self.is_https = public.scheme == "https"

    @property
    def is_open(self) -> bool:
        """Whether nobody has to say who they are: only ever on this machine's own addresses."""
        return not self._password and not self._token

    @property
    def is_local(self) -> bool:
        """Whether only this machine can ask, by its own names."""
        return all(is_loopback(name) for _, name in self._doors)

    def check(self) -> None:
        """Raises SettingsError where others could ask without a secret, or with one that is soon guessed."""
        if self.is_open and not self.is_local:
            where = ", ".join(f"web.{setting} {name!r}" for setting, name in self._doors if not is_loopback(name))
            raise SettingsError("the dashboard would be open to others without a password", where=where, advice=ADVICE)
        for name, secret in (("password", self._password), ("token", self._token)):
            if secret and len(secret) < FEWEST_SIGNS and not self.is_local:
                raise SettingsError(f"fewer than {FEWEST_SIGNS} characters", where=f"web.{name}")

    def is_named(self, host: str) -> bool:
        """Whether the Host header names us: a page elsewhere may lead a browser here by a name of its own."""
        name = _find_name(host)
        if not name:
            return False
        if name in LOOPBACK_NAMES or name in self._names or name == self._host.lower():
            return True
        # Typed by hand: no name that somebody else could point here.
        return not is_loopback(self._host) and _is_address(name)

    def is_password(self, given: str) -> bool:
        """Whether `given` opens the dashboard to a person."""
        return _is_same(given, self._password) or self.is_token(given)

    def is_token(self, given: str) -> bool:
        """Whether `given` opens it to a program."""
        return _is_same(given, self._token)

    def make_key(self, link_key: str) -> str:
        """What sessions are signed with: another password or token ends all of them."""
        secrets = f"{self._password}\0{self._token}".encode()
        return hmac.new(link_key.encode(), b"twinwatch.session\0" + secrets, sha256).hexdigest()


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine and nothing else."""
    name = host.strip("[]").lower()
    return name in LOOPBACK_NAMES or (_is_address(name) and ip_address(name).is_loopback)


def _is_same(given: str, secret: str) -> bool:
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def _find_name(host: str) -> str:
    """The name or address of a Host header, in small letters; empty where it is none."""
    found = HOST.fullmatch(host.lower())
    return found[1].strip("[]") if found else ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
