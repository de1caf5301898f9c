"""What can be set. A command's flag wins over the environment, that over `.env`, that over a TOML file.

The TOML file is the one that `SWITCHBOARD_CONFIG` names, else `switchboard.toml` in the working directory, else
`settings.toml` in the user's configuration folder. An unset or empty part stays embedded.
"""

import json
import os
import re
import tomllib
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_config_path, user_state_path
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
from pydantic_settings import BaseSettings, InitSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from orchestrator.core.errors import InputError, SettingsError
from orchestrator.core.schedules import read_every, read_span

PREFIX = "SWITCHBOARD_"
CONFIG = f"{PREFIX}CONFIG"
LOCAL_FILE = "switchboard.toml"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_RESOURCE = re.compile(r"/subscriptions/[^/\s?#]+(/[^/\s?#]+)*", re.IGNORECASE)
_ADDRESS = "give an address such as {example}, or unset it"
MENDS = {
    "logs": 'give a folder, TABLE=FILE, several of them with {pathsep} between, or a JSON list such as ["./export"]',
    "workspace": "give the id of a Log Analytics workspace, or unset it",
    "workspaces": 'give a table per workspace, such as [workspaces.shop] with id = "..." and tables = ["App*"]',
    "logs_endpoint": _ADDRESS.format(example="https://api.loganalytics.io"),
    "management_endpoint": _ADDRESS.format(example="https://management.azure.com"),
    "metrics_endpoint": _ADDRESS.format(example="https://westeurope.metrics.monitor.azure.com"),
    "logs_scan_limit_gb": "give how many gigabytes one run's queries may scan, such as 50, or unset it",
    "logs_concurrency": "give how many live queries may be asked at once, such as 4",
    "run_time_limit_s": "give the seconds that one run may take, such as 600",
    "schedules": 'give a table per schedule, such as [schedules.checkout] with guide = "ID" and every = "15m"',
    "incidents": 'give a table such as [incidents] with service_window = "30m" and longest = "4h"',
    "guides": "give a folder of guides, or unset it for the built-in ones",
    "services": "give an inventory file, or unset it",
    "insights": "give a folder that can be written, or unset it for one in the state folder",
    "live_triggers": "give a YAML file of triggers, or unset it for the built-in one",
    "watch_chats": "give true or false",
    "procedures": "give a folder with *.yaml files of procedures, or unset it for the built-in ones",
    "policies": "give a folder with *.yaml files of policies, or unset it for the built-in ones",
    "mode": "give read_only, review or autonomous",
    "environment": "give a name that the rules of the policies know, such as production, or unset it",
    "state": "give a folder that can be written",
    "state_url": "give an address such as postgresql://user:password@host:5432/switchboard, or unset it",
    "tz": "give an IANA name such as Europe/Oslo or UTC",
    "credential": "give default, cli, environment, managed or workload",
    "client_id": "give the client id of a user-assigned identity, or unset it",
    "tenant_id": "give the id of the Entra tenant, or unset it",
    "project_endpoint": _ADDRESS.format(example="https://NAME.services.ai.azure.com/api/projects/PROJECT"),
    "azure_openai_endpoint": _ADDRESS.format(example="https://NAME.openai.azure.com"),
    "azure_openai_api_version": "give a version such as 2024-10-21",
    "model_base_url": "give an address such as http://localhost:8000/v1, or unset it for the embedded planner",
    "model_name": "give the name of a model, or of a deployment on Azure",
    "model_api_key": "give the key as text",
    "model_timeout_s": "give the seconds that one answer of the model may take, such as 60",
    "model_token_limit": "give how many tokens one run may use, such as 200000, or unset it",
    "model_cost_limit": "give what one run may cost, in the currency of the prices, or unset it",
    "model_input_price": "give the price of a million input tokens, or unset it",
    "model_output_price": "give the price of a million output tokens, or unset it",
    "search_endpoint": _ADDRESS.format(example="https://NAME.search.windows.net"),
    "search_connection": "give the name of a search connection of the Foundry project, or unset it",
    "search_key": "give the key as text, or unset it to use the identity",
    "search_prefix": "give lower-case letters, digits and single dashes, such as switchboard",
    "search_semantic": "give true or false",
    "embedding_model": "give the name of an embedding deployment of the model's endpoint, or unset it",
    "embedding_dimensions": "give the length of the embedding's vectors, such as 1536",
    "workflows": 'give a table per workflow, such as [workflows.notify] with url = "https://..."',
    "otlp_endpoint": _ADDRESS.format(example="http://localhost:4318"),
    "appinsights_connection_string": "give the connection string of Application Insights, or unset it",
    "appinsights_identity": "give true or false",
    "log_to": "give file, stderr or both",
    "log_level": "give debug, info, warning or error",
}


