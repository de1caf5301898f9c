"""Steps that ask for metrics or the resource graph: read, refused, linted."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from orchestrator.core.errors import GuideError, QueryError
from orchestrator.core.metrics import Aggregation
from orchestrator.core.ports import QueryParameter
from orchestrator.core.table import Column, ColumnType
from playbooks.guide import Guide
from playbooks.lint import lint_guide
from playbooks.parse import parse_guide

METRICS = """resource: "{p_database}"
namespace: Microsoft.Sql/servers/databases
names: [cpu_percent, dtu]
aggregation: [maximum, average]
interval: PT5M
split_by: {Zone: ["1", "{p_zone}"], Host: []}
"""
STEP = """branches:
  - when: "rows.exists(r, r.Maximum > 90.0)"
    finding: "up to {row.Maximum:.0f} % in zone {row.Zone}"
    next: [resources]
  - otherwise: true
    unknown: "no metrics"
"""
GRAPH = """Resources
| where location in~ (p_regions) and name == load_worst
| project id, n = tolong(1)
"""


def text(metrics: str = METRICS, step: str = STEP, graph: str = GRAPH) -> str:
    """A guide with a step of each kind; its metrics block begins in line 18."""
    return f"""---
id: tiny
title: Tiny
owner: me
reviewed: 2026-03-01
applies_to: {{symptoms: [slow]}}
tables:
  AzureMetrics: {{TimeGenerated: datetime}}
  Resources: {{id: string, location: string}}
parameters:
  p_database: {{type: string}}
  p_zone: {{type: string, default: "2"}}
  p_regions: {{type: list<string>}}
---
## Load {{#load}}

```metrics
{metrics}```
```yaml step
out: {{worst: "row.Resource"}}
{step}```

