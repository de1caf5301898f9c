"""Entries of the Azure activity log: what pipelines, people and the platform did."""

from collections.abc import Mapping
from random import Random

from playbooks.samples import names
from playbooks.samples.chance import chance
from playbooks.samples.topology import Activity, Service, World, guid

_DEPLOY = {
    "aks": "Microsoft.Resources/deployments/write",
    "containerapp": "Microsoft.App/containerApps/write",
    "appservice": "Microsoft.Web/sites/slots/slotsswap/action",
}

_WORKFLOWS = "sp-switchboard-workflows"


def _providers(world: World) -> str:
    return f"/subscriptions/{world.subscription}/resourceGroups/{world.group}/providers"


def record_change(
    world: World,
    rng: Random,
    *,
    operation: str,
    resource_id: str,
    at: float,
    done: float,
    caller: str = "",
    properties: dict[str, object] | None = None,
    accepted: bool = True,
) -> None:
    """A control-plane operation from its start to its success."""
    caller = caller or f"{rng.choice(names.PEOPLE)}@{world.org}.example"
    correlation = guid(rng)
    steps = [(at, "Start"), (at + 1.3, "Accept"), (done, "Success")] if accepted else [(at, "Start"), (done, "Success")]
    for t, status in steps:
        world.activities.append(
            Activity(
                t=t,
                operation=operation,
                status=status,
                resource_id=resource_id,
                caller=caller,
                properties=properties or {},
                correlation=correlation,
            )
        )


def deployed_resource(world: World, service: Service, version: str) -> str:
    """Resource id of what a deployment of a service writes."""
    match service.hosting:
        case "aks":
            return f"{_providers(world)}/Microsoft.Resources/deployments/{service.name}-{version}"
        case "containerapp":
            return f"{_providers(world)}/Microsoft.App/containerApps/{service.name}"
        case _:
            return f"{_providers(world)}/Microsoft.Web/sites/app-{world.org}-{service.name}"


def record_deploy(world: World, rng: Random, *, service: Service, version: str, at: float, done: float) -> None:
    """A pipeline deploys a version of a service."""
    resource_id = deployed_resource(world, service, version)
    image = f"acr{world.org}.azurecr.io/{service.name}:{version}"
    record_change(
        world, rng, operation=_DEPLOY[service.hosting], resource_id=resource_id, at=at, done=done,
        caller=rng.choice(names.PIPELINES), properties={"service": service.name, "version": version, "image": image},
    )  # fmt: skip


def record_flag(world: World, rng: Random, *, flag: str, share: float, at: float) -> None:
    """Somebody switches a feature flag on for a share of users."""
    store = f"{_providers(world)}/Microsoft.AppConfiguration/configurationStores/appcs-{world.org}-prod"
    record_change(
        world, rng, operation="Microsoft.AppConfiguration/configurationStores/keyValues/write",
        resource_id=f"{store}/keyValues/.appconfig.featureflag~2F{flag}", at=at, done=at + 0.8, accepted=False,
        properties={"key": f".appconfig.featureflag/{flag}", "enabled": True, "percentage": round(share * 100)},
    )  # fmt: skip


def record_routine(world: World, rng: Random) -> None:
    """What happens in every subscription all day: key listings, policy audits, tag and scale-set writes."""
    cluster = world.cluster_id
    providers = _providers(world)
    routine = (
        (
            "Microsoft.Storage/storageAccounts/listKeys/action",
            f"{providers}/Microsoft.Storage/storageAccounts/st{world.org}tf",
        ),
        ("Microsoft.ContainerService/managedClusters/listClusterUserCredential/action", cluster),
        (
            "Microsoft.Authorization/policies/auditIfNotExists/action",
            f"{providers}/Microsoft.KeyVault/vaults/kv-{world.org}",
        ),
        ("Microsoft.Insights/metricAlerts/write", f"{providers}/Microsoft.Insights/metricAlerts/cpu-high"),
        ("Microsoft.Resources/tags/write", f"/subscriptions/{world.subscription}/resourceGroups/{world.group}"),
    )
    if chance(rng, 0.4):  # a notice that concerns nothing here
        _record_notice(world, rng)
    for _ in range(rng.randint(14, 30)):
        operation, resource_id = rng.choice(routine)
        at = rng.uniform(0, world.length_s)
        record_change(
            world,
            rng,
            operation=operation,
            resource_id=resource_id,
            at=at,
            done=at + rng.uniform(0.5, 8),
            accepted=False,
        )


