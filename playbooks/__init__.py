"""What users write and change: guides, policies, manuals, routing and services, with their values and parsers."""
