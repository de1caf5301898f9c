"""The tables of shipments: the record of each, the actions that made it, its numbers, what carriers told, manifests.

What is in them follows from the actions and from the carriers' events, and is written again from those: `version` says
how many events of an action are in the record.
"""

TABLES: tuple[str, ...] = (
    (
        "CREATE TABLE shipments (number INTEGER PRIMARY KEY, action INTEGER NOT NULL UNIQUE, order_id TEXT NOT NULL, "
        "carrier TEXT NOT NULL, stage TEXT NOT NULL, status TEXT NOT NULL, is_open INTEGER NOT NULL, "
        "is_exception INTEGER NOT NULL, late_from TEXT, bought_on TEXT, label TEXT, due_at TEXT, manifest INTEGER, "
        "late_item TEXT, exception_item TEXT, updated_at TEXT NOT NULL, body TEXT NOT NULL)"
    ),
    "CREATE INDEX shipments_order ON shipments (order_id, number)",
    "CREATE INDEX shipments_stage ON shipments (stage, number)",
    "CREATE INDEX shipments_status ON shipments (status, number)",
    "CREATE INDEX shipments_due ON shipments (due_at) WHERE due_at IS NOT NULL",
    "CREATE INDEX shipments_late ON shipments (late_from) WHERE late_from IS NOT NULL",
    "CREATE INDEX shipments_exception ON shipments (number) WHERE is_exception = 1",
    "CREATE INDEX shipments_late_item ON shipments (number) WHERE late_item IS NOT NULL",
    "CREATE INDEX shipments_exception_item ON shipments (number) WHERE exception_item IS NOT NULL",
    "CREATE INDEX shipments_bought ON shipments (bought_on, carrier) WHERE bought_on IS NOT NULL",
    "CREATE TABLE shipment_actions (action INTEGER PRIMARY KEY, shipment INTEGER, version INTEGER NOT NULL)",
    "CREATE INDEX shipment_actions_shipment ON shipment_actions (shipment, action)",
    (
        "CREATE TABLE shipment_numbers (shipment INTEGER NOT NULL, seq INTEGER NOT NULL, number TEXT NOT NULL, "
        "given TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (shipment, seq))"
    ),
    "CREATE INDEX shipment_numbers_number ON shipment_numbers (number, shipment)",
    (
        "CREATE TABLE shipment_events (shipment INTEGER NOT NULL, seq INTEGER NOT NULL, identity TEXT NOT NULL, "
        "received_at TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (shipment, seq), UNIQUE (shipment, identity))"
    ),
    (
        "CREATE TABLE manifests (number INTEGER PRIMARY KEY, carrier TEXT NOT NULL, bought_on TEXT NOT NULL, "
        "made_at TEXT NOT NULL, made_by TEXT NOT NULL, body TEXT NOT NULL)"
    ),
)
