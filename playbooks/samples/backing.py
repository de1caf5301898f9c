"""Draws the systems that services stand on: databases, a cache, a blob store, partners, queues."""

from dataclasses import dataclass
from random import Random

from playbooks.samples import names
from playbooks.samples.topology import Target, World

_QUEUE_NAMES = ("requests", "events", "jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """What services may call besides each other; one queue for each worker."""

    databases: tuple[Target, ...]
    caches: tuple[Target, ...]
    blobs: tuple[Target, ...]
    partners: tuple[Target, ...]
    queues: tuple[Target, ...]


def draw_backing(rng: Random, world: World, workers: tuple[str, ...]) -> Backing:
    """Two database servers, three partners, one of the rest."""
    root = f"/subscriptions/{world.subscription}/resourceGroups/{world.group}/providers"
    tag = rng.choice(("weu", "prod", "p01", "core", "main"))
    partners = tuple(_partner(rng, host) for host in rng.sample(names.PARTNERS, k=3))
    return Backing(
        databases=tuple(
            _database(rng, f"pg-{world.org}-{name}", name, root=root)
            for name in rng.sample(("core", "sales", "main", "ops", "txn"), k=2)
        ),
        caches=(_cache(rng, f"redis-{world.org}-{tag}", root=root),),
        blobs=(_store(rng, f"st{world.org}{tag}", root=root),),
        partners=partners,
        queues=tuple(_queue(rng, f"sb-{world.org}-{tag}", worker, root=root) for worker in workers),
    )


def _database(rng: Random, server: str, name: str, *, root: str) -> Target:
    return Target(
        kind="postgres",
        host=f"{server}.postgres.database.azure.com | {name}db",
        name=f"{name}db",
        dependency_type="postgresql",
        latency_ms=rng.uniform(3, 9),
        command="SELECT",
        resource_id=f"{root}/Microsoft.DBforPostgreSQL/flexibleServers/{server}",
        capacity=rng.choice((429, 859, 1718)),
    )


def _cache(rng: Random, name: str, *, root: str) -> Target:
    return Target(
        kind="redis",
        host=f"{name}.redis.cache.windows.net:6380",
        name="GET",
        dependency_type="redis",
        latency_ms=rng.uniform(1, 3),
        command="GET",
        resource_id=f"{root}/Microsoft.Cache/redis/{name}",
    )


def _store(rng: Random, name: str, *, root: str) -> Target:
    return Target(
        kind="blob",
        host=f"{name}.blob.core.windows.net",
        name=f"GET {name}",
        dependency_type="Azure blob",
        latency_ms=rng.uniform(12, 40),
        command=f"https://{name}.blob.core.windows.net",
        resource_id=f"{root}/Microsoft.Storage/storageAccounts/{name}",
    )


def _partner(rng: Random, host: str) -> Target:
    return Target(
        kind="partner",
        host=host,
        name=f"POST {rng.choice(names.PARTNER_PATHS)}",
        dependency_type="HTTP",
        latency_ms=rng.uniform(60, 220),
        command=f"https://{host}",
    )


def _queue(rng: Random, bus: str, worker: str, *, root: str) -> Target:
    return Target(
        kind="queue",
        host=f"{bus}.servicebus.windows.net/{worker.split('-', maxsplit=1)[0]}-{rng.choice(_QUEUE_NAMES)}",
        name="ServiceBusSender.Send",
        dependency_type="Queue Message | Azure Service Bus",
        latency_ms=rng.uniform(6, 15),
        command="",
        resource_id=f"{root}/Microsoft.ServiceBus/namespaces/{bus}",
    )
