"""A manifest as CSV, one line a shipment, for a carrier's portal or a spreadsheet."""

import csv
import io
from collections.abc import Sequence

from orchestrator.surfaces.terminal.fields import Fields, entries, items, number

COLUMNS = (
    *("manifest", "carrier", "id", "order_id", "reference", "service", "tracking_numbers", "parcels", "weight_kg"),
    *("name", "city", "postal_code", "country_code", "amount", "currency"),
)
# a spreadsheet calculates what begins so; a customer's name must not. Source: owasp.org, CSV Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def manifest_csv(manifests: Sequence[Fields]) -> str:
    """All lines of these manifests under one header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # as RFC 4180 has it
    writer.writerow(COLUMNS)
    for manifest in manifests:
        for line in entries(manifest, "shipments"):
            whole = {**line, "manifest": manifest.get("id"), "carrier": manifest.get("carrier")}
            whole["tracking_numbers"] = " ".join(map(str, items(line, "tracking_numbers")))
            if (amount := number(line, "amount")) is not None:
                whole["amount"] = f"{amount:.2f}"
            writer.writerow([_cell(whole.get(name)) for name in COLUMNS])
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        plain = "".join(sign if sign.isprintable() else " " for sign in value)
        return f"'{plain}" if plain.startswith(_FORMULA) else plain
    return "" if value is None else value
