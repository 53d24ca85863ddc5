"""`TextBudget` on PostgreSQL: a row for each company and day, which waits for nobody long."""

from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Connection, Database, Scope

_TODAY = """
    WITH today AS (
        SELECT c.id, (%(now)s::timestamptz AT TIME ZONE c.time_zone)::date AS day, c.sms_daily_limit AS most
        FROM company c WHERE c.id = %(company)s
    )
"""
_SPEND = f"""
    {_TODAY}
    INSERT INTO text_message_day AS d (company_id, day, texts) SELECT t.id, t.day, 1 FROM today t WHERE t.most > 0
    ON CONFLICT (company_id, day) DO UPDATE SET texts = d.texts + 1 WHERE d.texts < (SELECT t.most FROM today t)
    RETURNING 1
""".encode()
# The first message that is one too many is told, the others are not.
_SURPLUS = f"""
    {_TODAY},
    first AS (
        INSERT INTO text_message_day AS d (company_id, day, texts, surplus) SELECT t.id, t.day, 0, true FROM today t
        ON CONFLICT (company_id, day) DO UPDATE SET surplus = true WHERE NOT d.surplus
        RETURNING 1
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT t.id, 'sms_surplus', 'company', t.id, json_build_object('day', t.day, 'limit', t.most) FROM today t CROSS JOIN first
""".encode()


class PostgresTextBudget:
    """`TextBudget` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spend(self, company_id: UUID, now: datetime) -> bool:
        async with self._database.transaction(Scope(company_id)) as connection:
            return await spend(connection, company_id, now)


async def spend(connection: Connection, company_id: UUID, now: datetime) -> bool:
    """As `TextBudget.spend`, in a transaction: it is not spent unless that is committed."""
    names = {"company": company_id, "now": now}
    if await (await connection.execute(_SPEND, names)).fetchone():
        return True
    await connection.execute(_SURPLUS, names)
    return False
