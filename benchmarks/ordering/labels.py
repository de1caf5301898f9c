"""From orders to labels by the real planning, ledger, client and host; the requester says yes to whatever is planned.

Judged from the carriers' table: what may ship has one live shipment to the right place at the price that was agreed on;
what may not has none. The baseline buys the cheapest service for whatever stands in the order, and asks again under
another key where no answer came.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
from ordering.hosting import SHIPPED
from ordering.label_cases import Case, generate

from orchestrator.app.shipping.planning import ShipmentPlanner
from orchestrator.core.actions.commands import Ruled
from orchestrator.core.actions.state import UNSETTLED, Action, Stage
from orchestrator.core.policy import Mode
from orchestrator.core.report import Json
from orchestrator.core.ruling import Decision, Ruling
from orchestrator.core.shipping.address import Address
from orchestrator.core.shipping.planning import NotPlanned, Plan, Planned, Wishes
from orchestrator.core.shipping.shipment import DimensionUnit, Parcel, WeightUnit
from orchestrator.core.workflows import Done, Refused, action_key
from orchestrator.engine.acting.acting import Acting
from orchestrator.engine.acting.advancing import Advancing
from orchestrator.store.actions import StoredActions
from orchestrator.store.database import SqliteDatabase
from playbooks.shop.answers import SHIP_FROM
from playbooks.shop.customers import save_customer
from playbooks.shop.orders import add_order, read_order, save_order
from playbooks.shop.products import save_product
from playbooks.shop.shipments import Sent, prepare_carriers, sent_of_order
from playbooks.shop.tables import prepare, write_fact, written
from playbooks.workflow import load_workflows
from plugins.logicapps.address import parse_address
from plugins.logicapps.client import CallLimits, LogicAppsWorkflows
from plugins.logicapps.exchange import Exchange
from plugins.logicapps.host.app import build_app
from plugins.logicapps.host.faults import Fault, FaultKind, FaultPlan
from plugins.logicapps.host.handlers import load_hosted
from plugins.logicapps.host.serving import IN_PROCESS, living
from plugins.logicapps.host.signing import trigger_url
from plugins.logicapps.host.store import HostStore
from plugins.logicapps.host.work import HostLimits, Works
from plugins.logicapps.reads import WorkflowReader
from plugins.logicapps.transport import open_http

PROCEDURES = Path(__file__).resolve().parents[2] / "playbooks" / "procedures"
TOOLS = (
    "analyse_order",
    "read_product",
    "find_customer",
    "quote_shipment",
    "create_shipment",
    "void_shipment",
    "find_shipment",
)
FROM = Address(
    company_name="Fern & Field",
    address_line1="400 Pine Street",
    city="Seattle",
    state_code="WA",
    postal_code="98101",
    country_code="US",
    phone_number="+1 206 555 0100",
)
YES = Ruled(ruling=Ruling(decision=Decision.ALLOWED, reasons=("the requester said yes",)), mode=Mode.AUTONOMOUS)
PATIENCE = timedelta(minutes=10)
ROUNDS = 200
PLANS = 3
_AGAIN = frozenset({"RateChanged", "OrderChanged"})
_MOVED = Address(
    address_line1="64 Bull Street", city="Savannah", state_code="GA", postal_code="31401", country_code="US"
)
_FAULTS: Mapping[str, Sequence[Fault]] = {
    "late_reply": (Fault(kind=FaultKind.LATE_REPLY),),
    "lost_reply": (Fault(kind=FaultKind.LOST_REPLY),),
    "lost_location": (Fault(kind=FaultKind.LOST_LOCATION),),
    "throttle": (Fault(kind=FaultKind.THROTTLE, retry_after_s=0, times=6),),
    "duplicate": (Fault(kind=FaultKind.DUPLICATE),),
    "resubmit": (Fault(kind=FaultKind.RESUBMIT),),
    "inner": (Fault(kind=FaultKind.INNER, after_work=True, times=2),),
    "error": (Fault(kind=FaultKind.ERROR, after_work=True),),
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a case ended: `shipped`, `not_planned`, `refused`, `parked` or `hung`; and why, in words."""

    how: str
    why: str = ""


class _Stale:
    """Reads whose first prices are of yesterday."""

    def __init__(self, reads: WorkflowReader) -> None:
        self._reads = reads
        self._stale = True

    async def read_now(self, name: str, body: Json) -> Mapping[str, object]:
        """What the workflow answers; the first quote is too low."""
        answer = dict(await self._reads.read_now(name, body))
        if name == "quote_shipment" and self._stale:
            self._stale = False
            rates = answer["rates"]
            assert isinstance(rates, list)
            answer["rates"] = [{**one, "amount": round(float(one["amount"]) - 0.75, 2)} for one in rates]
        return answer


@dataclass(frozen=True, slots=True)
class Depot:
    """An open shop with carriers, and what buys from it."""

    store: HostStore
    faults: FaultPlan
    client: LogicAppsWorkflows
    acting: Acting

    def planner(self, case: Case) -> ShipmentPlanner:
        """Plans by the shipped procedures."""
        reads = WorkflowReader(self.client)
        chosen = _Stale(reads) if case.fault == "price_changed" else reads
        return ShipmentPlanner(reads=chosen, procedures=PROCEDURES, environment=lambda _: "benchmark")


