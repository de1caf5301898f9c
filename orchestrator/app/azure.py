"""What all Azure clients of a process share: one credential, one Foundry project, closed on exit."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from orchestrator.core.errors import SettingsError
from orchestrator.settings import Settings, over_loopback

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.credentials_async import AsyncTokenCredential

    from orchestrator.models.foundry import FoundryProject

SCOPES = {
    "logs": "https://api.loganalytics.io/.default",
    "search": "https://search.azure.com/.default",
    "model": "https://ai.azure.com/.default",
    "azure openai": "https://cognitiveservices.azure.com/.default",
}


class Azure:
    """Opens what is asked for when it is first asked for, and gives everybody the same."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._credential: AsyncTokenCredential | None = None
        self._project: FoundryProject | None = None

    def gate(self, kind: str, *, at_once: int | None = None) -> asyncio.Semaphore:
        """What every query of a kind passes: so many at once, by default as set, whichever client asks."""
        return self._gates.setdefault(kind, asyncio.Semaphore(at_once or self.settings.logs_concurrency))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def credential(self) -> "AsyncTokenCredential":
        """The credential that the settings choose."""
        async with self._lock:
            if self._credential is None:
                self._credential = await self._stack.enter_async_context(open_credential(self.settings))
            return self._credential

    async def project(self) -> "FoundryProject":
        """The AI Foundry project; SettingsError where none is set."""
        endpoint = self.settings.project_endpoint
        if endpoint is None:
            raise SettingsError("SWITCHBOARD_PROJECT_ENDPOINT is not set; name the AI Foundry project")
        credential = await self.credential()
        async with self._lock:
            if self._project is None:
                from orchestrator.models.foundry import FoundryProject  # noqa: PLC0415  # where a project is set

                opening = FoundryProject.open(
                    endpoint, credential=credential, enforce_https=not over_loopback(endpoint)
                )
                self._project = await self._stack.enter_async_context(opening)
            return self._project


@asynccontextmanager
async def open_credential(settings: Settings) -> "AsyncIterator[AsyncTokenCredential]":
    """The credential that the settings choose; signing in happens when a client first asks for a token.

    `default` tries, in this order, what azure-identity's default chain tries: environment, workload identity, managed
    identity, then the developer's own sign-ins such as `az login`; a browser is never opened.
    """
    from azure.identity import aio  # noqa: PLC0415  # 0.2 s, where Azure is configured

    credential: AsyncTokenCredential = _credential(settings, aio)
    async with credential:
        yield credential


@contextmanager
def open_blocking_credential(settings: Settings) -> "Iterator[TokenCredential]":
    """The same for a client that has threads of its own."""
    import azure.identity  # noqa: PLC0415  # 0.2 s, where Azure is configured

    credential = _credential(settings, azure.identity)
    with credential:
        yield credential


def _credential(settings: Settings, identities: Any) -> Any:
    """A credential of `azure.identity` or of `azure.identity.aio`, which have classes of the same names."""
    tenant, client = settings.tenant_id, settings.client_id
    match settings.credential:
        case "cli":
            return identities.AzureCliCredential(tenant_id=tenant or "")
        case "environment":
            return identities.EnvironmentCredential()
        case "managed":
            return identities.ManagedIdentityCredential(client_id=client)
        case "workload":
            try:
                return identities.WorkloadIdentityCredential(tenant_id=tenant, client_id=client)
            except ValueError as error:
                raise SettingsError(
                    "SWITCHBOARD_CREDENTIAL is 'workload', but this process has no workload identity "
                    "(AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID and AZURE_TENANT_ID); choose another credential, "
                    "or label the pod for workload identity"
                ) from error
        case "default":
            given = {"managed_identity_client_id": client, "workload_identity_client_id": client} if client else {}
            return identities.DefaultAzureCredential(exclude_interactive_browser_credential=True, **given)


async def signed_in(credential: "AsyncTokenCredential", scope: str) -> str | None:
    """Why no token can be had for a scope, in one line, or None where one can."""
    from azure.core.exceptions import AzureError  # noqa: PLC0415  # comes with the credential

    try:
        await credential.get_token(scope)
    except AzureError as error:
        return str(error).strip().splitlines()[0]
    return None
