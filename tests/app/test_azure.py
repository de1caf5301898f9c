"""What all Azure clients of a process share."""

from pathlib import Path

import pytest
from azure.identity import aio
from managed_identity import ManagedIdentity
from serving import serve

from orchestrator.app.azure import SCOPES, Azure, open_blocking_credential, open_credential, signed_in
from orchestrator.core.errors import SettingsError
from orchestrator.settings import Settings, load_settings

KINDS = {
    "default": aio.DefaultAzureCredential,
    "cli": aio.AzureCliCredential,
    "environment": aio.EnvironmentCredential,
    "managed": aio.ManagedIdentityCredential,
    "workload": aio.WorkloadIdentityCredential,
}


def settings_of(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    """Settings from the environment."""
    for name, value in values.items():
        monkeypatch.setenv(f"SWITCHBOARD_{name.upper()}", value)
    return load_settings()


@pytest.mark.parametrize("name", KINDS)
async def test_the_setting_chooses_how_to_sign_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    """Each by azure-identity's own class, in tasks and in threads."""
    (tmp_path / "token").write_text("federated")
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
    settings = settings_of(
        monkeypatch, credential=name, client_id="11111111-2222-3333-4444-555555555555", tenant_id="t"
    )
    async with open_credential(settings) as credential:
        assert type(credential) is KINDS[name]
    with open_blocking_credential(settings) as blocking:
        assert type(blocking).__name__ == KINDS[name].__name__


async def test_a_workload_identity_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what a pod gets when it is labelled for it."""
    monkeypatch.delenv("AZURE_FEDERATED_TOKEN_FILE", raising=False)
    with pytest.raises(SettingsError, match="AZURE_FEDERATED_TOKEN_FILE"):
        async with open_credential(settings_of(monkeypatch, credential="workload")):
            pass


async def test_everybody_gets_the_same_credential_and_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One token serves all who ask for the same audience."""
    identity = ManagedIdentity("token")
    async with serve(identity.app) as address:
        for name, value in ManagedIdentity.environment(address).items():
            monkeypatch.setenv(name, value)
        async with Azure(settings_of(monkeypatch, credential="managed")) as azure:
            first, second = await azure.credential(), await azure.credential()
            assert first is second
            assert [await signed_in(first, SCOPES["logs"]) for _ in range(2)] == [None, None]
            assert await signed_in(second, SCOPES["search"]) is None
        assert identity.asked == ["https://api.loganalytics.io", "https://search.azure.com"]


async def test_why_nobody_is_signed_in_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's text has several."""
    async with open_credential(settings_of(monkeypatch, credential="environment")) as credential:
        trouble = await signed_in(credential, SCOPES["logs"])
    assert trouble
    assert "\n" not in trouble


async def test_nothing_is_opened_that_nobody_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that is not named is told when somebody asks for it."""
    async with Azure(settings_of(monkeypatch)) as azure:
        with pytest.raises(SettingsError, match="SWITCHBOARD_PROJECT_ENDPOINT is not set"):
            await azure.project()
