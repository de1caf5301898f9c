"""What an index is filled with: guides, policies, manuals; and the command that fills the search service."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.app.azure import Azure
from orchestrator.app.past_incidents import past_incidents
from orchestrator.app.search_source import open_search, open_search_clients, search_is_live
from orchestrator.core.ports import Document
from orchestrator.core.report import Json
from orchestrator.settings import Settings
from playbooks.guide import Guide

if TYPE_CHECKING:
    from plugins.search.azure.index import AzureIndex
    from plugins.search.azure.setup import IndexSetup, IndexState

KINDS = ("guide", "policy", "manual")  # what is filled from files; incidents come from the runs of many people
_EMBEDDED: Json = {"backend": "embedded", "indexes": []}
_DONE = {"missing": "created", "current": "unchanged", "updatable": "updated", "rebuild": "recreated"}
_STANDS = {
    "missing": "missing",
    "current": "up to date",
    "updatable": "can be updated",
    "rebuild": "must be recreated",
}


def documents_of(guides: Sequence[Guide]) -> list[Document]:
    """The documents of these guides and of the shipped policies and manuals."""
    from playbooks.documents import guide_document, load_documents  # noqa: PLC0415  # with the Markdown parser

    shipped = Path(str(files("playbooks")))
    found = [
        guide_document(
            guide.id,
            title=guide.title,
            alerts=guide.applies_to.alerts,
            services=guide.applies_to.services,
            symptoms=guide.applies_to.symptoms,
            causes=guide.causes(),
            text=guide.text,
        )
        for guide in guides
    ]
    found += load_documents(shipped / "policies", kind="policy")
    return found + load_documents(shipped / "manuals", kind="manual")


async def fill_search(settings: Settings, guides: Sequence[Guide], *, recreate: bool) -> Json:
    """Create or update the definitions, write every document, and remove what is no longer among the files.

    Past incidents are added: the runs of this state folder that named a cause in real logs.
    The result holds, by index: its name, what was done to its definition, how many documents were written and removed,
    and each that failed, with the reason. Raises `SettingsError` where an index must be rebuilt and `recreate` is off.
    """
    if not search_is_live(settings):
        return _EMBEDDED
    from plugins.search.azure.setup import IndexSetup  # noqa: PLC0415  # where a search service is configured

    documents = [*documents_of(guides), *past_incidents(settings)]
    async with (
        Azure(settings) as azure,
        open_search_clients(settings, azure) as clients,
        open_search(settings, azure, clients=clients) as index,
    ):
        setup = IndexSetup(clients, prefix=settings.search_prefix, dimensions=_dimensions(settings))
        kept = await _kept(setup, index) if recreate else []
        before = await setup.ensure(recreate=recreate)
        documents = list({one.id: one for one in (*kept, *documents)}.values())  # the newer one of two counts
        return {"backend": "azure", "indexes": [await _fill(index, state, documents) for state in before]}


async def _kept(setup: "IndexSetup", index: "AzureIndex") -> list[Document]:
    """What would be lost when the incidents' index is made anew: no file and no state folder has all of it."""
    states = {state.kind: state.difference.state for state in await setup.show()}
    return await index.documents("incident") if states["incident"] == "rebuild" else []


async def _fill(index: "AzureIndex", state: "IndexState", documents: Sequence[Document]) -> Json:
    """Make one index hold what the files say; to the incidents' index is only added."""
    ours = [one for one in documents if one.kind == state.kind]
    known = {one.id for one in ours}
    written = await index.write(ours)
    held = await index.ids(state.kind) if state.kind in KINDS else []
    removed = await index.delete([identifier for identifier in held if identifier not in known])
    return {
        "name": state.name,
        "kind": state.kind,
        "definition": _DONE[state.difference.state],
        "written": sum(one.stored for one in written),
        "removed": sum(one.stored for one in removed),
        "failed": [{"id": one.id, "reason": one.reason} for one in (*written, *removed) if not one.stored],
    }


async def show_search(settings: Settings) -> Json:
    """Each index of the service: its documents, and whether its definition is ours."""
    if not search_is_live(settings):
        return _EMBEDDED
    from plugins.search.azure.setup import IndexSetup  # noqa: PLC0415  # where a search service is configured

    async with Azure(settings) as azure, open_search_clients(settings, azure) as clients:
        setup = IndexSetup(clients, prefix=settings.search_prefix, dimensions=_dimensions(settings))
        states = await setup.show()
    return {
        "backend": "azure",
        "indexes": [
            {
                "name": state.name,
                "kind": state.kind,
                "documents": state.documents,
                "definition": _STANDS[state.difference.state],
                "reasons": list(state.difference.reasons),
            }
            for state in states
        ],
    }


def _dimensions(settings: Settings) -> int | None:
    return settings.embedding_dimensions if settings.embedding_model else None
