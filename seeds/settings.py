"""The settings: `twinwatch.toml` and the environment, read here and nowhere else."""

import difflib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Self, get_origin

from pydantic import (
    BaseModel,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as SourceError

from seeds.errors import SettingsError
from seeds.faults import list_faults, name_place
from seeds.sections import (
    AlertSettings,
    AppriseSettings,
    CrawlSettings,
    EmailSettings,
    KeepSettings,
    LogSettings,
    OptionalPath,
    QuerySettings,
    Section,
    SlackSettings,
    WebhookSettings,
    WebSettings,
    read_secret,
)
from seeds.subscription import Subscription
from seeds.toml_faults import advise_toml

CONFIG_FILE = "twinwatch.toml"
PREFIX = "TWINWATCH_"
# The file of settings itself, and the clock of tests (`storage.clock`).
NO_SETTINGS = {f"{PREFIX}CONFIG", f"{PREFIX}CLOCK_FILE"}
DELIMITER = "__"


# The file that is being read, where it is one.
_file: ContextVar[Path | None] = ContextVar("file", default=None)
# What file, environment and arguments give together, before it is looked at: a fault is told by its table's name.
_given: ContextVar[Mapping[str, Any]] = ContextVar("given")


class Settings(BaseSettings):
    """All settings. Relative folders are taken from the current folder; an empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, env_ignore_empty=True, extra="forbid",
        hide_input_in_errors=True
    )

    data_dir: Path = Path("data")
    database_url: str = ""
    database_url_file: OptionalPath = None
    seeds_dir: OptionalPath = None
    journal: OptionalPath = None
    crawl: CrawlSettings = CrawlSettings()
    keep: KeepSettings = KeepSettings()
    query: QuerySettings = QuerySettings()
    email: EmailSettings = EmailSettings()
    slack: SlackSettings = SlackSettings()
    webhook: WebhookSettings = WebhookSettings()
    apprise: AppriseSettings = AppriseSettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    alert: AlertSettings = AlertSettings()
    subscription: list[Subscription] = []

    @model_validator(mode="before")
    @classmethod
    def _note_given(cls, given: Any) -> Any:
        _given.set(given)
        return given

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

    @model_validator(mode="after")
    def _notifiers_are_ready(self) -> Self:
        for subscription in self.subscription:
            missing = ""
            if subscription.notifier == "webhook" and not self.webhook.secret.get_secret_value():
                missing = "webhook.secret, with which its messages are signed"
            if subscription.notifier == "apprise" and self.apprise.config_file is None:
                missing = "apprise.config_file, of whose tags its recipients are"
            if missing:
                raise ValueError(f"subscription {subscription.name}: needs {missing}")
        return self

    @model_validator(mode="after")
    def _alerts_have_readers(self) -> Self:
        named = {subscription.name for subscription in self.subscription}
        unknown = sorted(set(self.alert.subscriptions) - named)
        if unknown:
            raise ValueError(f"alert.subscriptions: no subscription {unknown[0]!r}")
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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _file.get())


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
    read, given = _file.set(file), _given.set({})
    try:
        settings = Settings(**overrides)
    except tomllib.TOMLDecodeError as error:
        advice = advise_toml(error, file.read_text("utf-8"))
        raise SettingsError(f"not valid TOML: {error}", where=str(file), advice=advice) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(getattr(error, "strerror", None) or "not a text in UTF-8", where=str(file)) from error
    except SourceError as error:
        raise SettingsError(str(error).splitlines()[0], where="environment") from error
    except ValidationError as error:
        raise _explain(error, file, _given.get()) from error
    finally:
        _file.reset(read)
        _given.reset(given)
    return settings


def holds_secret(file: Path) -> bool:
    """Whether a secret is written in a file of settings that loads: a password, token or key, or one in an address."""
    data = tomllib.loads(file.read_text("utf-8"))
    if re.search(r"://[^/@:]*:[^@]+@|[?&]password=", str(data.get("database_url", ""))):
        return True
    return any(
        data.get(key, {}).get(name) for key, section in _sections().items() if key != "subscription"
        for name, field in section.model_fields.items() if field.annotation is SecretStr)


@cache
def variable_names() -> Mapping[str, bool]:
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
        if not name.startswith(PREFIX) or name in NO_SETTINGS:
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


def _explain(error: ValidationError, file: Path, given: Mapping[str, Any]) -> SettingsError:
    """One line with every fault, under the place of the first; a fault that lies elsewhere names its place."""
    shown = str(file) if file.is_file() else "settings"
    faults = list_faults(error)
    places = [_find_variable(fault["loc"]) or shown for fault in faults]
    said = [_describe_fault(fault["type"], fault["loc"], fault["said"], given) for fault in faults]
    elsewhere = (f"{what} ({place})" if place != places[0] else what for what, place in zip(said, places, strict=True))
    return SettingsError("; ".join(elsewhere), where=places[0])


def _find_variable(place: tuple[int | str, ...]) -> str:
    variable = PREFIX + DELIMITER.join(str(part) for part in place[:2] if isinstance(part, str)).upper()
    is_set = any(name.upper() == variable for name in os.environ)
    return f"environment variable {variable}" if is_set else ""


def _describe_fault(kind: str, place: tuple[int | str, ...], said: str, given: Mapping[str, Any]) -> str:
    if kind != "extra_forbidden":
        return f"{name_place(place, given)}: {said}" if place else said
    *table, key = place
    inside = f"{name_place(tuple(table), given)}: " if any(isinstance(part, int) for part in table) else ""
    unknown = key if inside else name_place(place, given)
    return f"{inside}unknown setting {unknown!r}{_suggestion(place)}"


def _suggestion(place: tuple[int | str, ...]) -> str:
    if len(place) > 1 and place[-1] in Settings.model_fields:
        return "; it belongs before the first [section]"
    model = _sections().get(str(place[0]), Settings) if len(place) > 1 else Settings
    near = difflib.get_close_matches(str(place[-1]), model.model_fields, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(model.model_fields)}"


@cache
def _sections() -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {"subscription": Subscription}
    for key, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            found[key] = field.annotation
    return found


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list
