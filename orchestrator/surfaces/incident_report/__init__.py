"""The post-incident report as a page and as Markdown."""