def _record_notice(world: World, rng: Random) -> None:
    title = names.REGION_TITLES[world.region]
    notice: dict[str, object] = {
        "title": f"Planned maintenance of Azure Bastion in {title}", "service": "Azure Bastion", "region": title,
        "communication": "No impact on running workloads is expected.", "incidentType": "Maintenance",
        "stage": "Planned",
        "trackingId": "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=4)) + "-M90",
    }  # fmt: skip
    world.activities.append(Activity(
        t=rng.uniform(0, world.length_s), operation="Microsoft.ServiceHealth/maintenance/action", status="Active",
        resource_id=f"/subscriptions/{world.subscription}", caller="", properties=notice, category="ServiceHealth",
        correlation=str(notice["trackingId"]),
    ))  # fmt: skip
    world.herrings.append("maintenance notice for a service that is not used")


def record_zone_health(world: World, rng: Random, *, zone: str, at: float) -> None:
    """The platform's own word about a failing zone, minutes after it began, and the resources it holds."""
    number, title = zone.rsplit("-", 1)[1], names.REGION_TITLES[world.region]
    tracking = (
        "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=4)) + "-" + "".join(rng.choices("ABCDGHKLM0", k=3))
    )
    seen = at + rng.uniform(240, 720)
    impact: dict[str, object] = {
        "title": f"Connectivity issues - {title} - Availability Zone {number}",
        "service": "Virtual Machines",
        "region": title,
        "communication": f"Starting at an approximate time, a subset of resources in"
        f" Physical Availability Zone {number} in {title} may experience connectivity loss. We are investigating.",
        "incidentType": "Incident",
        "trackingId": tracking,
        "stage": "Active",
        "availabilityZones": [zone],
        "impactedServices": [{"ServiceName": "Virtual Machine Scale Sets", "ImpactedRegions": [{"RegionName": title}]}],
    }
    world.activities.append(Activity(
        t=seen, operation="Microsoft.ServiceHealth/incident/action", status="Active",
        resource_id=f"/subscriptions/{world.subscription}", caller="", properties=impact, category="ServiceHealth",
        level="Warning", correlation=tracking,
    ))  # fmt: skip
    _record_lost_machines(world, rng, zone=zone, at=at)


def _record_lost_machines(world: World, rng: Random, *, zone: str, at: float) -> None:
    scale_set = world.cluster_id.replace(f"resourceGroups/{world.group}", f"resourceGroups/MC_{world.group}").split(
        "/Microsoft.ContainerService"
    )[0]
    pool = world.nodes[0].name.split("-vmss")[0]
    for index, node in enumerate(world.nodes):
        if node.zone == zone:
            world.activities.append(Activity(
                t=at + rng.uniform(60, 200), operation="Microsoft.Resourcehealth/healthevent/Activated/action",
                status="Active",
                resource_id=f"{scale_set}/Microsoft.Compute/virtualMachineScaleSets/{pool}-vmss/virtualMachines/{index}",
                caller="Microsoft.ResourceHealth", category="ResourceHealth", level="Critical", correlation=guid(rng),
                properties={
                    "title": "Unavailable: The virtual machine is unreachable", "currentHealthStatus": "Unavailable",
                    "previousHealthStatus": "Available", "type": "Downtime", "cause": "PlatformInitiated",
                },
            ))  # fmt: skip


_REMEDY: Mapping[str, Mapping[str, str]] = {
    "restart": {
        "aks": "Microsoft.ContainerService/managedClusters/runcommand/action",
        "containerapp": "Microsoft.App/containerApps/revisions/restart/action",
        "appservice": "Microsoft.Web/sites/restart/action",
    },
    "deploy": {
        "aks": "Microsoft.ContainerService/managedClusters/runcommand/action",
        "containerapp": "Microsoft.App/containerApps/write",
        "appservice": "Microsoft.Web/sites/slots/slotsswap/action",
    },
}


def record_remedy(
    world: World,
    rng: Random,
    *,
    action: str,
    at: float,
    done: float,
    service: Service | None = None,
    version: str = "",
    flag: str = "",
    on: bool = True,
) -> None:
    """What a workflow did: a restart or a deployment of a service, or a flag that it switched."""
    if service is None:
        store = f"{_providers(world)}/Microsoft.AppConfiguration/configurationStores/appcs-{world.org}-prod"
        record_change(
            world, rng, operation="Microsoft.AppConfiguration/configurationStores/keyValues/write",
            resource_id=f"{store}/keyValues/.appconfig.featureflag~2F{flag}", at=at, done=done, accepted=False,
            caller=_WORKFLOWS, properties={"key": f".appconfig.featureflag/{flag}", "enabled": on},
        )  # fmt: skip
        return
    resource_id = world.cluster_id if service.hosting == "aks" else deployed_resource(world, service, version)
    record_change(
        world, rng, operation=_REMEDY[action][service.hosting], resource_id=resource_id, at=at, done=done,
        caller=_WORKFLOWS, properties={"service": service.name, **({"version": version} if version else {})},
    )  # fmt: skip