async def score_labels(folder: Path, *, count: int, seed: int) -> dict[str, object]:
    """What came of generated orders, by our way and by the naive one."""
    cases = generate(count, seed=seed)
    async with _depot(folder / "ours", cases) as depot:
        ends = [await _shipped(depot, case) for case in cases]
        ours = _judged(depot, cases, ends)
    async with _depot(folder / "naive", cases) as depot:
        naive_ends = [await _naively(depot, case) for case in cases]
        naive = _judged(depot, cases, naive_ends)
    return {
        **ours,
        "naive": {name: naive[name] for name in ("automated", "may_ship", "wrong_writes")},
        "lines": _lines(ours, naive),
    }


@asynccontextmanager
async def _depot(folder: Path, cases: Sequence[Case]) -> AsyncIterator[Depot]:
    folder.mkdir(parents=True)
    specs = {name: spec for name, spec in load_workflows(SHIPPED).items() if name in TOOLS}
    faults = FaultPlan()
    with HostStore(folder / "workflows.db") as store, SqliteDatabase(folder / "journal.db") as database:
        store.look(lambda connection: _fill(connection, cases))
        works = Works(store, faults=faults, limits=HostLimits(), sleep=_at_once)
        app = build_app(load_hosted(specs, folder=SHIPPED), works=works)
        async with living(app) as transport, open_http(transport) as http:
            client = _client(store, http, specs)
            acting = Acting(
                actions=StoredActions(database),
                workflows=client,
                judge=lambda _request, _now: YES,
                process="benchmark",
                call=timedelta(seconds=20),
                arrival=timedelta(0),
            )
            yield Depot(store, faults, client, acting)


async def _at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def _client(store: HostStore, http: httpx.AsyncClient, specs: Mapping[str, object]) -> LogicAppsWorkflows:
    return LogicAppsWorkflows(
        specs=specs.values(),  # type: ignore[arg-type]  # the specs by name
        addresses=[
            parse_address(name, trigger_url(IN_PROCESS, name, key=store.keys_of(name)["primary"])) for name in specs
        ],
        exchange=Exchange(http),
        limits=CallLimits(held_s=20.0),
        sleep=_at_once,
        # what a lookup does not find is believed minutes after a call; nothing is on its way here
        clock=lambda: datetime.now(UTC) + PATIENCE,
    )


def _fill(connection: object, cases: Sequence[Case]) -> None:
    prepare(connection, sample=False)  # type: ignore[arg-type]  # the host's
    prepare_carriers(connection)  # type: ignore[arg-type]  # same
    write_fact(connection, SHIP_FROM, written(FROM))  # type: ignore[arg-type]  # same
    save_customer(connection, cases[0].customer)  # type: ignore[arg-type]  # same
    for case in cases:
        save_product(connection, case.product)  # type: ignore[arg-type]  # same
        add_order(connection, case.order)  # type: ignore[arg-type]  # same


async def _shipped(depot: Depot, case: Case) -> Ended:
    """Plan, say yes, do, settle; where the price or the order changed meanwhile, plan and say yes anew."""
    planner = depot.planner(case)
    for number in range(PLANS):
        plan = await _planned(planner, case)
        if isinstance(plan, NotPlanned):
            why = [*(one.code for one in plan.reasons), *(one.name for one in plan.questions)]
            return Ended("not_planned", ", ".join(why))
        if number == 0 and case.fault == "order_changed":
            depot.store.look(lambda connection: _move(connection, case))
        for fault in _FAULTS.get(case.fault, ()) if number == 0 else ():
            depot.faults.add(replace(fault, workflow="create_shipment"))
        action = await _bought(depot, plan, twice=case.fault == "two_windows")
        if action.failed is None or action.failed.code not in _AGAIN:
            break
    if action.done is not None:
        return Ended("shipped")
    if action.failed is not None:
        return Ended("refused", action.failed.code)
    return Ended("parked" if action.stage is Stage.UNKNOWN else "hung", action.stage.value)


async def _planned(planner: ShipmentPlanner, case: Case) -> Plan:
    return await planner(case.order.id, Wishes(), requested_by="local:ann", authenticated=True)


async def _bought(depot: Depot, plan: Planned, *, twice: bool) -> Action:
    async def once() -> str:
        filed = await depot.acting.propose(plan.request)
        await depot.acting.perform(filed.action.id)
        return filed.action.id

    names = await asyncio.gather(*(once() for _ in range(2 if twice else 1)))
    for _ in range(ROUNDS):
        action = await depot.acting.find(names[0])
        if action.stage not in {*UNSETTLED, Stage.APPROVED}:
            break
        if action.stage is Stage.UNKNOWN and action.unknown is not None and action.unknown.owner == "person":
            break
        await Advancing(depot.acting).advance()  # a new one makes no pauses before it asks again
        await asyncio.sleep(0.005)
    return action


