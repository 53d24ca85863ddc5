"""`ReportSchedules` in the transaction of a unit of work."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from psycopg.types.json import Jsonb

from adapters.postgres.engine import Connection, Row
from core.domain.ids import new_id
from core.domain.report import ReportFormat, ReportName
from core.domain.report_schedule import Every, RelativePeriod, Rhythm
from core.ports.report_schedules import ReportSchedule, StandingFilter
from core.ports.reports import ReportFilter

COLUMNS = """s.id, s.owner_id, s.name, s.report, s.format, s.narrowed, s.period, s.every, s.hour, s.weekday, s.month_day, s.language,
    s.skip_empty, s.readers, s.paused, s.done, s.next_at, s.version"""
_ONE = f"SELECT {COLUMNS} FROM report_schedule s WHERE s.company_id = %(company)s AND s.id = %(schedule)s"
_FIND = f"{_ONE} FOR UPDATE"
_DUE = f"{_ONE} AND NOT s.paused AND s.next_at <= %(now)s FOR UPDATE SKIP LOCKED"
_ZONE = "SELECT time_zone FROM company WHERE id = %(company)s"
# The lock is a statement of its own: only the next sees what the other has done.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('report schedules ' || %(owner)s::text, 0))"
_COUNT = "SELECT count(*) FROM report_schedule WHERE company_id = %(company)s AND owner_id = %(owner)s"
_ADD = """
    INSERT INTO report_schedule (company_id, id, owner_id, name, report, format, narrowed, period, every, hour, weekday, month_day, language,
                                 skip_empty, readers, paused, done, next_at, created_at)
    VALUES (%(company)s, %(schedule)s, %(owner)s, %(name)s, %(report)s, %(format)s, %(narrowed)s, %(period)s, %(every)s, %(hour)s,
            %(weekday)s, %(month_day)s, %(language)s, %(skip_empty)s, %(readers)s, %(paused)s, %(done)s, %(next_at)s, %(now)s)
"""
_CHANGE = """
    UPDATE report_schedule SET name = %(name)s, format = %(format)s, narrowed = %(narrowed)s, period = %(period)s, every = %(every)s,
           hour = %(hour)s, weekday = %(weekday)s, month_day = %(month_day)s, language = %(language)s, skip_empty = %(skip_empty)s,
           readers = %(readers)s, paused = %(paused)s, done = %(done)s, next_at = %(next_at)s, version = version + 1
    WHERE company_id = %(company)s AND id = %(schedule)s
"""
_FORGET_READERS = """
    DELETE FROM report_schedule_outcome WHERE company_id = %(company)s AND schedule_id = %(schedule)s AND user_id <> ALL (%(readers)s)
"""
_REMOVE = "DELETE FROM report_schedule WHERE company_id = %(company)s AND id = %(schedule)s"
_LEAVE = """
    UPDATE report_schedule SET readers = array_remove(readers, %(user)s), version = version + 1
    WHERE company_id = %(company)s AND id = %(schedule)s AND %(user)s = ANY (readers) RETURNING readers
"""
_TURNED = """
    UPDATE report_schedule SET done = %(done)s, next_at = %(next_at)s WHERE company_id = %(company)s AND id = %(schedule)s
"""
_OPEN = "j.company_id = %(company)s AND j.schedule_id = %(schedule)s AND j.state IN ('waiting', 'running')"
_UNDER_WAY = f"SELECT FROM job j WHERE {_OPEN} LIMIT 1"
_DROP = f"""
    UPDATE job j SET state = 'cancelled', ended_at = %(now)s, lease_token = NULL
    WHERE {_OPEN} AND (%(user)s::uuid IS NULL OR j.user_id = %(user)s)
"""
_ASK = """
    WITH asked AS (
        INSERT INTO job (company_id, id, user_id, report, format, narrowed, created_at, schedule_id, due_at)
        SELECT %(company)s, r.job, r.reader, %(report)s, %(format)s, %(narrowed)s, %(now)s, %(schedule)s, %(due_at)s
        FROM unnest(%(jobs)s::uuid[], %(readers)s::uuid[]) AS r(job, reader) RETURNING id, user_id
    )
    INSERT INTO report_schedule_outcome (company_id, schedule_id, user_id, due_at, state, job_id)
    SELECT %(company)s, %(schedule)s, user_id, %(due_at)s, 'waiting', id FROM asked
    ON CONFLICT (company_id, schedule_id, user_id)
    DO UPDATE SET due_at = excluded.due_at, state = 'waiting', job_id = excluded.job_id, problem = NULL, mail_id = NULL
"""
_REST = """
    INSERT INTO report_schedule_outcome (company_id, schedule_id, user_id, due_at, state, problem)
    SELECT %(company)s, %(schedule)s, reader, %(due_at)s, 'resting', %(problem)s FROM unnest(%(readers)s::uuid[]) AS r(reader)
    ON CONFLICT (company_id, schedule_id, user_id)
    DO UPDATE SET due_at = excluded.due_at, state = 'resting', problem = excluded.problem, job_id = NULL, mail_id = NULL
