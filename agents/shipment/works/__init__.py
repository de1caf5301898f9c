"""What procedures have worked out by code: pure, from a document to a document, by the names that procedures use."""