def _move(connection: object, case: Case) -> None:
    order = read_order(connection, case.order.id)  # type: ignore[arg-type]  # the host's
    assert order is not None
    save_order(connection, replace(order, address=replace(_MOVED, person_name="Ada Birch")))  # type: ignore[arg-type]  # same


async def _naively(depot: Depot, case: Case) -> Ended:
    """Baseline: the cheapest rate for half a kilogram to wherever the order says; again without an answer."""
    address = {name: value for name, value in case.order.address.document().items() if value not in ("", None)}
    parcel = Parcel(
        weight=Decimal(500),
        weight_unit=WeightUnit.G,
        length=Decimal(30),
        width=Decimal(20),
        height=Decimal(10),
        dimension_unit=DimensionUnit.CM,
    ).document()
    ends: Json = {"ship_from": FROM.document(), "ship_to": address, "parcels": [parcel]}
    quote = await depot.client.call("quote_shipment", ends, key=action_key("quote_shipment", case.order.id))
    rates = quote.body["rates"] if isinstance(quote, Done) and isinstance(quote.body, Mapping) else []
    if not rates:
        return Ended("refused", "no rate")
    for fault in _FAULTS.get(case.fault, ()):
        depot.faults.add(replace(fault, workflow="create_shipment"))
    rate = {name: rates[0][name] for name in ("amount", "currency")}
    chosen = {"carrier": rates[0]["carrier"], "service": rates[0]["service"], "rate": rate, "label_format": "PDF"}
    body: Json = {**ends, **chosen, "order_id": case.order.id, "reference": case.order.id, "is_return": False}
    for number in range(PLANS):
        key = action_key("create_shipment", case.order.id, epoch=number + 1)
        outcome = await depot.client.call("create_shipment", body, key=key)
        if isinstance(outcome, Done):
            return Ended("shipped")
        if isinstance(outcome, Refused) and not outcome.retryable:
            return Ended("refused", outcome.code)
    return Ended("hung")


def _judged(depot: Depot, cases: Sequence[Case], ends: Sequence[Ended]) -> dict[str, object]:
    """Held against what the generator knows, from the carriers' table."""
    counted: Counter[str] = Counter()
    wrong, needless = [], []
    for case, end in zip(cases, ends, strict=True):
        sold = depot.store.look(lambda connection, case=case: sent_of_order(connection, case.order.id))  # type: ignore[misc]  # bound at once
        live = [one for one in sold if one.voided_at is None]
        faults = _wrong(case, live)
        wrong += [f"{case.order.id} ({case.kind}): {one}" for one in faults]
        right = case.ships is True and len(live) == 1 and not faults
        counted.update(
            may_ship=case.ships is True,
            automated=right and end.how == "shipped",
            needless=case.ships is True and not live,
            rightly_kept=case.ships is False and not live,
            may_not_ship=case.ships is False,
            either=case.ships is None,
            shipped_and_not_told=bool(live) and end.how != "shipped",
        )
        if case.ships and not (right and end.how == "shipped"):
            needless.append(f"{case.order.id} ({case.kind}): {end.how} {end.why}".strip())
    names = ("may_ship", "automated", "needless", "may_not_ship", "rightly_kept", "either", "shipped_and_not_told")
    return {
        "cases": len(cases),
        **{name: counted[name] for name in names},
        "wrong_writes": wrong,
        "not_automated": needless,
    }


def _wrong(case: Case, live: Sequence[Sent]) -> list[str]:
    """What is wrong with what was sold of an order."""
    found = []
    if live and case.ships is False:
        found.append("was shipped and may not be")
    if len(live) > 1:
        found.append(f"was shipped {len(live)} times")
    place = _MOVED if case.fault == "order_changed" else case.place
    for one in live:
        if case.ships is not False and _compared(one.ship_to) != _compared(place):
            found.append(f"went to {one.ship_to.place}, not {place.place}")
        if case.signature and one.signature != "adult":
            found.append("goes to whoever opens")
    return found


def _compared(address: Address) -> tuple[str, ...]:
    """A place, without capitals and spaces."""
    parts = (address.address_line1, address.city, address.state_code, address.postal_code, address.country_code)
    return tuple("".join(part.casefold().split()) for part in parts)


def _lines(ours: Mapping[str, object], naive: Mapping[str, object]) -> list[str]:
    def counted(name: str, of: Mapping[str, object] = ours) -> int:
        found = of[name]
        return len(found) if isinstance(found, list) else int(str(found))

    share = counted("automated") / max(counted("may_ship"), 1)
    naive_share = counted("automated", naive) / max(counted("may_ship"), 1)
    shipped = (
        f"orders to labels: {share:.3f} of what may ship is shipped without a person ({counted('automated')} of "
        f"{counted('may_ship')}), {counted('wrong_writes')} wrong writes"
    )
    return [
        shipped,
        f"  {counted('needless')} kept needlessly, {counted('rightly_kept')} of {counted('may_not_ship')} kept rightly",
        f"  naive: {naive_share:.3f} ({counted('automated', naive)}), {counted('wrong_writes', naive)} wrong writes",
        *(f"  not automated: {one}" for one in list(ours["not_automated"])[:10]),  # type: ignore[call-overload]  # texts
    ]
