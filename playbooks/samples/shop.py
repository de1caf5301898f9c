"""The demonstration system: a shop whose checkout breaks at 10:20 UTC."""

from datetime import UTC, datetime
from random import Random

from playbooks.samples.draw import Cast
from playbooks.samples.fault import Fault
from playbooks.samples.incidents import deploy_badly
from playbooks.samples.topology import World

SHOP_END = datetime(2026, 6, 16, 10, 50, tzinfo=UTC)
SHOP_CAST = Cast(
    edges=("storefront",),
    cores=("checkout", "catalog", "cart", "orders", "payments", "search", "inventory", "identity"),
    workers=("notifications",),
    silent=("invoicing",),
    versions=(("checkout", "4.11.2"),),
    calls={
        "checkout": ("cart", "payments", "orders", "identity"),
        "catalog": ("search", "inventory"),
        "cart": ("inventory",),
        "orders": ("inventory",),
    },
    sender="orders",
    entry={"checkout": 7.0, "catalog": 3.0},
)


def plan_shop(world: World, rng: Random, at: float) -> Fault:
    """A deployment of checkout breaks most of its requests; they answer 502."""
    checkout = world.services["checkout"]
    return deploy_badly(world, rng, service=checkout, at=at, code="502", share=1.0, strength=0.72, span_s=50.0)
