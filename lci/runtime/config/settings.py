"""What is configured: environment variables over config.toml over defaults. Loaded once, passed down."""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from lci.core.conversation import BUILTIN_ANALYST, Approval, ConversationSettings, Language
from lci.core.ports import CodeProtocol
from lci.core.turns import Sharing
from lci.errors import ConfigUnreadable, VariableRefused
from lci.models.providers import provider_of, providers
from lci.runtime.config.keys import key_behind
from lci.runtime.config.legacy import first_reason, legacy_models

if TYPE_CHECKING:
    from lci.kernels.limits import ResourceLimits

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_OPENAI_MODEL = "gpt-5.5"


#: What is counted and measured: never negative, never no number.
_Count: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000_000)]
_AtLeastOne: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000_000)]
_Amount: TypeAlias = Annotated[float, Field(ge=0, allow_inf_nan=False)]

#: Variables of ours that are no settings: what the launcher and the tests' own servers are told by.
_NO_SETTINGS = frozenset({"LCI_KERNEL", "LCI_CONFINEMENT", "LCI_OVERLAY", "LCI_SPOOL"})


class ModelSettings(BaseModel):
    """One configured model; `name` is the server's name for it, empty for the first the server lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str = ""
    label: str = ""
    provider: str = ""
    base_url: str = OPENAI_URL
    api_key: SecretStr = SecretStr("")
    #: Azure's older addresses need one; `name` is the deployment then.
    api_version: str = ""
    #: Sent with every request.
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    window_tokens: int | None = None
    #: None leaves the length of an answer to the server.
    max_output_tokens: int | None = None
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    reasoning_effort: str | None = None
    #: None finds out.
    sees_images: bool | None = None
    #: The id of a model that looks at pictures for this one.
    vision_model: str = ""
    #: What the person tells this model beside the question.
    instructions: str = ""
    #: None finds out.
    protocol: CodeProtocol | None = None
    #: Whether it compares the numbers of each answer with the outputs once more, in a request of its own.
    read_back: bool = False
    #: Empty follows the environment, `none` uses no proxy; never used for this machine.
    proxy: str = ""
    #: Certificates to trust instead of the system's.
    ca_file: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be repeated to anyone."""
        values = (self.api_key, *self.headers.values())
        return tuple(value.get_secret_value() for value in values)


