"""Which workspaces a query is asked of."""

import pytest

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Value
from plugins.monitor.azure.workspaces import Workspace, route, services_of
from plugins.monitor.references import References

IN_WORKSPACES = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces"
SHOP = Workspace(name="shop", id="1", tables=("App*",), services=("shop*", "cart"))
PAY = Workspace(name="pay", id="2", tables=("App*", "Pay_CL"), services=("pay*",))
REST = Workspace(name="rest", id="3")
SITE = Workspace(name="site", resource="/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/a")
NAMED = Workspace(name="named", resource=f"{IN_WORKSPACES}/a")
ALL = (SHOP, PAY, REST)


def tables(*names: str) -> References:
    """A query of these tables."""
    return References(tables=frozenset(names))


@pytest.mark.parametrize(
    ("references", "services", "expected"),
    [
        (tables("Pay_CL"), [], [PAY, REST]),
        (tables("Heartbeat"), [], [REST]),
        (tables("AppTraces"), [], [SHOP, PAY, REST]),
        (tables("AppTraces"), ["cart"], [SHOP, REST]),
        (tables("AppTraces"), ["payments", "shop-api"], [SHOP, PAY, REST]),
        (tables("AppTraces"), ["unheard-of"], [SHOP, PAY, REST]),
        (tables("Heartbeat", "Pay_CL"), ["pay"], [PAY, REST]),
        (References(everything=True), ["cart"], [SHOP, REST]),
        (References(patterns=frozenset({"A*"})), [], [SHOP, PAY, REST]),
        (References(), [], [SHOP]),
    ],
)
def test_tables_and_services_choose(references: References, services: list[str], expected: list[Workspace]):
    """In the order of the settings; a service that no pattern knows narrows nothing."""
    assert list(route(ALL, references, services=frozenset(services))) == expected


def test_table_that_no_workspace_holds_is_refused():
    """With what is set, and where."""
    with pytest.raises(QueryError, match=r"table 'Heartbeat' \(set are shop: App\*; pay: App\*, Pay_CL\).*WORKSPACES"):
        route((SHOP, PAY), tables("AppTraces", "Heartbeat"))


def test_a_resource_alone_is_asked():
    """By its Azure id."""
    assert route((SITE,), tables("T")) == (SITE,)


@pytest.mark.parametrize("others", [(SITE, REST), (REST, SITE), (SITE, SITE)])
def test_a_resource_is_not_asked_together_with_others(others: tuple[Workspace, ...]):
    """No query of the service can; the message says what can be set instead."""
    places = tuple(
        Workspace(name=f"{item.name}{n}", id=item.id, resource=item.resource) for n, item in enumerate(others)
    )
    with pytest.raises(QueryError, match="is a resource and cannot be asked together with"):
        route(places, tables("T"))


def test_a_workspace_by_its_azure_id_is_taken_in_by_one_with_an_id():
    """Which therefore comes first; two without an id cannot be asked together."""
    assert route((NAMED, REST), tables("T")) == (REST, NAMED)
    two = (NAMED, Workspace(name="more", resource=f"{IN_WORKSPACES}/b"))
    with pytest.raises(QueryError, match="'named', 'more' are given by resource"):
        route(two, tables("T"))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("p_service", "shop", {"shop"}),
        ("p_services", ["shop", "pay", 5], {"shop", "pay"}),
        ("SERVICE_name", "shop", {"shop"}),
        ("p_operation", "shop", set()),
        ("p_service", None, set()),
        ("p_service", "", set()),
    ],
)
def test_services_are_the_texts_of_parameters_named_so(name: str, value: Value, expected: set[str]):
    """One, or a list of them."""
    assert services_of([QueryParameter(name, ColumnType.DYNAMIC, value)]) == expected


@pytest.mark.parametrize(("ident", "resource"), [(None, None), ("1", "/subscriptions/s")])
def test_a_workspace_is_one_place(ident: str | None, resource: str | None):
    """An id or a resource."""
    with pytest.raises(ValueError, match="needs either an id or a resource"):
        Workspace(name="x", id=ident, resource=resource)
