import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from orchestrator.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[2]
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
ROLES = {
    "acrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "azureAiUser": "53ca6127-db72-4b80-b1b0-d745d6d5456d",
    "cognitiveServicesOpenAiUser": "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "logAnalyticsReader": "73c42c96-874c-492b-b04d-ab87d138a893",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "monitoringReader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
    "searchIndexDataContributor": "8ebe5a00-799e-43f5-93ac-243d3dce84a7",
    "searchIndexDataReader": "1407120a-92aa-4202-b7e9-c0e197c71c8f",
    "searchServiceContributor": "7ca78c08-252a-4471-8644-bb5ff32d4ba0",
}
GUID = re.compile(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'")
SECRET = re.compile(
    r"listKeys|listAdminKeys|listQueryKeys|listCallbackUrl|sharedKey|LoginPassword|\bsig\b=", re.IGNORECASE
)


@pytest.fixture
def templates(bicep: ModuleType, infra: Path) -> Mapping[str, Any]:
    """Every file of the template by name."""
    return {path.name: template for path, template in bicep.reached(infra / "main.bicep").items()}


@pytest.fixture
def bodies(templates: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of each resource, by type."""
    resources = (item for template in templates.values() for item in template.resources if not item.existing)
    return {item.type: item.body.get("properties", {}) for item in resources}


def test_files_fit_together(bicep: ModuleType, templates: Mapping[str, Any], infra: Path):
    """Every name is declared, every module gets its parameters, and no file lies about unused."""
    assert [line for template in templates.values() for line in bicep.structure(template)] == []
    assert {path.name for path in infra.rglob("*.bicep")} == set(templates)


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("main.bicep", "name: 'id-switchboard-${token}'", "name: 'id-${tokn}'", "main.bicep: 'tokn' is not declared"),
        (
            "main.bicep",
            "    workspaceName: last(workspaceParts)\n",
            "",
            "main.bicep: existingWorkspace: the parameter 'workspaceName' is not given",
        ),
        (
            "main.bicep",
            "    retentionDays: retentionDays\n",
            "    retentionDays: retentionDays\n    days: 1\n",
            "main.bicep: monitor: modules/monitor.bicep has no parameter 'days'",
        ),
        (
            "main.bicep",
            "monitor.outputs.workspaceName",
            "monitor.outputs.name",
            "main.bicep: monitor: modules/monitor.bicep has no output 'name'",
        ),
        (
            "main.bicep",
            "'modules/registry.bicep'",
            "'modules/registrar.bicep'",
            "main.bicep: registry: there is no file 'modules/registrar.bicep'",
        ),
        ("main.bicep", "toLower(", "lower(", "main.bicep: 'lower' is no function that is known"),
        (
            "modules/registry.bicep",
            "registries@2025-04-01",
            "registries@2025-13-01",
            "registry.bicep: registry: '2025-13-01' is no API version",
        ),
        ("modules/registry.bicep", "sku: { name", "sku: name", "registry.bicep:14: not Bicep"),
        (
            "modules/registry.bicep",
            "param token string",
            "param token string\nparam other string",
            "registry.bicep: 'other' is declared and not used",
        ),
    ],
)
def test_what_does_not_fit_is_noticed(
    *, bicep: ModuleType, infra: Path, tmp_path: Path, name: str, old: str, new: str, says: str
):
    """A slip in the template is told with the file and the name."""
    copy = tmp_path / "infra"
    shutil.copytree(infra, copy)
    text = (copy / name).read_text()
    assert old in text
    (copy / name).write_text(text.replace(old, new, 1))
    files = bicep.reached(copy / "main.bicep")
    assert any(line.startswith(says) for template in files.values() for line in bicep.structure(template))


def test_roles_are_the_published_ones(templates: Mapping[str, Any], infra: Path):
    """A role is named by its published id, and assigned where the name says."""
    named = {
        (name, value)
        for template in templates.values()
        for name, value in template.variables.items()
        if isinstance(value, str) and GUID.fullmatch(f"'{value}'")
    }
    assert named == set(ROLES.items())
    inline = [GUID.findall(path.read_text()) for path in infra.rglob("*.bicep")]
    assert sorted(value for found in inline for value in found) == sorted(
        value for template in templates.values() for value in template.variables.values() if value in ROLES.values()
    )


def test_the_running_identity_reads_only(templates: Mapping[str, Any]):
    """What the jobs run as may not change an index, a workspace or a subscription."""
    granted = {
        str(item.body["properties"]["roleDefinitionId"].text).rsplit(", ", 1)[1].rstrip(")")
        for template in templates.values()
        for item in template.resources
        if item.type == "Microsoft.Authorization/roleAssignments"
        and item.body["properties"]["principalId"].text in {"principalId", "identity.outputs.principalId"}
    }
    assert granted == {
        "acrPull",
        "azureAiUser",
        "cognitiveServicesOpenAiUser",
        "logAnalyticsReader",
        "monitoringMetricsPublisher",
        "monitoringReader",
        "searchIndexDataReader",
    }


def test_no_key_is_read_made_or_given_out(infra: Path, templates: Mapping[str, Any]):
    """No file asks for a key, takes a password or puts a secret among the outputs."""
    assert [path.name for path in infra.rglob("*.bicep") if SECRET.search(path.read_text())] == []
    outputs = [name for name in templates["main.bicep"].outputs if re.search(r"KEY|SECRET|PASSWORD|CONNECTION", name)]
    assert outputs == []


def test_secret_parameters_are_never_given_out(templates: Mapping[str, Any]):
    """No output of any file holds a parameter that is marked as a secret."""
    given_out = " ".join(text for template in templates.values() for text in template.outputs.values())
    assert [
        name for name in ("channelUrl", "carrierAuthorization", "parameters") if re.search(rf"\b{name}\b", given_out)
    ] == []


def test_every_workflow_is_deployed(templates: Mapping[str, Any], infra: Path):
    """Each definition of playbooks/workflows is read, gets its parameters, and is given out under its own name."""
    folder = ROOT / "playbooks" / "workflows"
    calls = {
        Path(re.findall(r"'(.+)'", call.params["definition"].text)[0]): call
        for call in templates["workflows.bicep"].modules
    }
    read = {(infra / "modules" / path).resolve() for path in calls}
    assert read == set(folder.glob("*/workflow.json"))
    given_out = set(re.findall(r"(\w+): \w+!\.outputs\.setting", templates["workflows.bicep"].outputs["settings"]))
    assert given_out == {path.parent.name for path in read}
    shared = templates["workflows.bicep"].variables
    for path, call in calls.items():
        given = call.params["parameters"]
        asked = json.loads((infra / "modules" / path).read_text()).get("parameters", {})
        assert set(given if isinstance(given, dict) else shared[given.text]) == set(asked)


def test_signing_in_by_key_is_off(bodies: Mapping[str, Any]):
    """Every service that knows keys or passwords has them switched off."""
    assert bodies["Microsoft.Search/searchServices"]["disableLocalAuth"] is True
    assert bodies["Microsoft.CognitiveServices/accounts"]["disableLocalAuth"] is True
    assert bodies["Microsoft.Insights/components"]["DisableLocalAuth"] is True
    assert bodies["Microsoft.OperationalInsights/workspaces"]["features"]["disableLocalAuth"] is True
    assert bodies["Microsoft.ContainerRegistry/registries"]["adminUserEnabled"] is False
    assert bodies["Microsoft.DBforPostgreSQL/flexibleServers"]["authConfig"]["passwordAuth"] == "Disabled"
    assert "sasAuthenticationPolicy: { state: 'Disabled' }" in bodies["Microsoft.Logic/workflows"]["accessControl"].text


def test_the_jobs_environment_holds_settings(templates: Mapping[str, Any]):
    """Each variable that the jobs get, and each that a person gets back, is a setting of the program."""
    host = next(call for call in templates["main.bicep"].modules if call.symbol == "host")
    outputs = [name for name in templates["main.bicep"].outputs if name.startswith(PREFIX)]
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert {*host.params["settings"], *outputs} - known == set()


def test_the_jobs_run_commands_that_exist(templates: Mapping[str, Any]):
    """Each job's command and options are those of the program."""
    for call in templates["host.bicep"].modules:
        words = [word for word in call.params["arguments"] if not word.startswith("--")]
        command = [str(Path(sys.executable).with_name("switchboard")), *words, "--help"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert [word for word in call.params["arguments"] if word.startswith("--") and f" {word} " not in shown] == []


def test_workflows_reach_the_settings_as_json(monkeypatch: pytest.MonkeyPatch):
    """The JSON that the template makes of the workflows is read as settings."""
    url = (
        "https://prod-00.westeurope.logic.azure.com:443/workflows/0/triggers/manual/paths/invoke?api-version=2016-10-01"
    )
    made = {"notify": {"url": url, "audience": "https://management.azure.com"}}
    monkeypatch.setenv(f"{PREFIX}WORKFLOWS", json.dumps(made, separators=(",", ":")))
    assert load_settings().workflows["notify"].url.get_secret_value() == url


def test_parameters_are_those_of_the_template(infra: Path, templates: Mapping[str, Any]):
    """The file that azd fills gives every parameter that must be given, and none that is not there."""
    given = set(json.loads((infra / "main.parameters.json").read_text())["parameters"])
    params = templates["main.bicep"].params
    assert given - set(params) == set()
    assert {name for name, must in params.items() if must} - given == set()


def test_the_hook_uses_what_the_template_gives_back(deploy: Path, templates: Mapping[str, Any]):
    """Each variable of azd that the build reads is an output of the template."""
    text = (deploy / "hooks" / "image.sh").read_text()
    assert set(re.findall(r"\$(AZURE_\w+)", text)) - set(templates["main.bicep"].outputs) == set()


def test_the_example_settings_are_read(deploy: Path, monkeypatch: pytest.MonkeyPatch):
    """The example of a settings file is one."""
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(deploy / "switchboard.toml"))
    settings = load_settings()
    assert (settings.credential, sorted(settings.workspaces)) == ("managed", ["platform", "shop"])
