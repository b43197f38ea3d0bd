"""The sections of the settings, each with the bounds of its keys; it reads no file of settings."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

# An empty name of a file or folder is none, not the current folder.
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: value or None)]


def read_secret(name: str, value: str, file: Path | None) -> str:
    """The secret itself: `value`, or the first line of `file`. ValueError where both are set, or the file has none."""
    if file is None:
        return value
    if value:
        raise ValueError(f"both {name} and {name}_file are set")
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}_file {file}: {getattr(error, 'strerror', None) or 'not text'}") from error
    if not lines or not lines[0].strip():
        raise ValueError(f"{name}_file {file}: empty")
    return lines[0].strip()


def _check_public_url(url: str) -> str:
    """The address to which the paths of links are added. ValueError where no browser would come to us by it."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or {"@", "?", "#"} & set(url)):
        raise ValueError(f"{url!r} is no address of a dashboard; one is, for example, https://twinwatch.example")
    return url


def _bare(host: str) -> str:
    """An IPv6 address without the brackets that it has in links."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


class Section(BaseModel):
    """A part of the settings; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class CrawlSettings(Section):
    """When, how often and where to crawl."""

    contact: str = ""
    allow_networks: list[IPv4Network | IPv6Network] = []
    outlets: list[str] = []
    interval_minutes: int = Field(default=30, ge=1, le=24 * 60)
    wave_seconds: int = Field(default=600, ge=1)
    pages_per_host: int = Field(default=100, ge=1)
    requests_per_host: int = Field(default=2000, ge=1)
    delay_seconds: float = Field(default=2.0, ge=0)
    timeout_seconds: float = Field(default=20, gt=0)
    max_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    extract_seconds: float = Field(default=20, gt=0)
    extract_workers: int = Field(default=1, ge=1, le=8)
    queue: bool = False


class KeepSettings(Section):
    """How long raw pages, ended entries and what was noted of waves are kept. Articles, events and what was told stay.

    A digest that catches up after a stop asks for the waves since the last one, and the dashboard for 28 days of runs.
    """

    pages_days: int = Field(default=90, ge=0)
    pages_megabytes: int = Field(default=4096, ge=0)
    entries_days: int = Field(default=180, ge=30)
    runs_days: int = Field(default=400, ge=60)


class EmailSettings(Section):
    """The SMTP server that hands digests over. `password_file` names a file with the password in its first line."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: OptionalPath = None
    sender: str = ""
    timeout_seconds: float = Field(default=30, gt=0)

    @model_validator(mode="after")
    def _from_file(self) -> Self:
        self.password = SecretStr(read_secret("password", self.password.get_secret_value(), self.password_file))
        return self


class SlackSettings(Section):
    """Either a webhook, or a bot token with channels as recipients; each may stand in a file of its own."""

    webhook_url: SecretStr = SecretStr("")
    webhook_url_file: OptionalPath = None
    bot_token: SecretStr = SecretStr("")
    bot_token_file: OptionalPath = None
    api_url: str = "https://slack.com/api/"

    @model_validator(mode="after")
    def _from_files(self) -> Self:
        webhook, token = self.webhook_url.get_secret_value(), self.bot_token.get_secret_value()
        self.webhook_url = SecretStr(read_secret("webhook_url", webhook, self.webhook_url_file))
        self.bot_token = SecretStr(read_secret("bot_token", token, self.bot_token_file))
        return self


class WebhookSettings(Section):
    """How digests are signed and posted to the addresses that webhook subscriptions name as recipients."""

    secret: SecretStr = SecretStr("")
    secret_file: OptionalPath = None
    allow_networks: list[IPv4Network | IPv6Network] = []
    allow_http: bool = False
    timeout_seconds: float = Field(default=30, gt=0)

    @model_validator(mode="after")
    def _from_file(self) -> Self:
        self.secret = SecretStr(read_secret("secret", self.secret.get_secret_value(), self.secret_file))
        return self


class AppriseSettings(Section):
    """Apprise's own file: its tags are the recipients of subscriptions, its services keep their secrets in it."""

    config_file: OptionalPath = None
    timeout_seconds: float = Field(default=30, gt=0)


class WebSettings(Section):
    """The dashboard: where it listens, where people reach it, and what opens it.

    `port` 0 is any free one. `password` is for people, `token` for programs; `allowed_hosts` are names by which it may
    be asked for besides that of `public_url`. `proxies` are networks whose X-Forwarded-For and -Proto are believed.
    """

    enabled: bool = True
    host: Annotated[str, AfterValidator(_bare)] = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    public_url: Annotated[str, AfterValidator(_check_public_url)] = ""
    allowed_hosts: list[str] = []
    proxies: list[IPv4Network | IPv6Network] = []
    password: SecretStr = SecretStr("")
    password_file: OptionalPath = None
    token: SecretStr = SecretStr("")
    token_file: OptionalPath = None
    link_key: SecretStr = SecretStr("")
    link_key_file: OptionalPath = None

    @model_validator(mode="after")
    def _from_files(self) -> Self:
        self.password = SecretStr(read_secret("password", self.password.get_secret_value(), self.password_file))
        self.token = SecretStr(read_secret("token", self.token.get_secret_value(), self.token_file))
        self.link_key = SecretStr(read_secret("link_key", self.link_key.get_secret_value(), self.link_key_file))
        return self


class LogSettings(Section):
    """How the service writes its lines: `text` for people, `json` for programs that collect logs."""

    format: Literal["text", "json"] = "text"


class AlertSettings(Section):
    """Who is told when the service itself is ill: the readers of all subscriptions, or of those named."""

    enabled: bool = True
    subscriptions: list[str] = []


class QuerySettings(Section):
    """Search services: each off until it is agreed to here, Naver until its two keys are set.

    `..._per_day` bounds the requests of 24 hours; an address that is set stands in the place of the service's own.
    """

    gdelt: bool = False
    gdelt_per_day: int = Field(default=96, ge=1, le=1_000)
    gdelt_url: str = "https://api.gdeltproject.org/api/v2/doc/doc"
    google_news: bool = False
    google_news_per_day: int = Field(default=48, ge=1, le=288)
    google_news_url: str = "https://news.google.com/rss/search"
    site_search: bool = False
    naver_client_id: SecretStr = SecretStr("")
    naver_client_id_file: OptionalPath = None
    naver_client_secret: SecretStr = SecretStr("")
    naver_client_secret_file: OptionalPath = None
    naver_door: Literal["developers", "hub"] = "developers"
    naver_per_day: int = Field(default=288, ge=1, le=25_000)
    naver_url: str = ""

    @model_validator(mode="after")
    def _from_files(self) -> Self:
        own_id, secret = self.naver_client_id.get_secret_value(), self.naver_client_secret.get_secret_value()
        self.naver_client_id = SecretStr(read_secret("naver_client_id", own_id, self.naver_client_id_file))
        self.naver_client_secret = SecretStr(
            read_secret("naver_client_secret", secret, self.naver_client_secret_file))
        if bool(self.naver_client_id.get_secret_value()) != bool(self.naver_client_secret.get_secret_value()):
            raise ValueError("naver_client_id and naver_client_secret are set together, or neither is")
        return self

    @property
    def naver(self) -> bool:
        """Whether Naver is asked: whoever has keys has agreed to its terms."""
        return bool(self.naver_client_secret.get_secret_value())

    @property
    def is_any_on(self) -> bool:
        """Whether anything at all is searched for."""
        return self.gdelt or self.naver or self.google_news or self.site_search
