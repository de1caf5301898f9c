"""The inventory as grouping asks it."""

from orchestrator.core.incidents.topology import Ownership
from playbooks.services import Service, Services
from playbooks.topology import ServiceTopology

SQL = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/orders"
SHOP = ServiceTopology(
    Services(
        (
            Service(
                id="web", role_names=("shop-web",), depends_on=("orders",), owner="team-web", escalation="call web"
            ),
            Service(id="mail", depends_on=("orders",)),
            Service(id="orders", aliases=("order service",), resource_ids=(SQL,)),
        )
    )
)


def test_services_are_found_by_name_then_resource_then_text():
    """The first that finds something counts."""
    assert SHOP.find(["shop_web", "unknown"], [SQL], "mail is down") == ("web",)
    assert SHOP.find(["unknown"], [f"{SQL.upper()}/databases/a"], "mail is down") == ("orders",)
    assert SHOP.find([], [f"{SQL}-other"], "the order service and mail fail") == ("orders", "mail")
    assert SHOP.find([], [], "nothing") == ()


def test_who_calls_whom():
    """In both directions; an unknown service calls nobody."""
    assert (SHOP.depends_on("web"), SHOP.dependents("orders")) == (("orders",), ("web", "mail"))
    assert (SHOP.depends_on("x"), SHOP.dependents("x")) == ((), ())


def test_who_owns_a_service():
    """Nobody owns one that is not there."""
    assert SHOP.ownership("web") == Ownership("team-web", "call web")
    assert SHOP.ownership("x") == Ownership()
