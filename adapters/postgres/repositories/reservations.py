"""`ReservationRepository` on PostgreSQL."""

from uuid import UUID

from adapters.postgres.engine import Connection


class PostgresReservations:
    """`ReservationRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id
