"""How this program signs in to Azure: one credential for all its clients, closed on exit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from orchestrator.core.errors import SettingsError
from orchestrator.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

SCOPES = {
    "logs": "https://api.loganalytics.io/.default",
    "search": "https://search.azure.com/.default",
    "model": "https://ai.azure.com/.default",
    "management": "https://management.azure.com/.default",
}


@asynccontextmanager
async def open_credential(settings: Settings) -> "AsyncIterator[AsyncTokenCredential]":
    """The credential that the settings choose; signing in happens when a client first asks for a token.

    `default` tries, in this order, what azure-identity's default chain tries: environment, workload identity, managed
    identity, then the developer's own sign-ins such as `az login`; a browser is never opened.
    """
    credential = _credential(settings)
    async with credential:
        yield credential


def _credential(settings: Settings) -> "AsyncTokenCredential":
    from azure.identity import aio  # noqa: PLC0415  # 0.2 s, where Azure is configured

    tenant, client = settings.tenant_id, settings.client_id
    match settings.credential:
        case "cli":
            return aio.AzureCliCredential(tenant_id=tenant or "")
        case "environment":
            return aio.EnvironmentCredential()
        case "managed":
            return aio.ManagedIdentityCredential(client_id=client)
        case "workload":
            try:
                return aio.WorkloadIdentityCredential(tenant_id=tenant, client_id=client)
            except ValueError as error:
                raise SettingsError(
                    "SWITCHBOARD_CREDENTIAL is 'workload', but this process has no workload identity "
                    "(AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID and AZURE_TENANT_ID); choose another credential, "
                    "or label the pod for workload identity"
                ) from error
        case "default":
            given = {"managed_identity_client_id": client, "workload_identity_client_id": client} if client else {}
            return aio.DefaultAzureCredential(exclude_interactive_browser_credential=True, **given)


async def signed_in(credential: "AsyncTokenCredential", scope: str) -> str | None:
    """Why no token can be had for a scope, in one line, or None where one can."""
    from azure.core.exceptions import AzureError  # noqa: PLC0415  # comes with the credential

    try:
        await credential.get_token(scope)
    except AzureError as error:
        return str(error).strip().splitlines()[0]
    return None
