"""The unit of work and its runner: begin, claim the idempotency key, run, store the answer, commit. Only here."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import cache, cached_property
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Database, Scope
from adapters.postgres.ledger import LedgerInTransaction
from adapters.postgres.link import Question
from adapters.postgres.mail import MailboxInTransaction
from adapters.postgres.mail_reports import MailReportsInTransaction
from adapters.postgres.repositories.attachments import PostgresAttachments
from adapters.postgres.repositories.catalogue import PostgresCatalogue
from adapters.postgres.repositories.channel_items import PostgresChannelItems
from adapters.postgres.repositories.channel_orders import PostgresChannelOrders
from adapters.postgres.repositories.companies import PostgresCompanies
from adapters.postgres.repositories.identity_providers import PostgresIdentityLinks, PostgresIdentityProviders
from adapters.postgres.repositories.inbox import PostgresInboxRepository, PostgresTextReports
from adapters.postgres.repositories.integrations import PostgresApiKeys, PostgresOAuthClients
from adapters.postgres.repositories.invitations import PostgresInvitations
from adapters.postgres.repositories.order_requests import PostgresOrderRequests
from adapters.postgres.repositories.order_sendings import PostgresOrderSendings
from adapters.postgres.repositories.people import PostgresPeople
from adapters.postgres.repositories.policies import PoliciesInTransaction
from adapters.postgres.repositories.postings import PostgresPostings
from adapters.postgres.repositories.purchase_orders import PostgresPurchaseOrders
from adapters.postgres.repositories.recommendations import PostgresRecommendations
from adapters.postgres.repositories.replenishment import PostgresReplenishment
from adapters.postgres.repositories.report_schedules import PostgresReportSchedules
from adapters.postgres.repositories.reservations import PostgresReservations
from adapters.postgres.repositories.stock_counts import PostgresStockCounts
from adapters.postgres.repositories.suppliers import PostgresSuppliers
from adapters.postgres.repositories.transfers import PostgresTransfers
from adapters.postgres.repositories.webhooks import PostgresWebhooks
from adapters.postgres.tries import tries
from core.domain.access import Actor
from core.domain.errors import Invalid
from core.ports.clock import Clock, SystemClock
from core.ports.sealing import Sealing
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Outcome, UnitOfWork

C = TypeVar("C")
R = TypeVar("R")

_CLAIM = (
    "INSERT INTO idempotency_key (company_id, principal_id, key, request_hash)"
    " VALUES (%s, %s, %s, decode(%s, 'hex')) ON CONFLICT DO NOTHING RETURNING 1"
)
_STORED = "SELECT encode(request_hash, 'hex'), result::text FROM idempotency_key WHERE company_id = %s AND principal_id = %s AND key = %s"
_STORE = "UPDATE idempotency_key SET result = %s::json WHERE company_id = %s AND principal_id = %s AND key = %s"
_EVENTS = """
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::json[])
"""


class PostgresEvents:
    """`Events` in the transaction of a unit of work: gathered, and written in one statement with the commit."""

    def __init__(self, company_id: UUID) -> None:
        self._company_id = company_id
        self._gathered: list[tuple[str, str, UUID, str]] = []

    async def append(self, event_type: str, subject_type: str, subject_id: UUID, data: Mapping[str, object]) -> None:
        self._gathered.append((event_type, subject_type, subject_id, msgspec.json.encode(data).decode()))

    def written(self) -> list[Question]:
        """What writes all that was gathered."""
        columns = [list(column) for column in zip(*self._gathered, strict=True)]
        return [(_EVENTS, (self._company_id, *columns))] if columns else []


class PostgresUnitOfWork:
    """`UnitOfWork` on one connection in one transaction."""

    def __init__(self, connection: Connection, company_id: UUID, now: datetime, sealing: Sealing | None = None) -> None:
        self._connection, self._company_id, self._now, self._sealing = connection, company_id, now, sealing

    @property
    def now(self) -> datetime:
        return self._now

    @cached_property
    def ledger(self) -> LedgerInTransaction:
        return LedgerInTransaction(self._connection)

    @cached_property
    def postings(self) -> PostgresPostings:
        return PostgresPostings(self._connection, self._company_id)

    @cached_property
    def events(self) -> PostgresEvents:
        return PostgresEvents(self._company_id)

    @cached_property
    def attachments(self) -> PostgresAttachments:
        return PostgresAttachments(self._connection, self._company_id)

    @cached_property
    def catalogue(self) -> PostgresCatalogue:
        return PostgresCatalogue(self._connection, self._company_id)

    @cached_property
    def companies(self) -> PostgresCompanies:
        return PostgresCompanies(self._connection, self._company_id)

    @cached_property
    def people(self) -> PostgresPeople:
        return PostgresPeople(self._connection, self._company_id)

    @cached_property
    def report_schedules(self) -> PostgresReportSchedules:
        return PostgresReportSchedules(self._connection, self._company_id)

    @cached_property
    def reservations(self) -> PostgresReservations:
        return PostgresReservations(self._connection, self._company_id)

    @cached_property
    def transfers(self) -> PostgresTransfers:
        return PostgresTransfers(self._connection, self._company_id)

    @cached_property
    def order_requests(self) -> PostgresOrderRequests:
        return PostgresOrderRequests(self._connection, self._company_id)

    @cached_property
    def channel_orders(self) -> PostgresChannelOrders:
        return PostgresChannelOrders(self._connection, self._company_id, self._now)

    @cached_property
    def suppliers(self) -> PostgresSuppliers:
        return PostgresSuppliers(self._connection, self._company_id)

    @cached_property
    def purchase_orders(self) -> PostgresPurchaseOrders:
        return PostgresPurchaseOrders(self._connection, self._company_id, self._now)

    @cached_property
    def order_sendings(self) -> PostgresOrderSendings:
        return PostgresOrderSendings(self._connection, self._company_id)

    @cached_property
    def replenishment(self) -> PostgresReplenishment:
        return PostgresReplenishment(self._connection, self._company_id, self._now)

    @cached_property
    def policies(self) -> PoliciesInTransaction:
        return PoliciesInTransaction(self._connection)

    @cached_property
    def recommendations(self) -> PostgresRecommendations:
        return PostgresRecommendations(self._connection, self._company_id, self._now)

    @cached_property
    def stock_counts(self) -> PostgresStockCounts:
        return PostgresStockCounts(self._connection, self._company_id)

    @cached_property
    def api_keys(self) -> PostgresApiKeys:
        return PostgresApiKeys(self._connection, self._company_id)

    @cached_property
    def oauth_clients(self) -> PostgresOAuthClients:
        return PostgresOAuthClients(self._connection, self._company_id)

    @cached_property
    def invitations(self) -> PostgresInvitations:
        return PostgresInvitations(self._connection, self._company_id)

    @cached_property
    def identity_providers(self) -> PostgresIdentityProviders:
        return PostgresIdentityProviders(self._connection, self._company_id)

    @cached_property
    def identity_links(self) -> PostgresIdentityLinks:
        return PostgresIdentityLinks(self._connection, self._company_id)

    @cached_property
    def channel_items(self) -> PostgresChannelItems:
        return PostgresChannelItems(self._connection, self._company_id, self._now)

    @cached_property
    def webhooks(self) -> PostgresWebhooks:
        return PostgresWebhooks(self._connection, self._company_id)

    @cached_property
    def inbox(self) -> PostgresInboxRepository:
        return PostgresInboxRepository(self._connection, self._company_id)

    @cached_property
    def text_reports(self) -> PostgresTextReports:
        return PostgresTextReports(self._connection, self._company_id)

    @cached_property
    def mail(self) -> MailboxInTransaction:
        if self._sealing is None:
            raise RuntimeError("this unit of work posts no mail: it was given no keys to seal it with")
        return MailboxInTransaction(self._connection, self._sealing, self._company_id)

    @cached_property
    def mail_reports(self) -> MailReportsInTransaction:
        return MailReportsInTransaction(self._connection, self._company_id)


class PostgresRun:
    """`Run`: one transaction per call, tried up to three times when others stood in the way. Without `sealing` no mail can be
    posted."""

    def __init__(self, database: Database, sealing: Sealing | None = None, clock: Clock | None = None) -> None:
        self._database, self._sealing, self._clock = database, sealing, clock or SystemClock()

    async def __call__(
        self,
        use_case: Callable[[UnitOfWork, Actor, C], Awaitable[R]],
        actor: Actor,
        command: C,
        key: IdempotencyKey | None = None,
    ) -> Outcome[R]:
        async for attempt in tries(repeatable=key is not None):
            with attempt:
                return await self._once(use_case, actor, command, key)
        raise AssertionError("stamina either returns or raises")

    async def _once(
        self,
        use_case: Callable[[UnitOfWork, Actor, C], Awaitable[R]],
        actor: Actor,
        command: C,
        key: IdempotencyKey | None,
    ) -> Outcome[R]:
        company_id = actor.company
        closing: list[Question] = []
        async with self._database.transaction(Scope(company_id), actor, closing) as connection:
            if key and (stored := await self._claim(connection, company_id, key)):
                return Outcome(msgspec.json.decode(stored, type=_result_type(use_case)), replayed=True)
            uow = PostgresUnitOfWork(connection, company_id, self._clock.now(), self._sealing)
            result = await use_case(uow, actor, command)
            closing += uow.events.written()
            if key:
                answer = msgspec.json.encode(result).decode()
                closing.append((_STORE, (answer, company_id, key.principal_id, key.key)))
            return Outcome(result)

    async def _claim(self, connection: Connection, company_id: UUID, key: IdempotencyKey) -> str | None:
        """The stored answer of an earlier request with this key, or None when the key is now ours."""
        claimed = await connection.execute(_CLAIM, (company_id, key.principal_id, key.key, key.request_hash))
        if await claimed.fetchone():
            return None
        cursor = await connection.execute(_STORED, (company_id, key.principal_id, key.key))
        row = await cursor.fetchone()
        if row is None or row[0] != key.request_hash:
            raise Invalid("idempotency_key_reused", "this Idempotency-Key came with another request before")
        return str(row[1])


@cache
def _result_type(use_case: Callable[..., Any]) -> Any:
    return get_type_hints(use_case)["return"]
