"""The names under which a run is exported, and the bounds of their values.

GenAI and database names follow OpenTelemetry's semantic conventions 1.40; what they do not cover begins with
`switchboard.`. A value is an identifier of ours or `_OTHER`: no text of a person, a model or a log becomes one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

OTHER = "_OTHER"
AGENT = "gen_ai.agent.name"
CONVERSATION = "gen_ai.conversation.id"
FINISH_REASONS = "gen_ai.response.finish_reasons"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
MODEL = "gen_ai.request.model"
OPERATION = "gen_ai.operation.name"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
PROVIDER = "gen_ai.provider.name"
TOKEN_TYPE = "gen_ai.token.type"  # noqa: S105  # the name of an attribute
TOOL = "gen_ai.tool.name"
TOOL_CALL = "gen_ai.tool.call.id"
TOOL_TYPE = "gen_ai.tool.type"
WORKFLOW = "gen_ai.workflow.name"
DB_OPERATION = "db.operation.name"
DB_ROWS = "db.response.returned_rows"
DB_SYSTEM = "db.system.name"
DB_TEXT = "db.query.text"
ERROR = "error.type"

_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/@+-]{0,99}", re.ASCII)
_SYSTEMS = MappingProxyType(
    {
        "logs:live": "azure.monitor.logs",
        "logs": "duckdb",
        "search": "sqlite",
        "metrics": "azure.monitor.metrics",
        "resource_graph": "azure.resource_graph",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the events do not say about the parts of this process.

    Attributes:
        provider: Who runs the model: `azure.ai.openai`, `openai`, or `switchboard` for the embedded planner.
        systems: Names of databases by evidence source, such as `{"search": "azure.ai_search"}`, over the built-in ones.
        tools: The granted tools; the name of another one, which a model made up, is not exported.
    """

    provider: str = "switchboard"
    systems: Mapping[str, str] = field(default_factory=dict)
    tools: frozenset[str] = frozenset()

    def system(self, source: str) -> str:
        """The database behind evidence of a source such as `logs:files`."""
        kind = source.partition(":")[0]
        for known in (self.systems, _SYSTEMS):
            for name in (source, kind):
                if name in known:
                    return known[name]
        return OTHER

    def tool(self, name: str) -> str:
        """The tool's name, if it is one of ours."""
        return name if name in self.tools else OTHER


def identifier(value: object) -> str:
    """A value that is an identifier, else `_OTHER`."""
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else OTHER


def text_of(document: object, *path: str) -> str | None:
    """The text at a path inside JSON, or None."""
    for name in path:
        document = document.get(name) if isinstance(document, Mapping) else None
    return document if isinstance(document, str) else None
