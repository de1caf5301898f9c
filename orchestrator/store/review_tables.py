"""The tables of reviews: what was drawn, what people answered, what they dispute. Rows are only ever added.

The text of conversations is in none of them.
"""

TABLES: tuple[str, ...] = (
    (
        "CREATE TABLE review_items (sample TEXT NOT NULL, conversation TEXT NOT NULL, at TEXT NOT NULL, "
        "body TEXT NOT NULL, PRIMARY KEY (sample, conversation))"
    ),
    "CREATE INDEX review_items_conversation ON review_items (conversation, at)",
    (
        "CREATE TABLE reviews (number INTEGER PRIMARY KEY, conversation TEXT NOT NULL, question TEXT NOT NULL, "
        "turn INTEGER NOT NULL, reviewer TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL)"
    ),
    "CREATE INDEX reviews_conversation ON reviews (conversation, question, turn, reviewer, number)",
    (
        "CREATE TABLE review_disputes (number INTEGER PRIMARY KEY, conversation TEXT NOT NULL, at TEXT NOT NULL, "
        "body TEXT NOT NULL)"
    ),
    (
        "CREATE TABLE review_dispute_ends (number INTEGER PRIMARY KEY, at TEXT NOT NULL, state TEXT NOT NULL, "
        "body TEXT NOT NULL)"
    ),
)
