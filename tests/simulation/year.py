"""A company that nobody watches lives through a year: customers buy, policies order, suppliers deliver.

Of every product of the real shop there are two, which customers want alike: one is ordered by a fixed minimum and target, one by a
service level. The worker is the real one; its steps are done one after the other, on a clock that jumps from noon to noon.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.postgres.uow import PostgresRun
from apps.worker.worker import Parts
from core.commands.purchase_order_receipt import ReceiveOrder, receive_order
from core.commands.stock import PostingLine, RecordSale, record_sale
from core.domain.access import Actor
from core.ports.replenishment import Scope
from core.ports.watch import Watch
from tests.shop import Shop
from tests.simulation.demand import BEGIN, Demand
from tests.simulation.market import Market

FIXED, SERVED = "FIXED", "SERVED"
METHODS = (FIXED, SERVED)
SITE = "UIO"
NOON = time(17, tzinfo=UTC)  # in Guayaquil


class Noon:
    """A clock that shows noon of one day after the other."""

    def __init__(self) -> None:
        self.at = datetime.combine(BEGIN, NOON)

    def now(self) -> datetime:
        return self.at


@dataclass
class Shelf:
    """One product: what lies there as far as the customers know, and what became of their wishes."""

    on_hand: int
    wanted: int = 0
    sold: int = 0
    days_without: int = 0
    stock_days: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a method achieved: the share of all units wanted that were there, the share of days on which a product was there, and the
    mean number of units in stock."""

    fill_rate: float
    ready_rate: float
    stock: float


# What is there or to come must never be more than the target that orders bring it to.
_ABOVE_TARGET = """
    SELECT p.sku, s.on_hand, coalesce(o.open, 0), r.target FROM reorder_policy r
    JOIN product p ON p.company_id = r.company_id AND p.id = r.product_id
    JOIN site_stock s ON s.company_id = r.company_id AND s.product_id = r.product_id AND s.site_id = r.site_id
    LEFT JOIN (SELECT l.product_id, sum(l.open) AS open FROM purchase_order_line l WHERE l.company_id = %s GROUP BY 1) o
           ON o.product_id = r.product_id
    WHERE r.company_id = %s AND r.method = 'fixed' AND s.on_hand + coalesce(o.open, 0) > r.target
"""
_TOLD = """
    SELECT i.event_id FROM notification_item i JOIN outbox_event e ON e.company_id = i.company_id AND e.id = i.event_id
    WHERE i.company_id = %s AND i.user_id = %s AND e.type = %s
"""


@dataclass
class Year:
    """The company and what goes on around it. `manager` is to be told what happens. `above_target` collects what was ordered though
    it was not missing."""

    shop: Shop
    parts: Parts
    clock: Noon
    market: Market
    demand: Demand
    watch: Watch
    manager: UUID
    shelves: dict[str, Shelf] = field(default_factory=dict)
    above_target: list[tuple[Any, ...]] = field(default_factory=list)

    async def pass_days(self, days: int) -> None:
        for _ in range(days):
            await self._receive()
            await self._sell()
            await self._work()
            company = self.shop.company_id
            self.above_target += await self.shop.fetch(_ABOVE_TARGET, company, company)
            self.clock.at += timedelta(days=1)

    def outcome(self, method: str) -> Outcome:
        shelves = [shelf for name, shelf in self.shelves.items() if name.startswith(method)]
        days = (self.clock.at.date() - BEGIN).days
        return Outcome(
            sum(one.sold for one in shelves) / sum(one.wanted for one in shelves),
            1 - sum(one.days_without for one in shelves) / (len(shelves) * days),
            sum(one.stock_days for one in shelves) / days,
        )

    async def told(self, event_type: str) -> list[UUID]:
        """The events of a type that the manager was told, once for each time."""
        rows = await self.shop.fetch(_TOLD, self.shop.company_id, self.manager, event_type)
        return [event_id for (event_id,) in rows]

    async def _receive(self) -> None:
        run = PostgresRun(self.shop.database, clock=self.clock)
        for number in self.market.arriving():
            ((order_id,),) = await self.shop.fetch(
                "SELECT id FROM purchase_order WHERE company_id = %s AND number = %s", self.shop.company_id, number
            )
            received = (await run(receive_order, self.shop.admin, (order_id, ReceiveOrder(), None))).result
            for line in received.lines:
                self.shelves[line.sku].on_hand += int(line.quantity)

    async def _sell(self) -> None:
        lines = list(self._customers())
        if lines:
            await record_sale(
                self.shop.ledger, self.clock, self.shop.admin, RecordSale(lines=lines, effective_at=self.clock.at), None
            )
        for shelf in self.shelves.values():
            shelf.stock_days += shelf.on_hand
            shelf.days_without += shelf.on_hand == 0

    def _customers(self) -> Iterator[PostingLine]:
        """What is wanted today and there; of the rest nobody ever hears."""
        for sku, units in self.demand.wanted.get(self.clock.at.date(), {}).items():
            for method in METHODS:
                shelf = self.shelves[f"{method}-{sku}"]
                sold = min(units, shelf.on_hand)
                shelf.wanted, shelf.sold, shelf.on_hand = shelf.wanted + units, shelf.sold + sold, shelf.on_hand - sold
                if sold:
                    yield PostingLine(f"{method}-{sku}", Decimal(sold), SITE, unit_price=Decimal(5))

    async def _work(self) -> None:
        """What the worker does in a day: its turns, and its jobs of this company."""
        company, now, parts = self.shop.company_id, self.clock.now(), self.parts
        await self._forecast()
        await self.watch.late_orders(company, now)
        await self.watch.overstock(company, now)
        await self._bring_events()
        await parts.replenisher.replenishing.whole(self._system, Scope())
        while parts.ordering and await parts.ordering.send(company):
            pass
        await self._bring_events()
        while await parts.notifying.notify(company):
            pass

    async def _forecast(self) -> None:
        forecaster = self.parts.forecaster
        assert forecaster
        await forecaster.runs.plan(self.shop.company_id, self.clock.now())
        while await forecaster.forecast():
            pass

    async def _bring_events(self) -> None:
        company, parts = self.shop.company_id, self.parts
        subscriptions = [*parts.core_subscriptions, *parts.plugins.subscriptions()]
        while (await parts.outbox.relay(company, subscriptions, 1000)).events:
            pass
        for subscriber in sorted({one.subscriber for one in subscriptions}):
            while await parts.deliverer.deliver(company, subscriber):
                pass

    @property
    def _system(self) -> Actor:
        return Actor(UUID(int=0), self.shop.company_id, frozenset(), agent="replenishment")