class KernelServerSettings(BaseModel):
    """A Jupyter Server that conversations may run their code on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, max_length=100)
    url: str = Field(pattern=r"^https?://[^/?#@]+(/[^?#]*)?$")
    token: SecretStr = SecretStr("")
    #: Whether the person vouches for that server's own walls; without that each cell asks first.
    isolated: bool = False


class _Common(BaseModel):
    """What config.toml may say, and variables by the same names; the names are frozen."""

    model: str = ""
    instructions: str = ""
    language: Language = "en"
    isolation: Literal["required", "auto", "off"] = "auto"
    approval: Approval = "auto"
    #: What a model may see in new conversations.
    sharing: Sharing = "full"
    #: The Python of new conversations by its path; empty is the app's own.
    environment: str = ""
    cells_per_turn: _AtLeastOne = 25
    failures_in_a_row: _AtLeastOne = 4
    #: Seconds after which a person is asked whether to wait for a cell; it ends where nobody can be. 0: never.
    cell_seconds: _Amount = 120
    #: US dollars one conversation may cost, by the shipped prices; 0 is no budget.
    budget_usd: _Amount = 0
    #: What one conversation's code may use; 0 memory is four fifths of the machine's, 0 elsewhere is no limit.
    memory_gb: _Amount = 0
    workspace_gb: _Amount = 20
    processes: _Count = 512
    cpu_seconds: _Count = 0
    #: Minutes after which an unused kernel is ended; 0 is never.
    kernel_idle_minutes: _Amount = 60
    #: The id of the Jupyter Server for new conversations; empty is this machine.
    kernel_server: str = ""
    #: Kernels kept ready for new conversations; only the app with its page does.
    warm_kernels: _Count = 1
    #: What they import ahead, and the free memory below which none is started.
    warm_imports: tuple[str, ...] = ("numpy", "pandas", "matplotlib.pyplot")
    warm_needs_gb: _Amount = 2
    #: Days for which a deleted conversation can be put back; 0 is for ever.
    keep_deleted_days: _Amount = 30
    #: Models of the original project's config.json that are left out, by id.
    hidden: tuple[str, ...] = ()
    models: list[ModelSettings] = Field(default_factory=list)


class _File(_Common):
    """config.toml, whose `kernels` say how many may be up at once, or, as tables, which servers there are."""

    model_config = ConfigDict(extra="forbid")

    kernels: _Count | list[KernelServerSettings] = 8
    #: How many may be up at once, where there are tables of servers.
    kernels_at_once: _Count = 8


class Settings(BaseSettings, _Common):
    """All settings in force; `LCI_*` variables, `OPENAI_API_KEY` and `OPENAI_BASE_URL` win over the file."""

    model_config = SettingsConfigDict(env_prefix="LCI_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("local-code-interpreter")))
    #: How many may be up at once; 0 is no limit.
    kernels: _Count = 8
    #: Jupyter Servers to run code on.
    kernel_servers: list[KernelServerSettings] = Field(default_factory=list)
    #: Which of `models` are from the original project's config.json.
    legacy: tuple[str, ...] = ()
    #: Models saved though their trial failed: no conversation begins with one unless `model` names it.
    shelved: tuple[str, ...] = ()
    #: Keys in the variables where providers' users keep them, by variable.
    provider_keys: dict[str, SecretStr] = Field(default_factory=dict)
    openai_api_key: SecretStr = Field(default=SecretStr(""), validation_alias="OPENAI_API_KEY")
    openai_base_url: str = Field(default="", validation_alias="OPENAI_BASE_URL")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over the environment; what the file says comes in as arguments where neither says anything."""
        return init_settings, env_settings

    @property
    def configured_models(self) -> tuple[ModelSettings, ...]:
        """The models of the file, and the one that `OPENAI_*` and `LCI_MODEL` describe, first."""
        key, url = self.openai_api_key.get_secret_value(), self.openai_base_url
        if not (key or url) or any(model.id == self.model for model in self.models):
            return tuple(self.models)
        name = "" if self.model == BUILTIN_ANALYST else self.model
        if not name and not url:
            name = DEFAULT_OPENAI_MODEL
        from_environment = ModelSettings(
            id=name or "openai",
            name=name,
            label=name,
            provider="OpenAI" if not url or "api.openai.com" in url else "OpenAI-compatible",
            base_url=url or OPENAI_URL,
            api_key=self.openai_api_key,
        )
        return (from_environment, *self.models)

    @property
    def limits(self) -> ResourceLimits:
        """What one conversation's code may use."""
        from lci.kernels.limits import ResourceLimits, usual_limits

        return ResourceLimits(
            memory_bytes=int(self.memory_gb * 1e9) or usual_limits().memory_bytes,
            processes=self.processes,
            workspace_bytes=int(self.workspace_gb * 1e9),
            cpu_seconds=self.cpu_seconds,
        )

    @property
    def conversation(self) -> ConversationSettings:
        """What a new conversation begins with."""
        return ConversationSettings(
            model=self.default_model,
            approval=self.approval,
            language=self.language,
            environment=self.environment,
            kernel=self.kernel_server,
            sharing=self.sharing,
        )

    @property
    def default_model(self) -> str:
        """The model of new conversations; the built-in analyst when nothing else is there that was seen to work."""
        ids = [*(model.id for model in self.configured_models), BUILTIN_ANALYST]
        return self.model if self.model in ids else next(each for each in ids if each not in self.shelved)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every key in force, for redaction."""
        tokens = (server.token for server in self.kernel_servers)
        held = (self.openai_api_key, *self.provider_keys.values(), *tokens)
        keys = (*(key.get_secret_value() for key in held), *(key for model in self.models for key in model.secrets))
        return tuple(dict.fromkeys(key for key in keys if len(key) >= 6))


def load_settings(**overrides: Any) -> Settings:
    """The settings in force. Raises `ConfigUnreadable` and `VariableRefused`; makes no folder and changes nothing."""
    _check_variables()
    try:
        first = Settings(**overrides)
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        raise VariableRefused(variable=_variable(field[1] if field else ""), reason="it must be JSON") from None
    except ValidationError as error:
        name, _, reason = first_reason(error).partition(": ")
        raise VariableRefused(variable=_variable(name), reason=reason) from None
    path = config_path(first.home)
    file = {name: value for name, value in _read(path).items() if name not in first.model_fields_set}
    variables = {provider.key_variable for provider in providers() if provider.key_variable}
    keys = {name: os.environ[name] for name in variables if os.environ.get(name)}
    settings = _checked({"provider_keys": keys, **file, **overrides}, path)
    return settings.model_copy(update={"kernel_servers": [_with_token(server) for server in settings.kernel_servers]})


def _with_token(server: KernelServerSettings) -> KernelServerSettings:
    """`server` with its token from the keyring, or from the variable of its id."""
    variable = f"LCI_KERNEL_{re.sub(r'[^A-Za-z0-9]', '_', server.id).upper()}_TOKEN"
    token = key_behind(server.token.get_secret_value()) or os.environ.get(variable, "")
    return server.model_copy(update={"token": SecretStr(token)})


def _check_variables() -> None:
    """A name that is mistyped must not leave the default in force, which may be laxer."""
    names = {_variable(name) for name in Settings.model_fields}
    for name in sorted(os.environ):
        is_token = re.fullmatch(r"LCI_KERNEL_\w+_TOKEN", name.upper())
        if name.upper().startswith("LCI_") and name.upper() not in names | _NO_SETTINGS and not is_token:
            close = difflib.get_close_matches(name.upper(), names, n=1)
            reason = f"there is no such setting; perhaps {close[0]} was meant" if close else "there is no such setting"
            raise VariableRefused(variable=name, reason=reason)


def _variable(field: str) -> str:
    """The environment variable of a setting."""
    name = field.partition(".")[0]
    return name if name.startswith("OPENAI_") else f"LCI_{name.upper()}"


def read_again(settings: Settings) -> Settings:
    """`settings` with what config.toml says now of models; the rest stays, keys of the environment included.

    Raises `ConfigUnreadable`.
    """
    path = config_path(settings.home)
    file = _read(path)
    values: dict[str, Any] = {name: file[name] for name in ("models", "model", "hidden") if name in file}
    if os.environ.get("LCI_MODEL"):
        values.pop("model", None)
    checked = _checked({"models": [], **values, "home": settings.home, "provider_keys": settings.provider_keys}, path)
    changed = {name: getattr(checked, name) for name in ("models", "hidden", "legacy")}
    return settings.model_copy(update=changed | ({"model": checked.model} if "model" in values else {}))


def completed(settings: Settings, model: ModelSettings) -> ModelSettings:
    """`model`, whose key may be left empty, with the key that is saved for its id, or its provider's usual one."""
    if model.api_key.get_secret_value():
        return model
    saved = next((each for each in settings.configured_models if each.id == model.id), None)
    if saved is not None:
        return model.model_copy(update={"api_key": saved.api_key})
    return _with_key(model, settings.provider_keys)


