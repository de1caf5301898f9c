"""Makes the generated conversations as documents, and writes them as JSONL."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from orchestrator.core.errors import InputError
from playbooks.samples.chance import chance
from playbooks.samples.conversations.phrases import phrases
from playbooks.samples.conversations.plan import AGENTS, PRODUCTS, Plan, draw_plans
from playbooks.samples.conversations.talk import Line, write_talk
from playbooks.samples.folder import refuse_taken

NAME = "conversations"
TITLE = "a hundred generated conversations of a shop, with what is true of each"
COUNT = 100
FILE = "conversations.jsonl"
PRODUCTS_FILE = "products.yaml"
_FIRST = ("Alice", "Ben", "Carla", "Dev", "Elena", "Farid", "Grace", "Hugo", "Isla", "Jorge", "Kim", "Lena", "Noah")
_LAST = ("Archer", "Bell", "Castillo", "Dunn", "Ekberg", "Fischer", "Garner", "Hale", "Ito", "Jansen", "Kaur", "Lund")
_STREETS = ("Example Street", "Sample Lane", "Test Road")
_CARDS = ("4111 1111 1111 1111", "5555 5555 5555 4444")
"""Numbers that card networks publish for tests; phones are of 555-01xx, addresses of example.com, as is usual."""
_DESKS = ("billing", "returns", "delivery", "the warehouse")


def make_conversations(seed: int = 0, count: int = COUNT) -> Iterator[dict[str, object]]:
    """Conversations in the form that `switchboard analyze` reads; the same seed and count give the same ones."""
    rng = Random(seed)  # noqa: S311  # a sample is drawn to be drawn again
    for plan in draw_plans(rng, count):
        slots = _draw_slots(rng, plan)
        lines = write_talk(rng, plan, slots)
        document: dict[str, object] = {
            "id": f"sample-{plan.number + 1:0{len(str(count))}d}",
            "started_at": _written(plan.at),
            "channel": plan.channel,
            "queue": plan.queue,
            "agent_id": plan.agent,
            "customer_id": f"cu-{rng.randrange(10_000, 99_999)}",
        }
        if plan.language != "en" and chance(rng, 0.5):
            document["language"] = plan.language
        if plan.surveyed:
            document["survey_csat"] = min(5, max(1, round(plan.satisfaction + rng.gauss(0, 0.5))))
        document["turns"] = [{"speaker": line.speaker, "text": line.text, "at": _written(line.at)} for line in lines]
        document["metadata"] = {"generated": True, "seed": seed, "truth": _truth(plan, lines)}
        yield document


def write_conversations(out: Path, *, seed: int) -> dict[str, object]:
    """Write the sample into a new or empty folder; what it holds.

    Raises:
        InputError: `out` holds something already, or cannot be written.
    """
    refuse_taken(out)
    made = list(make_conversations(seed))
    path = out / FILE
    try:
        out.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made), encoding="utf-8")
        (out / PRODUCTS_FILE).write_text(_products(), encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write into {str(out)!r}: {error.strerror}; choose another --out") from error
    return {
        "sample": NAME,
        "seed": seed,
        "file": str(path),
        "products": str(out / PRODUCTS_FILE),
        "conversations": len(made),
        "first": made[0]["started_at"],
        "last": made[-1]["started_at"],
    }


def _products() -> str:
    """The shop's list of products, as `--products` takes it."""
    lines = [f"  - {{id: {name.lower().replace(' ', '_')}, title: {name}}}\n" for name in PRODUCTS]
    return f"id: sample_shop\ntitle: Products of the made-up shop\nproducts:\n{''.join(lines)}"


def _draw_slots(rng: Random, plan: Plan) -> dict[str, str]:
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    other = rng.choice([name for name in sorted(AGENTS) if name != plan.agent])
    slots = {
        "product": plan.product.lower(),
        "order": f"{rng.choice(('#', 'SO-', ''))}{rng.randrange(400_000, 499_999)}",
        "first": first,
        "last": last,
        "email": f"{first}.{last}{rng.choice(('', '', str(rng.randrange(70, 99))))}@example.com".lower(),
        "phone": f"{rng.choice(('(212) ', '415-', '+1 646 '))}555-01{rng.randrange(100):02d}",
        "street": f"{rng.randrange(1, 99)} {rng.choice(_STREETS)}",
        "postcode": f"{rng.randrange(10_000, 99_999)}",
        "card": rng.choice(_CARDS),
        "amount": f"{rng.choice(('£', '$', ''))}{rng.randrange(9, 240)}.{rng.choice(('00', '50', '90', '99'))}",
        "agent": AGENTS[plan.agent][0],
        "agent2": AGENTS[other][0],
        "desk": rng.choice(_DESKS),
    }
    return slots | {name: phrases().say(rng, name, slots) for name in ("city", "code", "batch")}


def _truth(plan: Plan, lines: Sequence[Line]) -> dict[str, object]:
    said = " ".join(line.text for line in lines).lower()
    return {
        "contact_reason": plan.reason,
        "product": plan.product if plan.product.lower() in said else None,
        "satisfaction": plan.satisfaction,
        "resolved": plan.resolved,
        "abandoned": plan.abandoned,
        "transferred": plan.transferred,
        "repeated_contact": plan.repeated,
        "language": plan.language,
    }


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
