"""People in several processes who bring goods from site to site, in every way that a transfer can go, and count all there is in between."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database
from adapters.postgres.queries.balances import PostgresBalanceReader
from adapters.postgres.uow import PostgresRun
from core.commands.transfers import (
    DispatchTransfer,
    ReceiveLine,
    ReceiveTransfer,
    StartTransfer,
    StartTransferLine,
    cancel_transfer,
    dispatch_transfer,
    recall_transfer,
    receive_transfer,
    start_transfer,
)
from core.domain.access import PRESETS, Actor
from core.domain.errors import DomainError
from core.ports.transfers import TransferView
from core.queries.balances import BalanceFilter
from tests.proof.crowd import Tell

TELLERS = 4  # of each process


async def bring_about(number: int, arguments: Mapping[str, Any], tell: Tell) -> None:
    """Tells every sum of a product that somebody counted, what was done and what was refused, and which transfers are still under way."""
    database = Database(arguments["url"], size=TELLERS + 1)
    await database.open()
    actor = Actor(UUID(arguments["user"]), UUID(arguments["company"]), PRESETS["admin"])
    tellers = [
        Teller(
            database,
            actor,
            arguments["sites"],
            arguments["skus"],
            random.Random(f"{arguments['seed']} {number} {place}"),
        )
        for place in range(TELLERS)
    ]
    done = asyncio.Event()
    counting = asyncio.create_task(_count(database, actor, tell, done))
    await asyncio.gather(*(teller.work(arguments["turns"]) for teller in tellers))
    done.set()
    await counting
    tell(["answers", sum((teller.answers for teller in tellers), Counter[str]())])
    tell(["under way", [str(transfer) for teller in tellers for transfer in teller.under_way]])
    await database.close()


async def _count(database: Database, actor: Actor, tell: Tell, done: asyncio.Event) -> None:
    while not done.is_set():
        tell(["sums", await sums(database, actor)])


async def sums(database: Database, actor: Actor) -> dict[str, str]:
    """How much there is of each product, at all sites and on the way, as one look at the balances shows it."""
    found = Counter[str]()
    page = await PostgresBalanceReader(database).balances(actor, BalanceFilter(), 500, None, places=False, total=False)
    assert page.next_cursor is None
    for balance in page.items:
        found[balance.sku] += balance.on_hand + balance.in_transit  # type: ignore[assignment]
    return {sku: str(quantity) for sku, quantity in found.items()}


class Teller:
    """Somebody who makes transfers and takes them further, one after the other."""

    def __init__(
        self, database: Database, actor: Actor, sites: Sequence[str], skus: Sequence[str], chance: random.Random
    ) -> None:
        self._run, self._actor, self._chance = PostgresRun(database), actor, chance
        self._sites, self._skus = sites, skus
        self._open: list[TransferView] = []
        self.answers = Counter[str]()

    @property
    def under_way(self) -> list[UUID]:
        return [transfer.id for transfer in self._open]

    async def work(self, turns: int) -> None:
        for _ in range(turns):
            try:
                await self._something()
                self.answers["done"] += 1
            except DomainError as refusal:
                self.answers[refusal.code] += 1

    async def _something(self) -> None:
        if len(self._open) < 3:
            await self._start()
            return
        transfer = self._open.pop(self._chance.randrange(len(self._open)))
        if transfer.state == "pending":
            await self._chance.choice([self._receive, self._receive, self._dispatch, self._cancel])(transfer)
        else:
            await self._chance.choice([self._receive, self._receive_some, self._recall])(transfer)

    async def _start(self) -> None:
        source, destination = self._chance.sample(self._sites, 2)
        wanted = [self._chance.choice(self._skus) for _ in range(self._chance.randint(1, 4))]  # often one twice
        lines = [StartTransferLine(sku, Decimal(self._chance.randint(1, 3))) for sku in wanted]
        command = StartTransfer(source, destination, lines)
        self._open.append((await self._run(start_transfer, self._actor, command)).result)

    async def _receive(self, transfer: TransferView) -> None:
        await self._run(receive_transfer, self._actor, (transfer.id, ReceiveTransfer(), None))

    async def _receive_some(self, transfer: TransferView) -> None:
        still_coming = transfer.lines[0].in_transit
        if not still_coming:  # more than was sent would be more than there was
            await self._receive(transfer)
            return
        some = ReceiveTransfer([ReceiveLine(1, min(still_coming, Decimal("0.5")))])
        after = (await self._run(receive_transfer, self._actor, (transfer.id, some, None))).result
        if after.state != "confirmed":
            self._open.append(after)

    async def _dispatch(self, transfer: TransferView) -> None:
        self._open.append(
            (await self._run(dispatch_transfer, self._actor, (transfer.id, DispatchTransfer(), None))).result
        )

    async def _recall(self, transfer: TransferView) -> None:
        await self._run(recall_transfer, self._actor, (transfer.id, None))

    async def _cancel(self, transfer: TransferView) -> None:
        await self._run(cancel_transfer, self._actor, (transfer.id, None))
