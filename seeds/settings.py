"""The settings: `twinwatch.toml` and the environment, read here and nowhere else."""

import difflib
import os
import tomllib
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from seeds.errors import SettingsError

CONFIG_FILE = "twinwatch.toml"
PREFIX = "TWINWATCH_"
Act = Literal[
    "agreement", "twinning", "visit", "training", "seasonal_workers",
    "trade_promotion", "culture_tourism", "aid", "review", "other",
]
Language = Literal["en", "ko", "vi"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class Section(BaseModel):
    """A part of the settings; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid")


class CrawlSettings(Section):
    """When, how often and where to crawl."""

    contact: str = ""
    allow_networks: list[IPv4Network | IPv6Network] = []
    outlets: list[str] = []
    interval_minutes: int = Field(30, ge=1, le=24 * 60)
    wave_seconds: int = Field(600, ge=1)
    pages_per_host: int = Field(100, ge=1)
    delay_seconds: float = Field(2.0, ge=0)
    timeout_seconds: float = Field(20, gt=0)
    max_bytes: int = Field(8 * 1024 * 1024, ge=1024)
    extract_seconds: float = Field(20, gt=0)
    extract_workers: int = Field(1, ge=1, le=8)


class EmailSettings(Section):
    """The SMTP server that hands digests over."""

    host: str = ""
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: str = ""
    timeout_seconds: float = Field(30, gt=0)


class SlackSettings(Section):
    """Either a webhook, or a bot token with channels as recipients."""

    webhook_url: SecretStr = SecretStr("")
    bot_token: SecretStr = SecretStr("")
    api_url: str = "https://slack.com/api/"


class WebSettings(Section):
    """Where people reach the dashboard; `public_url` is put into digests when set."""

    host: str = "127.0.0.1"
    port: int = Field(8765, ge=0, le=65535)
    public_url: str = ""


class Subscription(Section):
    """Who wants what, where, when and in which language.

    `hour` is the local hour of `zone` (an IANA name). Empty filters let everything pass;
    `localities` holds keys of the gazetteer and includes everything inside them.
    """

    name: Name
    notifier: Literal["email", "slack"]
    recipients: list[str] = Field(min_length=1)
    language: Language = "en"
    hour: int = Field(7, ge=0, le=23)
    zone: str = "UTC"
    localities: list[str] = []
    acts: list[Act] = []
    languages: list[str] = []
    new_ties_only: bool = False
    when_empty: Literal["send", "skip"] = "send"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            near = difflib.get_close_matches(zone, available_timezones(), 1)
            raise ValueError(f"no time zone {zone!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        return zone

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Settings(BaseSettings):
    """All settings. Relative folders are taken from the current folder."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid")

    data_dir: Path = Path("data")
    database_url: str = ""
    seeds_dir: Path | None = None
    crawl: CrawlSettings = CrawlSettings()
    email: EmailSettings = EmailSettings()
    slack: SlackSettings = SlackSettings()
    web: WebSettings = WebSettings()
    subscription: list[Subscription] = []

    @field_validator("subscription")
    @classmethod
    def _unique_names(cls, subscriptions: list[Subscription]) -> list[Subscription]:
        names = [s.name for s in subscriptions]
        double = sorted({n for n in names if names.count(n) > 1})
        if double:
            raise ValueError(f"two subscriptions are named {double[0]!r}")
        return subscriptions

    @property
    def database_address(self) -> str:
        """The SQLAlchemy address of the store: `database_url`, else SQLite in `data_dir`."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'twinwatch.db'}"

    @property
    def may_crawl(self) -> bool:
        """Whether anything at all may be fetched (see `crawl.contact` in the README)."""
        return bool(self.crawl.contact or self.crawl.allow_networks)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def config_path() -> Path:
    """The file of settings: `TWINWATCH_CONFIG`, else `twinwatch.toml` in the current folder. It need not exist."""
    return Path(os.environ.get(f"{PREFIX}CONFIG", CONFIG_FILE))


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """The settings of `path` (default: `config_path()`) under the environment under `overrides`.

    Raises SettingsError, in one line, for a missing named file, bad TOML, an unknown key or a bad value.
    """
    named = path or (config_path() if f"{PREFIX}CONFIG" in os.environ else None)
    if named and not named.is_file():
        raise SettingsError("no such file of settings", where=str(named), advice="`twinwatch init` writes one")
    file = named or config_path()
    _check_environment()
    try:
        made = type("Settings", (Settings,), {"model_config": {**Settings.model_config, "toml_file": file}})
        settings: Settings = made(**overrides)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"not valid TOML: {error}", where=str(file)) from error
    except ValidationError as error:
        raise SettingsError(_first_fault(error), where=str(file) if file.is_file() else "settings") from error
    return settings


def _check_environment() -> None:
    sections = {n for n, f in Settings.model_fields.items() if isinstance(f.default, Section)}
    for name in os.environ:
        if not name.startswith(PREFIX) or name == f"{PREFIX}CONFIG":
            continue
        head, _, tail = name.removeprefix(PREFIX).lower().partition("__")
        known = Settings.model_fields if not tail else getattr(Settings(), head, None).__class__.__dict__.get("model_fields", {})
        del known, sections
        break


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"unknown setting {place!r}{_suggestion(fault['loc'])}"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}{more}"


_SECTIONS: dict[str, type[BaseModel]] = {
    "crawl": CrawlSettings, "email": EmailSettings, "slack": SlackSettings, "web": WebSettings,
    "subscription": Subscription,
}


def _suggestion(place: tuple[int | str, ...]) -> str:
    model = _SECTIONS.get(str(place[0]), Settings) if len(place) > 1 else Settings
    near = difflib.get_close_matches(str(place[-1]), model.model_fields, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(model.model_fields)}"


load_default = partial(load_settings, None)
