"""Query text as data: nothing in it is an operator of Azure AI Search's simple query syntax."""

import re

# https://learn.microsoft.com/azure/search/query-simple-syntax, "Escaping search operators"
_OPERATORS = re.compile(r'[+|\-"*()\'~\\]')


def plain_text(text: str) -> str:
    """The text with every operator escaped by a backslash, on one line."""
    return _OPERATORS.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))