"""


class PostgresReportSchedules:
    """`ReportSchedules`."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def zone(self) -> ZoneInfo:
        return ZoneInfo((await self._rows(_ZONE))[0][0])

    async def find(self, schedule_id: UUID) -> ReportSchedule | None:
        rows = await self._rows(_FIND, schedule=schedule_id)
        return schedule_of(rows[0]) if rows else None

    async def due(self, schedule_id: UUID, now: datetime) -> ReportSchedule | None:
        rows = await self._rows(_DUE, schedule=schedule_id, now=now)
        return schedule_of(rows[0]) if rows else None

    async def count(self, owner_id: UUID) -> int:
        await self._execute(_ONE_AT_A_TIME, owner=owner_id)
        return int((await self._rows(_COUNT, owner=owner_id))[0][0])

    async def add(self, schedule: ReportSchedule, now: datetime) -> None:
        await self._execute(_ADD, **_columns(schedule), now=now)

    async def change(self, schedule: ReportSchedule) -> None:
        columns = _columns(schedule)
        await self._execute(_CHANGE, **columns)
        await self._execute(_FORGET_READERS, **columns)

    async def remove(self, schedule_id: UUID) -> None:
        await self._execute(_REMOVE, schedule=schedule_id)

    async def leave(self, schedule_id: UUID, user_id: UUID) -> bool:
        left = await self._rows(_LEAVE, schedule=schedule_id, user=user_id)
        if left:
            await self._execute(_FORGET_READERS, schedule=schedule_id, readers=left[0][0])
        return bool(left)

    async def turned(self, schedule_id: UUID, done: date, next_at: datetime) -> None:
        await self._execute(_TURNED, schedule=schedule_id, done=done, next_at=next_at)

    async def rest(self, schedule: ReportSchedule, due_at: datetime, problem: str) -> None:
        await self._execute(_REST, schedule=schedule.id, readers=list(schedule.readers), due_at=due_at, problem=problem)

    async def is_under_way(self, schedule_id: UUID) -> bool:
        return bool(await self._rows(_UNDER_WAY, schedule=schedule_id))

    async def begin(self, schedule: ReportSchedule, wanted: ReportFilter, due_at: datetime, now: datetime) -> None:
        await self.drop(schedule.id, now)
        await self._execute(
            _ASK,
            schedule=schedule.id,
            report=schedule.report.value,
            format=schedule.format.value,
            narrowed=Jsonb(msgspec.to_builtins(wanted)),
            readers=list(schedule.readers),
            jobs=[new_id() for _ in schedule.readers],
            due_at=due_at,
            now=now,
        )

    async def drop(self, schedule_id: UUID, now: datetime, user_id: UUID | None = None) -> None:
        await self._execute(_DROP, schedule=schedule_id, now=now, user=user_id)

    async def _execute(self, statement: str, **named: object) -> None:
        await self._connection.execute(statement.encode(), {"company": self._company_id, **named})

    async def _rows(self, statement: str, **named: object) -> list[Row]:
        cursor = await self._connection.execute(statement.encode(), {"company": self._company_id, **named})
        return await cursor.fetchall()


def schedule_of(row: Row) -> ReportSchedule:
    """The schedule in a row that begins with `COLUMNS`."""
    schedule_id, owner, name, report, form, filters, period, every, hour, weekday, month_day, language, *rest = row[:18]
    skip_empty, readers, paused, done, next_at, version = rest
    return ReportSchedule(
        schedule_id,
        owner,
        name,
        ReportName(report),
        ReportFormat(form),
        msgspec.convert(filters, StandingFilter),
        RelativePeriod(period) if period else None,
        Rhythm(Every(every), hour, weekday, month_day),
        language,
        skip_empty,
        tuple(readers),
        paused,
        done,
        next_at,
        version,
    )


def _columns(schedule: ReportSchedule) -> dict[str, object]:
    rhythm = schedule.rhythm
    return {
        "schedule": schedule.id,
        "owner": schedule.owner_id,
        "name": schedule.name,
        "report": schedule.report.value,
        "format": schedule.format.value,
        "narrowed": Jsonb(msgspec.to_builtins(schedule.filters)),
        "period": schedule.period.value if schedule.period else None,
        "every": rhythm.every.value,
        "hour": rhythm.hour,
        "weekday": rhythm.weekday,
        "month_day": rhythm.month_day,
        "language": schedule.language,
        "skip_empty": schedule.skip_empty,
        "readers": list(schedule.readers),
        "paused": schedule.paused,
        "done": schedule.done,
        "next_at": schedule.next_at,
    }
