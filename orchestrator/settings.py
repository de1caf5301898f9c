"""What can be set: `SWITCHBOARD_*` environment variables, then these defaults; flags of a command win over both."""

import json
import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_state_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from orchestrator.core.errors import SettingsError

PREFIX = "SWITCHBOARD_"
MENDS = {
    "logs": 'give a folder, TABLE=FILE, several of them with {pathsep} between, or a JSON list such as ["./export"]',
    "workspace": "give the id of a Log Analytics workspace, or unset it",
    "guides": "give a folder of guides, or unset it for the built-in ones",
    "services": "give an inventory file, or unset it",
    "state": "give a folder that can be written",
    "tz": "give an IANA name such as Europe/Oslo or UTC",
    "model_base_url": "give an address such as http://localhost:8000/v1, or unset it for the embedded planner",
    "model_name": "give the name of a model that the server has",
    "model_api_key": "give the key as text",
}


class Settings(BaseSettings):
    """Every setting of the program; an unset or empty part stays embedded."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    logs: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="folders of log files, or TABLE=FILE entries: a path list or a JSON list"
    )
    workspace: str | None = Field(default=None, description="a Log Analytics workspace id")
    guides: Path | None = Field(default=None, description="a folder of guides in place of the built-in ones")
    services: Path | None = Field(default=None, description="an inventory in place of the built-in one")
    state: Path = Field(
        default_factory=lambda: user_state_path("switchboard", appauthor=False),
        description="where the journal and sample data are kept",
    )
    tz: str = Field(default="UTC", description="IANA zone of times that name none")
    model_base_url: str | None = Field(default=None, description="a server of the OpenAI protocol, ending in /v1")
    model_name: str | None = Field(default=None, description="the model to ask there")
    model_api_key: SecretStr | None = Field(default=None, description="its key")

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

    @field_validator("tz")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("there is no time zone of that name") from None
        return value

    @field_validator("model_base_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)  # raises ValueError where the address is broken
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it is no http or https address")
        return value


def load_settings() -> Settings:
    """The settings of this process; SettingsError naming the variable that is wrong and the mend, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        problem = first["msg"].removeprefix("Value error, ")
        raise SettingsError(_message(field, problem)) from None
    except SourceError as error:
        # its text names the field, and its cause may quote the value
        field = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        raise SettingsError(_message(field, "it cannot be read")) from None


def _message(field: str, problem: str) -> str:
    mend = MENDS.get(field, "correct or unset it").format(pathsep=os.pathsep)
    return f"the setting {PREFIX}{field.upper()} is wrong: {problem}; {mend}"