class WorkspaceSetting(BaseModel):
    """One Log Analytics workspace, or an Azure resource whose logs are asked, and what is found there.

    Attributes:
        id: The workspace's id (a GUID).
        resource: In place of `id`: the resource's Azure id, `/subscriptions/...`.
        tables: Names or patterns (`App*`) of the tables that are asked here; none means every table.
        services: Names or patterns of the services that log here; none means every service.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | None = None
    resource: str | None = None
    tables: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_place(self) -> "WorkspaceSetting":
        if (self.id is None) == (self.resource is None):
            raise ValueError("it needs either id or resource")
        if self.id is not None and not _GUID.fullmatch(self.id):
            raise ValueError("id is no GUID: it is the workspace's id (customer id), not its name")
        if self.resource is not None and not _RESOURCE.fullmatch(self.resource):
            raise ValueError("resource is no Azure resource id such as /subscriptions/ID/resourceGroups/NAME/...")
        return self


class WorkflowSetting(BaseModel):
    """One Logic Apps workflow with a request trigger.

    Attributes:
        url: The trigger's address; with its signature (`sig=`) it is a secret as a whole.
        audience: Without a signature: the audience of the Entra token, such as `https://management.azure.com`.
        resource: The workflow's Azure id, `/subscriptions/...`, where its run history may be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr
    audience: str | None = None
    resource: str | None = None


class ScheduleSetting(BaseModel):
    """A guide that a worker runs as a health check.

    Attributes:
        guide: Its id.
        every: How often: a span such as `15m`, `2h` or `1d`.
        parameters: Its parameters, as text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    guide: str
    every: str
    parameters: dict[str, str] = Field(default_factory=dict)

    @field_validator("every")
    @classmethod
    def _span(cls, value: str) -> str:
        try:
            read_every(value)
        except InputError as error:
            raise ValueError(error.message) from None
        return value


def _read_span(value: object) -> object:
    span = value if isinstance(value, timedelta) else read_span(str(value))
    if span is None:
        raise ValueError("it is no span of time such as 30s, 15m, 4h or 1d")
    return span


Span = Annotated[timedelta, BeforeValidator(_read_span)]


class IncidentsSetting(BaseModel):
    """The spans by which alerts are one incident, each as `30s`, `15m`, `4h` or `1d`.

    Attributes:
        service_window: Alerts of one service or resource are one where one begins while the other holds, or so long
            after its beginning or end.
        topology_window: The same where one's service calls the other's.
        longest: An alert that has held for so long takes no more in.
        reopen_window: An alert that fires again so soon after its end opens its incident again.
        flap_count: An alert that fires so often within `flap_window`, with an end each time, flaps.
        flap_window: The span in which firings are counted.
        quiet: How long an alert that flaps must be silent before it counts as resolved.
        debounce: How long a new incident's run waits for the alerts that belong to it, where a worker runs it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service_window: Span = timedelta(minutes=30)
    topology_window: Span = timedelta(minutes=10)
    longest: Span = timedelta(hours=4)
    reopen_window: Span = timedelta(minutes=30)
    flap_count: int = Field(default=4, ge=2)
    flap_window: Span = timedelta(minutes=30)
    quiet: Span = timedelta(minutes=15)
    debounce: Span = timedelta(seconds=5)


