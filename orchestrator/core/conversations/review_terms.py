"""What may be chosen about reviews: light to import, since the command line does."""

from typing import Literal

By = Literal["reason", "product", "agent", "queue", "channel", "random"]
"""What a sample is spread over beside satisfaction and flags; `random` over nothing."""
Every = Literal["week", "month", "quarter"]
"""The periods of drift."""