def _checked(values: dict[str, Any], path: Path) -> Settings:
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigUnreadable(path=str(path), reason=first_reason(error)) from None
    left_out = {*settings.hidden, *(model.id for model in settings.models)}
    older = [model for model in older_models(settings.home) if model.id not in left_out]
    models = [_with_key(model, settings.provider_keys) for model in (*settings.models, *older)]
    return settings.model_copy(update={"models": models, "legacy": tuple(model.id for model in older)})


def older_models(home: Path) -> tuple[ModelSettings, ...]:
    """The models of the original project's config.json, hidden ones included. Raises `ConfigUnreadable`."""
    return tuple(ModelSettings(**fields) for fields in legacy_models([home, Path.cwd()]))


def _with_key(model: ModelSettings, keys: Mapping[str, SecretStr]) -> ModelSettings:
    """`model` with its key from the keyring, or from its provider's usual variable, sent nowhere else than there."""
    if written := model.api_key.get_secret_value():
        return model.model_copy(update={"api_key": SecretStr(key_behind(written))})
    provider = provider_of("", model.base_url)
    key = keys.get(provider.key_variable) if provider is not None else None
    return model if key is None else model.model_copy(update={"api_key": key})


def config_path(home: Path) -> Path:
    """Where config.toml lies."""
    return home / "config.toml"


def config_text(path: Path) -> str:
    """What config.toml says; nothing when there is none. Raises `ConfigUnreadable`."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigUnreadable(path=str(path), reason=type(error).__name__) from None


def check_config(text: str, path: Path) -> dict[str, Any]:
    """The settings that `text` gives. Raises `ConfigUnreadable`, whose reason repeats no value."""
    try:
        file = _File.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        reason = first_reason(error) if isinstance(error, ValidationError) else str(error)
        raise ConfigUnreadable(path=str(path), reason=reason) from None
    values = file.model_dump(exclude_unset=True)
    if isinstance(file.kernels, list):
        values["kernel_servers"] = values.pop("kernels")
    if "kernels_at_once" in values:
        values["kernels"] = values.pop("kernels_at_once")
    return values


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    values = check_config(config_text(path), path)
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        path.chmod(0o600)
    return values
