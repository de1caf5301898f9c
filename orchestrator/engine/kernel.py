"""The one kernel: the chat service and every plugin, by name."""

from collections.abc import Mapping

from semantic_kernel import Kernel
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase

from orchestrator.engine.tools import EvidenceTools, ReportTools, TurnTools


def build_kernel(service: ChatCompletionClientBase, plugins: Mapping[str, object]) -> Kernel:
    """A kernel with the engine's own plugins and these, by plugin name."""
    kernel = Kernel(services=[service])
    own = {"report": ReportTools(), "evidence": EvidenceTools(), "turn": TurnTools()}
    for name, plugin in {**own, **plugins}.items():
        kernel.add_plugin(plugin, plugin_name=name)
    return kernel
