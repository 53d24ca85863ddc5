"""`ReservationRepository` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from psycopg import errors

from adapters.postgres.constraints import translated
from adapters.postgres.engine import Connection
from adapters.postgres.pointers import faults_at, lines_at
from adapters.postgres.queries.reservations import RESERVATION, reservation_view
from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.reservation import Reservation, ReservationState, Wish
from core.ports.reservations import ReservationView

_FAULTS = "SELECT ledger_reservation_faults(%s::uuid[], %s::json)"
_RESERVE = "SELECT ledger_reserve(%s, %s::uuid[], %s::json)"
_PARTS = """
    SELECT r.id, r.site_id, r.demand_id, r.demand_type, r.state, r.expires_at
    FROM reservation named JOIN reservation r ON r.company_id = named.company_id AND r.demand_id = named.demand_id
    WHERE named.company_id = %s AND named.id = %s ORDER BY r.id
"""
_VIEWS = f"{RESERVATION} AND r.id = ANY (%(ids)s) ORDER BY array_position(%(ids)s, r.id)"


class _Request(msgspec.Struct, omit_defaults=True):
    line: int
    id: UUID
    quantity: Decimal
    state: str
    demand_type: str
    demand_id: UUID
    product_id: UUID | None = None
    sku: str | None = None
    site_id: UUID | None = None
    site_code: str | None = None
    expires_at: datetime | None = None
    priority: int = 0
    note: str = ""


def _request(wish: Wish) -> _Request:
    return _Request(
        wish.line,
        wish.id,
        wish.quantity,
        wish.state.value,
        wish.demand_type,
        wish.demand_id,
        product_id=wish.product if isinstance(wish.product, UUID) else None,
        sku=wish.product.lower() if isinstance(wish.product, str) else None,
        site_id=wish.site if isinstance(wish.site, UUID) else None,
        site_code=wish.site.upper() if isinstance(wish.site, str) else None,
        expires_at=wish.expires_at,
        priority=wish.priority,
        note=wish.note,
    )


def _requests(wishes: Sequence[Wish]) -> str:
    return msgspec.json.encode([_request(wish) for wish in wishes]).decode()


def _reach(actor: Actor) -> list[UUID] | None:
    return None if actor.sites is None else list(actor.sites)


class PostgresReservations:
    """`ReservationRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def now(self) -> datetime:
        cursor = await self._connection.execute("SELECT clock_timestamp()")
        rows: list[tuple[datetime]] = await cursor.fetchall()
        return rows[0][0]

    async def reference_faults(self, actor: Actor, wishes: Sequence[Wish]) -> list[Fault]:
        cursor = await self._connection.execute(_FAULTS, (_reach(actor), _requests(wishes)))
        row = await cursor.fetchone()
        return faults_at("/lines", row[0] if row else None)

    async def reserve(self, actor: Actor, wishes: Sequence[Wish]) -> list[UUID]:
        parameters = (actor.user_id, _reach(actor), _requests(wishes))
        try:
            cursor = await self._connection.execute(_RESERVE, parameters)
        except errors.Error as error:
            raise lines_at("/lines", translated(error)) from error
        row = await cursor.fetchone()
        return list(row[0]) if row else []

    async def parts(self, reservation_id: UUID) -> list[Reservation]:
        cursor = await self._connection.execute(_PARTS, (self._company_id, reservation_id))
        return [
            Reservation(part, site, demand, demand_type, ReservationState(state), expires_at)
            for part, site, demand, demand_type, state, expires_at in await cursor.fetchall()
        ]

    async def commit(self, demand_id: UUID) -> int:
        return await self._count("SELECT ledger_commit_reservations(%s)", (demand_id,))

    async def end(self, demand_id: UUID, outcome: ReservationState) -> int:
        return await self._count("SELECT ledger_end_reservations(%s, %s)", (demand_id, outcome.value))

    async def _count(self, statement: str, parameters: tuple[object, ...]) -> int:
        cursor = await self._connection.execute(statement.encode(), parameters)
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def views(self, ids: Sequence[UUID]) -> list[ReservationView]:
        cursor = await self._connection.execute(_VIEWS.encode(), {"company": self._company_id, "ids": list(ids)})
        return [reservation_view(row[1]) for row in await cursor.fetchall()]
