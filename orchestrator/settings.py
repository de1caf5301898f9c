"""What can be set: `SWITCHBOARD_*` environment variables, then these defaults; flags of a command win over both."""

from pathlib import Path

from platformdirs import user_state_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestrator.core.errors import SettingsError


class Settings(BaseSettings):
    """Every setting of the program; an unset part stays embedded."""

    model_config = SettingsConfigDict(env_prefix="SWITCHBOARD_", frozen=True, extra="ignore")

    logs: tuple[str, ...] = Field((), description="folders of log files, or TABLE=FILE entries, as a JSON list")
    workspace: str | None = Field(None, description="a Log Analytics workspace id")
    guides: Path | None = Field(None, description="a folder of guides in place of the built-in ones")
    services: Path | None = Field(None, description="an inventory in place of the built-in one")
    state: Path = Field(
        default_factory=lambda: user_state_path("switchboard", appauthor=False),
        description="where the journal and sample data are kept",
    )
    tz: str = Field("UTC", description="IANA zone of times that name none")
    model_base_url: str | None = Field(None, description="a server of the OpenAI protocol, ending in /v1")
    model_name: str | None = Field(None, description="the model to ask there")
    model_api_key: SecretStr | None = Field(None, description="its key")


def load_settings() -> Settings:
    """The settings of this process; SettingsError naming the variable that is wrong, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "SWITCHBOARD_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"the setting {name} is wrong: {first['msg']}") from None
