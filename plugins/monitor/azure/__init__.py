"""Azure Monitor Logs, metrics and Resource Graph, through Azure's own clients."""
