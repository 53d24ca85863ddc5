"""Purchase orders on paper: as they stand, and as they were sent."""

import asyncio
import io
from collections.abc import Callable
from hashlib import sha256
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.order_document import OrderDocument
from core.ports.clock import Clock
from core.ports.files import FileStore
from core.ports.order_sendings import DueSending, OrderSendingReader
from core.ports.storage import Run, UnitOfWork
from core.ports.supplier import DocumentMaker


class PrintedOrder(msgspec.Struct, frozen=True):
    """The PDF of an order."""

    order_number: int
    content: bytes


class OrderDocuments:
    """Makes documents and keeps what is sent, for ever and in the bytes in which it is sent. Draws one at a time: each keeps the processor
    busy for up to some seconds. `maker` is asked for when it is first needed."""

    def __init__(
        self, run: Run, reader: OrderSendingReader, store: FileStore, maker: Callable[[], DocumentMaker], clock: Clock
    ) -> None:
        self._run, self._reader, self._store, self._maker, self._clock = run, reader, store, maker, clock
        self._one_at_a_time = asyncio.Semaphore(1)

    async def present(self, actor: Actor, order_id: UUID) -> PrintedOrder:
        """The order as it stands, without prices for those who may not see costs."""
        actor.require("purchase:read")
        document = await self._reader.document(actor, order_id, self._clock.now())
        if document is None:
            raise NotFound("purchase_order_not_found", "no purchase order has this id")
        return PrintedOrder(document.number, await self._drawn(document))

    async def sent(self, actor: Actor, order_id: UUID, number: int) -> PrintedOrder:
        """What was handed over with a sending. It has prices, so it is for those who may see costs."""
        actor.require("purchase:read")
        actor.require("cost:read")
        file = await self._reader.file(actor, order_id, number)
        if file is None or file.digest is None:
            raise NotFound("sending_not_found", "nothing was handed over with such a sending")
        return PrintedOrder(file.order_number, await self._content(actor.company, file.digest))

    async def to_send(self, actor: Actor, due: DueSending, document: OrderDocument) -> bytes:
        """What goes with a sending: made and stored before the first try, and the same in every other."""
        if due.digest is not None:
            return await self._content(actor.company, due.digest)
        content = await self._drawn(document)
        await self._run(self._keep, actor, (due.id, content))
        return content

    async def _drawn(self, document: OrderDocument) -> bytes:
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._maker().pdf, document)

    async def _keep(self, uow: UnitOfWork, actor: Actor, command: tuple[UUID, bytes]) -> None:
        """The row refers to the content before it is stored, and is committed after it is safe."""
        sending_id, content = command
        await uow.catalogue.keep_files()
        await uow.order_sendings.keep_file(sending_id, sha256(content).hexdigest())
        await self._store.put(actor.company, io.BytesIO(content))

    async def _content(self, company_id: UUID, digest: str) -> bytes:
        return b"".join([part async for part in await self._store.open(company_id, digest)])
