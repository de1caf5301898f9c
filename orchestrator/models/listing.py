"""Which models a server of the OpenAI protocol says that it has."""

from orchestrator.models.faults import FOREIGN, model_error
from orchestrator.models.wire import WireChat


async def served_models(service: WireChat) -> tuple[str, ...]:
    """The ids of `GET /models`, sorted; an Azure resource lists what it could deploy. Raises ModelError."""
    try:
        return tuple(sorted([item.id async for item in service.client.models.list()]))
    except FOREIGN as error:
        raise model_error(error) from error
