import pytest

from orchestrator.core.errors import GuideError
from playbooks.discovery.draft import merged_draft, new_draft
from playbooks.discovery.sighting import Seen
from playbooks.services import parse_services

SEEN = (
    Seen(name="orders", role_names=("orders",), requests=50, namespaces=("prod",)),
    Seen(
        name="on",
        role_names=("on", 'a "b"\n- id: evil'),
        requests=100,
        calls={"orders": 70},
        by_trace=frozenset({"orders"}),
        hosts={"gw.example.com\n  - id: evil": 3},
        resource_ids=("/s/1/pg: own",),
    ),
)
KEPT = """\
# ours
services:
  - id: orders   # the heart
    aliases: [order service]
    depends_on: [billing]
    owner: team-fulfil
  - id: billing
    role_names: []
"""


def test_a_draft_is_an_inventory_with_its_reasons():
    """It parses, whatever names telemetry holds, and says what each line was inferred from."""
    draft = new_draft(SEEN, origin="log files up to now", notes=("pods: no table\nKube",))
    found = parse_services(draft.text, file="x")
    assert [service.id for service in found] == ["orders", "on"]
    on = found.find("on")
    assert on is not None
    assert (on.depends_on, on.resource_ids) == (("orders",), ("/s/1/pg: own",))
    assert "- orders  # 70 calls; its requests were seen there" in draft.text
    assert "# pods: no table Kube" in draft.text
    assert draft.added == ("orders", "on")


def test_a_file_keeps_what_people_wrote():
    """Comments, aliases, owners and dependencies stay; what is new is added; what is not seen is reported."""
    draft = merged_draft(KEPT, SEEN, file="services.yaml")
    assert "# ours\n" in draft.text
    assert "id: orders   # the heart" in draft.text
    found = {service.id: service for service in parse_services(draft.text, file="x")}
    assert (found["orders"].owner, found["orders"].aliases, found["orders"].depends_on) == (
        "team-fulfil", ("order service",), ("billing",),
    )  # fmt: skip
    assert found["orders"].namespaces == ("prod",)
    assert found["on"].depends_on == ("orders",)
    assert draft.document() == {
        "added": ["on"],
        "changed": [{"service": "orders", "field": "namespaces", "value": "prod"}],
        "vanished": ["billing"],
        "unseen": [{"service": "orders", "depends_on": "billing"}],
    }


def test_a_second_time_changes_nothing():
    """Not even the layout."""
    once = merged_draft(KEPT, SEEN, file="services.yaml").text
    again = merged_draft(once, SEEN, file="services.yaml")
    assert again.text == once
    assert (again.added, again.changed) == ((), ())


def test_a_service_is_known_by_its_aliases():
    """Telemetry's name may be what people also call it."""
    draft = merged_draft(KEPT, (Seen(name="Order-Service", role_names=("Order-Service",), requests=1),), file="x")
    assert draft.added == ()
    assert draft.changed == ()


def test_a_file_that_is_no_inventory_is_refused():
    """With its place."""
    with pytest.raises(GuideError, match="services"):
        merged_draft("teams: []\n", SEEN, file="x")
