"""The keys under which a run may record evidence, known before it starts."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from agents.triage.coverage import COVERAGE, SERVICES
from agents.triage.subguide import DEPTH_LIMIT
from playbooks.guide import Guide

_NO_GUIDES: Mapping[str, Guide] = MappingProxyType({})


def evidence_keys(guide: Guide, guides: Mapping[str, Guide] = _NO_GUIDES) -> tuple[str, ...]:
    """The keys under which a run may record evidence, in file order: reserving ids in this order makes them stable."""
    return tuple(_keys(guide, guides, prefix="", chain=(guide.id,)))


def _keys(guide: Guide, guides: Mapping[str, Guide], *, prefix: str, chain: tuple[str, ...]) -> Iterable[str]:
    for step in guide.steps:
        if step.run is not None and step.run.guide in guides and step.run.guide not in chain:
            inner = guides[step.run.guide]
            if len(chain) < DEPTH_LIMIT:
                yield from _keys(inner, guides, prefix=f"{prefix}{step.id}/", chain=(*chain, inner.id))
        if not step.is_decision:
            yield f"{prefix}{step.id}"
    yield f"{prefix}{COVERAGE}"
    yield f"{prefix}{SERVICES}"
