"""Puts parameters into a Resource Graph query: its dialect of KQL has no `let`, so names become literals, by token.

Source: Microsoft Learn, "Understanding the Azure Resource Graph query language" (what is left out of KQL).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from orchestrator.core.errors import QueryError
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import ColumnType, Value
from plugins.monitor.embedded.tokens import Kind, Token, tokenize
from plugins.monitor.lets import render_value

TABLES = (
    "AdvisorResources",
    "AlertsManagementResources",
    "AppServiceResources",
    "AuthorizationResources",
    "ChaosResources",
    "ComputeResources",
    "DesktopVirtualizationResources",
    "DnsResources",
    "ExtendedLocationResources",
    "FeatureResources",
    "GuestConfigurationResources",
    "HealthResourceChanges",
    "HealthResources",
    "InsightsResources",
    "KubernetesConfigurationResources",
    "MaintenanceResources",
    "NetworkResources",
    "PatchAssessmentResources",
    "PatchInstallationResources",
    "PolicyResources",
    "QuotaResources",
    "RecoveryServicesResources",
    "ResourceChanges",
    "ResourceContainerChanges",
    "ResourceContainers",
    "Resources",
    "SecurityResources",
    "ServiceHealthResources",
    "SpotResources",
    "SupportResources",
    "TagsResources",
)
"""The tables that a name may be meant to be; an answer, not this list, says which there are."""

_LISTED_AFTER = {"in", "!in", "in~", "!in~", "has_any", "has_all"}
_ITEM_TYPES: tuple[tuple[type, ColumnType], ...] = (
    (bool, ColumnType.BOOL),  # before int: a bool is one
    (int, ColumnType.LONG),
    (float, ColumnType.REAL),
    (str, ColumnType.STRING),
    (datetime, ColumnType.DATETIME),
    (timedelta, ColumnType.TIMESPAN),
)


def fill(kql: str, parameters: Sequence[QueryParameter]) -> str:
    """The query with a literal in place of each parameter's name; its lines stay the author's.

    Names inside of strings, comments and property paths are no parameters. A list that stands alone in the parentheses
    of `in` and its kin becomes the items; elsewhere it is `dynamic([...])`.

    Raises:
        QueryError: A `let`, a parameter that is assigned to, or a value that is not of its type.
    """
    tokens = tokenize(kql)
    solid = [index for index, token in enumerate(tokens) if token.kind not in {Kind.BLANK, Kind.COMMENT}]
    _refuse_lets([tokens[index] for index in solid])
    named = {parameter.name: parameter for parameter in parameters}
    texts = [token.text for token in tokens]
    for place, index in enumerate(solid):
        parameter = named.get(tokens[index].text) if tokens[index].kind is Kind.NAME else None
        if parameter is not None:
            around = _Around(tokens, solid, place)
            texts[index] = _literal(parameter, tokens[index], around)
    return "".join(texts)


class _Around:
    """The solid tokens beside one."""

    def __init__(self, tokens: Sequence[Token], solid: Sequence[int], place: int) -> None:
        self._texts = [tokens[index].text.lower() for index in solid[max(0, place - 3) : place + 2]]
        self._at = min(place, 3)

    def text(self, offset: int) -> str:
        """The text `offset` tokens away, in lower case; '' where there is none."""
        at = self._at + offset
        return self._texts[at] if 0 <= at < len(self._texts) else ""

    @property
    def is_listed(self) -> bool:
        """Whether the token stands alone in the parentheses of `in` or its kin."""
        operator = f"in{self.text(-2)}" if self.text(-2) == "~" and self.text(-3) == "in" else self.text(-2)
        return self.text(-1) == "(" and self.text(1) == ")" and operator in _LISTED_AFTER


def _literal(parameter: QueryParameter, token: Token, around: _Around) -> str:
    if around.text(-1) == ".":
        return token.text
    if around.text(1) == "=":
        raise QueryError(
            f"line {token.line}: {token.text!r} is a parameter and cannot be assigned to; choose another name",
            line=token.line,
        )
    if isinstance(parameter.value, list) and parameter.value and around.is_listed:
        return ", ".join(_item(parameter.name, item) for item in parameter.value)
    return render_value(parameter)


def _item(name: str, value: Value) -> str:
    for python, column in _ITEM_TYPES:
        if isinstance(value, python):
            return render_value(QueryParameter(name, column, value))
    raise QueryError(f"parameter {name!r}: the list holds {value!r}, which no value can be compared with")


def _refuse_lets(solid: Sequence[Token]) -> None:
    for place, token in enumerate(solid):
        if token.kind is Kind.NAME and token.text.lower() == "let" and (place == 0 or solid[place - 1].text == ";"):
            raise QueryError(
                f"line {token.line}: Resource Graph knows no `let`; write the expression where it is used",
                line=token.line,
            )


def tables_in(kql: str) -> tuple[str, ...]:
    """The tables of Resource Graph that the query names, in order."""
    names = (token.text for token in tokenize(kql) if token.kind is Kind.NAME)
    return tuple(dict.fromkeys(name for name in names if name in TABLES))


def located(resources: Sequence[str]) -> tuple[str, tuple[QueryParameter, ...]]:
    """The query for the regions of resources, and its parameter."""
    kql = "Resources\n| where id in~ (m_ids)\n| project id = tolower(id), location"
    return kql, (QueryParameter("m_ids", ColumnType.DYNAMIC, list(resources)),)


def regions(records: Sequence[Mapping[str, Value]]) -> dict[str, str]:
    """Regions by resource id in lower case."""
    return {str(record["id"]).lower(): str(record["location"]) for record in records if record.get("location")}