class Settings(BaseSettings):
    """Every setting of the program."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, env_file=".env", frozen=True, extra="ignore"
    )

    logs: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="folders of log files, or TABLE=FILE entries: a path list or a JSON list"
    )
    workspace: str | None = Field(default=None, description="a Log Analytics workspace id")
    workspaces: dict[str, WorkspaceSetting] = Field(
        default_factory=dict, description="several workspaces by name: id or resource, tables, services"
    )
    logs_endpoint: str | None = Field(default=None, description="the query endpoint of another Azure cloud")
    management_endpoint: str | None = Field(
        default=None, description="the resource manager of another Azure cloud, for Resource Graph"
    )
    metrics_endpoint: str | None = Field(
        default=None,
        description="the metrics endpoint of another Azure cloud or of one region; `{region}` is filled in",
    )
    logs_scan_limit_gb: float | None = Field(default=None, gt=0, description="gigabytes that one run may scan")
    logs_concurrency: int = Field(
        default=4, ge=1, le=100, description="live queries that this program asks at once, of each kind"
    )
    run_time_limit_s: float = Field(default=600.0, gt=0, description="seconds that one run may take")
    schedules: dict[str, ScheduleSetting] = Field(
        default_factory=dict, description="guides that a worker runs by the clock: guide, every, parameters"
    )
    incidents: IncidentsSetting = Field(
        default=IncidentsSetting(), description="the spans by which alerts are one incident"
    )
    guides: Path | None = Field(default=None, description="a folder of guides in place of the built-in ones")
    services: Path | None = Field(default=None, description="an inventory in place of the built-in one")
    insights: Path | None = Field(
        default=None, description="a folder that keeps insights in place of the state folder's"
    )
    live_triggers: Path | None = Field(
        default=None, description="a file of triggers of running conversations in place of the built-in one"
    )
    watch_chats: bool = Field(
        default=True, description="whether what customers say in a chat can raise a trigger, and call a person"
    )
    policies: Path | None = Field(default=None, description="a folder of policies in place of the built-in ones")
    procedures: Path | None = Field(default=None, description="a folder of procedures in place of the built-in ones")
    mode: Literal["read_only", "review", "autonomous"] = Field(
        default="review", description="how much may be done without a person"
    )
    environment: str | None = Field(default=None, description="where actions act, as the policies call it")
    state: Path = Field(
        default_factory=lambda: user_state_path("switchboard", appauthor=False),
        description="where the journal and sample data are kept",
    )
    state_url: SecretStr | None = Field(
        default=None, description="a PostgreSQL database that keeps the state in place of a file in that folder"
    )
    tz: str = Field(default="UTC", description="IANA zone of times that name none")
    credential: Literal["default", "cli", "environment", "managed", "workload"] = Field(
        default="default", description="how this program signs in to Azure"
    )
    client_id: str | None = Field(default=None, description="the client id of a user-assigned or workload identity")
    tenant_id: str | None = Field(default=None, description="the Entra tenant to sign in to")
    project_endpoint: str | None = Field(default=None, description="an AI Foundry project")
    azure_openai_endpoint: str | None = Field(default=None, description="an Azure OpenAI resource, without a project")
    azure_openai_api_version: str = Field(default="2024-10-21", description="its API version")
    model_base_url: str | None = Field(default=None, description="a server of the OpenAI protocol, ending in /v1")
    model_name: str | None = Field(default=None, description="the model or deployment to ask there")
    model_api_key: SecretStr | None = Field(default=None, description="the key of the model's endpoint")
    model_timeout_s: float = Field(default=60.0, gt=0, description="seconds that one answer of the model may take")
    model_token_limit: int | None = Field(default=None, gt=0, description="tokens that one run may use")
    model_cost_limit: float | None = Field(default=None, gt=0, description="what one run's model calls may cost")
    model_input_price: float | None = Field(default=None, ge=0, description="price of a million input tokens")
    model_output_price: float | None = Field(default=None, ge=0, description="price of a million output tokens")
    search_endpoint: str | None = Field(default=None, description="an Azure AI Search service")
    search_connection: str | None = Field(default=None, description="its connection's name in the Foundry project")
    search_key: SecretStr | None = Field(default=None, description="its key, where no identity is used")
    search_prefix: str = Field(
        default="switchboard", pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="first part of the indexes' names"
    )
    search_semantic: bool = Field(default=False, description="whether results are ranked again by meaning")
    embedding_model: str | None = Field(default=None, description="the embedding deployment for vector search")
    embedding_dimensions: int = Field(default=1536, gt=0, description="the length of its vectors")
    workflows: dict[str, WorkflowSetting] = Field(
        default_factory=dict, description="Logic Apps workflows by name: url, audience"
    )
    otlp_endpoint: str | None = Field(default=None, description="a collector of OpenTelemetry, over HTTP")
    appinsights_connection_string: SecretStr | None = Field(
        default=None, description="Application Insights, for traces and metrics; `project` takes the Foundry project's"
    )
    appinsights_identity: bool = Field(
        default=False, description="whether Application Insights is written to with the identity, where keys are off"
    )
    log_to: Literal["file", "stderr", "both"] = Field(
        default="file", description="where the program's log goes: the state folder's file, stderr, or both"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="the least serious entry of the program's log that is written"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # there are none
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then `.env`, then the file."""
        file = InitSettingsSource(settings_cls, init_kwargs=_read_file(config_file()))
        return init_settings, env_settings, dotenv_settings, file

    @field_validator("logs", mode="before")
    @classmethod
    def _read_logs(cls, value: object) -> object:
        """A JSON list, else a path or several as in PATH."""
        if not isinstance(value, str):
            return value
        if not value.lstrip().startswith("["):
            return tuple(part.strip() for part in value.split(os.pathsep) if part.strip())
        try:
            return tuple(json.loads(value))
        except (ValueError, RecursionError):
            raise ValueError("it begins like a JSON list and is none") from None

    @field_validator("state_url")
    @classmethod
    def _database_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and urlsplit(value.get_secret_value()).scheme not in {"postgresql", "postgres"}:
            raise ValueError("it is no postgresql address")
        return value

    @field_validator("tz")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("there is no time zone of that name") from None
        return value

    @field_validator(
        "model_base_url",
        "project_endpoint",
        "azure_openai_endpoint",
        "search_endpoint",
        "logs_endpoint",
        "management_endpoint",
        "metrics_endpoint",
        "otlp_endpoint",
    )
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)  # raises ValueError where the address is broken
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it is no http or https address")
        return value

    @field_validator(
        "project_endpoint",
        "azure_openai_endpoint",
        "search_endpoint",
        "logs_endpoint",
        "management_endpoint",
        "metrics_endpoint",
    )
    @classmethod
    def _token_address(cls, value: str | None) -> str | None:
        """Tokens and keys travel over https, but to this machine itself."""
        if value is not None and not over_loopback(value) and urlsplit(value).scheme != "https":
            raise ValueError("it is no https address, and a token would travel in the clear")
        return value


