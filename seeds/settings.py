"""The settings: `twinwatch.toml` and the environment, read here and nowhere else."""

import difflib
import json
import os
import tomllib
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_origin
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as SourceError

from seeds.errors import SettingsError

CONFIG_FILE = "twinwatch.toml"
PREFIX = "TWINWATCH_"
DELIMITER = "__"
Act = Literal[
    "agreement", "twinning", "visit", "training", "seasonal_workers",
    "trade_promotion", "culture_tourism", "aid", "review", "other",
]
Language = Literal["en", "ko", "vi"]
# An empty name of a file or folder is none, not the current folder.
OptionalPath = Annotated[Path | None, BeforeValidator(lambda value: value or None)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


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


class Section(BaseModel):
    """A part of the settings; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid")


class CrawlSettings(Section):
    """When, how often and where to crawl."""

    contact: str = ""
    allow_networks: list[IPv4Network | IPv6Network] = []
    outlets: list[str] = []
    interval_minutes: int = Field(default=30, ge=1, le=24 * 60)
    wave_seconds: int = Field(default=600, ge=1)
    pages_per_host: int = Field(default=100, ge=1)
    delay_seconds: float = Field(default=2.0, ge=0)
    timeout_seconds: float = Field(default=20, gt=0)
    max_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    extract_seconds: float = Field(default=20, gt=0)
    extract_workers: int = Field(default=1, ge=1, le=8)


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


class WebSettings(Section):
    """For the dashboard, which comes with a later version: where it listens, and where people reach it."""

    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
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
    hour: int = Field(default=7, ge=0, le=23)
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
    """All settings. Relative folders are taken from the current folder; an empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, env_ignore_empty=True, extra="forbid"
    )

    data_dir: Path = Path("data")
    database_url: str = ""
    database_url_file: OptionalPath = None
    seeds_dir: OptionalPath = None
    crawl: CrawlSettings = CrawlSettings()
    email: EmailSettings = EmailSettings()
    slack: SlackSettings = SlackSettings()
    web: WebSettings = WebSettings()
    subscription: list[Subscription] = []

    @model_validator(mode="after")
    def _from_file(self) -> Self:
        self.database_url = read_secret("database_url", self.database_url, self.database_url_file)
        return self

    @model_validator(mode="after")
    def _one_channel_per_webhook(self) -> Self:
        for subscription in self.subscription if not self.slack.bot_token.get_secret_value() else ():
            if subscription.notifier == "slack" and len(set(subscription.recipients)) > 1:
                raise ValueError(
                    f"subscription {subscription.name}: several recipients in Slack need slack.bot_token; "
                    "a webhook would post to its one channel for each of them"
                )
        return self

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

    Raises SettingsError, in one line, for a missing named file, bad TOML, an unknown key or variable, or a bad value.
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
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(getattr(error, "strerror", None) or "not a text in UTF-8", where=str(file)) from error
    except SourceError as error:
        raise SettingsError(str(error).splitlines()[0], where="environment") from error
    except ValidationError as error:
        raise _explain(error, file) from error
    return settings


def variable_names() -> dict[str, bool]:
    """Every environment variable that is a setting; True for those whose value is JSON."""
    names: dict[str, bool] = {}
    for key, field in Settings.model_fields.items():
        section = _sections().get(key) if key != "subscription" else None
        names[f"{PREFIX}{key}".upper()] = section is not None or _is_list(field.annotation)
        for inner, inner_field in (section.model_fields if section else {}).items():
            names[f"{PREFIX}{key}{DELIMITER}{inner}".upper()] = _is_list(inner_field.annotation)
    return names


def _check_environment() -> None:
    """Refuses a variable that would be ignored in silence, and a list that is not written as JSON."""
    known = variable_names()
    for name in (name.upper() for name in sorted(os.environ)):
        if not name.startswith(PREFIX) or name == f"{PREFIX}CONFIG":
            continue
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            advice = f"did you mean {near[0]}?" if near else f"for example {PREFIX}CRAWL{DELIMITER}CONTACT"
            raise SettingsError("no such setting", where=f"environment variable {name}", advice=advice)
        if known[name]:
            _check_json(name)


def _check_json(name: str) -> None:
    value = next(value for key, value in os.environ.items() if key.upper() == name)
    try:
        json.loads(value or "null")
    except ValueError as error:
        advice = """a list is written '["a", "b"]'"""
        raise SettingsError(
            f"not valid JSON: {error}", where=f"environment variable {name}", advice=advice
        ) from error


def _explain(error: ValidationError, file: Path) -> SettingsError:
    """One line with every fault, under the place of the first; a fault that lies elsewhere names its place."""
    shown = str(file) if file.is_file() else "settings"
    faults = error.errors(include_url=False, include_input=False)
    places = [_find_variable(fault["loc"]) or shown for fault in faults]
    said = [_describe_fault(fault["type"], fault["loc"], fault["msg"]) for fault in faults]
    elsewhere = (f"{what} ({place})" if place != places[0] else what for what, place in zip(said, places, strict=True))
    return SettingsError("; ".join(elsewhere), where=places[0])


def _find_variable(place: tuple[int | str, ...]) -> str:
    variable = PREFIX + DELIMITER.join(str(part) for part in place[:2] if isinstance(part, str)).upper()
    is_set = any(name.upper() == variable for name in os.environ)
    return f"environment variable {variable}" if is_set else ""


def _describe_fault(kind: str, place: tuple[int | str, ...], message: str) -> str:
    if kind == "extra_forbidden":
        return f"unknown setting {_dotted(place)!r}{_suggestion(place)}"
    said = " ".join(message.removeprefix("Value error, ").split())
    return f"{_dotted(place)}: {said}" if place else said


def _dotted(place: tuple[int | str, ...]) -> str:
    """How people count: `subscription.2.zone` is the second subscription's."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)


def _suggestion(place: tuple[int | str, ...]) -> str:
    model = _sections().get(str(place[0]), Settings) if len(place) > 1 else Settings
    near = difflib.get_close_matches(str(place[-1]), model.model_fields, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(model.model_fields)}"


def _sections() -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {"subscription": Subscription}
    for key, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            found[key] = field.annotation
    return found


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list
