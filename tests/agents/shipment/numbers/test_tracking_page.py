"""docs/tracking.md names every form, state and reason, and its example does what it says."""

import re
from pathlib import Path

from agents.shipment.numbers.forms import ALL
from agents.shipment.numbers.recognition import recognise
from orchestrator.core.shipping.incidents import IncidentReason
from orchestrator.core.shipping.shipment import TrackingStatus

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "tracking.md").read_text(encoding="utf-8")


def test_every_form_has_a_row():
    """The table of forms is that of the code: carrier, name, and what tells it."""
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| ([^|]+) \| [0-9, to]+ \| ([^|]+) \| ([^|]+) \|", PAGE, re.MULTILINE)
    proof = {True: "check digit", False: "letters"}
    expected = {
        (form.carrier, form.name, proof[form.check is not None] if form.check or form.distinct else "-", form.mark)
        for form in ALL
    }
    assert set(rows) == expected


def test_every_state_and_reason_is_named():
    """No state and no reason is missing."""
    assert [status.value for status in TrackingStatus if f"| `{status.value}` | " not in PAGE] == []
    assert [reason.value for reason in IncidentReason if f"`{reason.value}`" not in PAGE] == []


def test_the_example_is_true():
    """The answers that the page shows are those given."""
    assert recognise("1z 999 AA1 01 2345 6784").number == "1Z999AA10123456784"
    assert f"'{recognise('1Z999AA10123456785').reason}'" in PAGE
    assert recognise("320610804900").ambiguous