## Resources {{#resources}}
```resource_graph
{graph}```
```yaml step
branches:
  - when: "row.n > 1"
    finding: "{{row.id}}"
  - otherwise: true
    unknown: "none"
```
"""


def made(**parts: str) -> Guide:
    """The guide, read."""
    return parse_guide(text(**parts), path="g.md")


def test_both_kinds_are_read() -> None:
    """With their lines, types and templates."""
    load, resources = made().steps
    assert load.metrics is not None
    assert load.metrics.names == ("cpu_percent", "dtu")
    assert load.metrics.aggregations == (Aggregation.MAXIMUM, Aggregation.AVERAGE)
    assert load.metrics.interval == timedelta(minutes=5)
    assert load.metrics.split_by == (("Zone", ("1", "{p_zone}")), ("Host", ()))
    assert [column.name for column in load.metrics.columns()] == [
        "TimeGenerated", "Resource", "Metric", "Zone", "Host", "Average", "Maximum",
    ]  # fmt: skip
    assert (resources.resource_graph or "").startswith("Resources\n")
    assert text().splitlines()[resources.query_line - 1] == "Resources"
    assert not load.is_decision
    assert not resources.is_decision


@pytest.mark.parametrize("interval", ["PT5M", "pt5m", "5m", "00:05:00"])
def test_intervals(interval: str) -> None:
    """As Azure writes them, and as the other lengths of a guide."""
    step = made(metrics=METRICS.replace("PT5M", f'"{interval}"')).steps[0]
    assert step.metrics is not None
    assert step.metrics.interval == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("namespace: Microsoft.Sql/servers/databases\n", "", "'namespace' is missing"),
        ("namespace:", "namspace:", "did you mean 'namespace'"),
        ("aggregation: [maximum, average]", "aggregation: mean", "'mean' is not one of average, total"),
        ("names: [cpu_percent, dtu]", 'names: ["a,b"]', "holds a comma"),
        ("names: [cpu_percent, dtu]", "names: []", "0 names"),
        ("interval: PT5M", "interval: PT90S", "not an interval"),
        ("interval: PT5M", "interval: 90s", "out of range"),
        ("interval: PT5M", "interval: P2D", "out of range"),
        ('split_by: {Zone: ["1", "{p_zone}"], Host: []}', "split_by: [Metric]", "name of a column of every answer"),
        ('resource: "{p_database}"', 'resource: "{p_databas}"', "did you mean 'p_database'"),
        ('resource: "{p_database}"', "resource: []", "the list is empty"),
        ('resource: "{p_database}"', 'resource: "{p_database"', "never closed"),
        ('resource: "{p_database}"', 'resource: "{out.worst}"', "no output 'worst'"),
        ('"{p_zone}"', '"{p_zon}"', "did you mean 'p_zone'"),
    ],
)
def test_faults_are_told_with_their_place(old: str, new: str, said: str) -> None:
    """File, line, field and the mend."""
    assert old in METRICS
    with pytest.raises(GuideError) as refused:
        made(metrics=METRICS.replace(old, new, 1))
    assert said in refused.value.message
    assert refused.value.message.startswith("g.md:")
    assert "steps.load.metrics" in refused.value.message


def test_a_step_asks_one_thing() -> None:
    """Two blocks that ask, or a block beside `ask`, are refused; so are the words as keys of the step."""
    with pytest.raises(GuideError, match="2 resource_graph and kql blocks"):
        made(graph=f"{GRAPH}```\n```kql\nT\n")
    with pytest.raises(GuideError, match="found a metrics block and ask"):
        made(step=f"ask: How?\n{STEP}")
    with pytest.raises(GuideError, match="write ```resource_graph"):
        made(step=f"resource_graph: x\n{STEP}")


def test_a_query_may_not_name_a_step_that_does_not_lead_here() -> None:
    """Outputs reach a resource graph query as they reach KQL."""
    with pytest.raises(GuideError, match="'load_worst', but step 'load' does not lead to 'resources'"):
        made(step=STEP.replace("    next: [resources]\n", ""))


def describe_graph(kql: str, parameters: Sequence[QueryParameter]) -> Sequence[Column]:
    """The columns of the query, and the parameters that it needs."""
    assert {"p_regions", "load_worst"} <= {parameter.name for parameter in parameters}
    if "Resourcs" in kql:
        raise QueryError("no table 'Resourcs'; did you mean 'Resources'?", line=1)
    return (Column("id", ColumnType.STRING), Column("n", ColumnType.LONG))


def problems(**parts: str) -> list[str]:
    """What lint says."""
    return [str(item) for item in lint_guide(made(**parts), describe_graph=describe_graph)]


def test_a_sound_guide_has_no_problem_but_that_it_concludes_nothing() -> None:
    """The table of metrics counts as asked."""
    assert problems() == ["g.md: steps: warning: no step concludes: the guide can never name a cause"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"step": STEP.replace("r.Maximum", "r.Total")}, "r has no 'Total'"),
        ({"step": STEP.replace("row.Zone", "row.Rack")}, "no 'Rack'"),
        ({"step": STEP.replace("r.Maximum > 90.0", "r.Metric > 90.0")}, "branches[0].when: error"),
        ({"graph": GRAPH.replace("Resources\n", "Resourcs\n")}, "did you mean 'Resources'"),
        ({"graph": GRAPH.replace("project id,", "project id, t = p_zoen,")}, "no parameter 'p_zoen'"),
        ({"graph": GRAPH.replace("location in~", "now() > ago(1h) and location in~")}, "reads the wall clock"),
        ({"metrics": METRICS + 'from: "{p_zone}"\n'}, "yields string, expected timestamp"),
        ({"metrics": METRICS + 'to: "at {window.to}"\n'}, "expected one time"),
    ],
)
def test_expressions_are_typed_by_what_comes_back(parts: dict[str, str], said: str) -> None:
    """Metrics by what is asked for, the resource graph by what it is described to give."""
    assert any(said in problem for problem in problems(**parts)), problems(**parts)
