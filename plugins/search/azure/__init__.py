"""Azure AI Search, through its own clients."""