def over_loopback(address: str | None) -> bool:
    """Whether an address is plain http to this machine, where no certificate is to be had."""
    parts = urlsplit(address or "")
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def config_file() -> Path | None:
    """The TOML file that is read, or None; SettingsError where the one that is named is not there."""
    if named := os.environ.get(CONFIG):
        if not Path(named).is_file():
            raise SettingsError(f"{CONFIG} names {named!r}, which is no file; correct or unset it")
        return Path(named)
    candidates = (Path(LOCAL_FILE), user_config_path("switchboard", appauthor=False) / "settings.toml")
    return next((path for path in candidates if path.is_file()), None)


def _read_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); make it readable UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not TOML: {error}; see docs/settings.md") from None
    for name in found:
        if name not in Settings.model_fields:
            near = get_close_matches(name, Settings.model_fields, n=1)
            mend = f"did you mean {near[0]!r}?" if near else "docs/settings.md lists what there is"
            raise SettingsError(f"{path}: there is no setting {name!r}; {mend}")
    return found


def named_variables() -> tuple[str, ...]:
    """The variables of the environment and of `.env` that begin as settings do, sorted."""
    from dotenv import dotenv_values  # noqa: PLC0415  # pydantic-settings has imported it

    written = dotenv_values(".env") if Path(".env").is_file() else {}
    return tuple(sorted(name for name in {*os.environ, *written} if name.upper().startswith(PREFIX)))


def unknown_variables() -> dict[str, str | None]:
    """Those of them that are no settings, each with the nearest setting's name."""
    known = {CONFIG, *(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)}
    strange = [name for name in named_variables() if name.upper() not in known]
    near = {name: get_close_matches(name.upper(), sorted(known), n=1, cutoff=0.6) for name in strange}
    return {name: found[0] if found else None for name, found in near.items()}


def load_settings() -> Settings:
    """The settings of this process; SettingsError naming the setting that is wrong and the mend, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        within = ".".join(str(part) for part in first["loc"][1:])
        problem = first["msg"].removeprefix("Value error, ")
        raise SettingsError(_message(field, f"{within}: {problem}" if within else problem)) from None
    except SourceError as error:
        # its text names the field, and its cause may quote the value
        field = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        raise SettingsError(_message(field, "it cannot be read")) from None
    except (OSError, UnicodeDecodeError) as error:  # the TOML file's own are told before
        raise SettingsError(f".env: cannot be read ({error}); make it readable UTF-8 text") from None


def _message(field: str, problem: str) -> str:
    mend = MENDS.get(field, "correct or unset it").format(pathsep=os.pathsep)
    return f"{_place(field)}the setting {PREFIX}{field.upper()} is wrong: {problem}; {mend}"


def _place(field: str) -> str:
    """The TOML file, where nothing before it sets this."""
    from dotenv import dotenv_values  # noqa: PLC0415  # only for a message; pydantic_settings has imported it

    file = config_file()
    names = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    return f"{file}: " if file is not None and field in _read_file(file) and PREFIX + field.upper() not in names else ""
