"""What `doctor` says of search: whether the service answers, and whether it holds what the files say."""

from collections.abc import Sequence

from orchestrator.app.azure import Azure
from orchestrator.app.search_source import open_search, search_is_live
from orchestrator.core.errors import SwitchboardError
from orchestrator.core.ports import SearchMode, SearchQuery
from orchestrator.surfaces.application import Finding
from playbooks.guide import Guide

_FILL = "run `switchboard index fill`"
_NAMED = 3  # ids that a message names


async def search(azure: Azure, guides: Sequence[Guide]) -> Finding:
    """Ask the service as a conversation would, vectors and semantic ranker included; a reader's role suffices."""
    try:
        if not search_is_live(azure.settings):
            return Finding(part="search", state="off", detail="embedded: filled from the guides at every start")
        async with open_search(azure.settings, azure) as index:
            held = {kind: await index.ids(kind) for kind in ("guide", "policy", "manual", "incident")}
            # `auto` would do without an embedding model that does not answer
            mode: SearchMode = "hybrid" if azure.settings.embedding_model else "keyword"
            await index.page(SearchQuery(text="service unavailable", top=1, kinds=("guide",), mode=mode))
    except SwitchboardError as error:
        return Finding(part="search", state="wrong", detail=error.message, mend=f"correct the setting, or {_FILL}")
    counts = ", ".join(f"{len(ids)} of kind {kind}" for kind, ids in held.items())
    known = {guide.id for guide in guides}
    for what, ids in (("not in it", known.difference(held["guide"])), ("unknown here", set(held["guide"]) - known)):
        if ids:
            named = ", ".join(sorted(ids)[:_NAMED])
            detail = f"{counts}; {len(ids)} guides are {what}: {named}"
            return Finding(part="search", state="wrong", detail=detail, mend=_FILL)
    return Finding(part="search", state="ok", detail=counts)
