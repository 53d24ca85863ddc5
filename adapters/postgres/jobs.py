"""`Jobs` and `JobQueue` on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from adapters.postgres.engine import Connection, Database, Row, Scope
from adapters.postgres.mail import MailboxInTransaction
from adapters.postgres.notification_reach import MAIL_BLOCK
from core.domain.access import Actor
from core.domain.errors import Conflict, NotFound
from core.domain.ids import new_id
from core.domain.job import KEPT, MOST_OPEN, JobState
from core.domain.report import ReportFormat, ReportName
from core.ports.jobs import DueJob, JobFile, JobView, MadeFile, Sending
from core.ports.mail import Mail
from core.ports.reports import ReportFilter
from core.ports.sealing import Sealing

_SHOWN = "j.id, j.report, j.format, j.narrowed, j.state, j.rows, j.total, j.problem, j.problem_code, j.file_name, j.size, j.created_at, j.ended_at, j.schedule_id"
_OWN = "j.company_id = %(company)s AND j.user_id = %(user)s"
# Two who ask at the same moment wait for each other. The lock is a statement of its own: only the next sees what the other has done.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('jobs ' || %(user)s::text, 0))"
_ADD = f"""
    WITH under_way AS (
        SELECT count(*) AS jobs FROM job j WHERE {_OWN} AND j.schedule_id IS NULL AND j.state IN ('waiting', 'running')),
    made AS (
        INSERT INTO job AS j (company_id, id, user_id, report, format, narrowed, created_at)
        SELECT %(company)s, %(id)s, %(user)s, %(report)s, %(format)s, %(narrowed)s, %(now)s FROM under_way WHERE jobs < %(most)s
        RETURNING {_SHOWN}
    )
    SELECT * FROM made
"""
_ALL = f"SELECT {_SHOWN} FROM job j WHERE {_OWN} ORDER BY j.id DESC LIMIT 200"
_FIND = f"SELECT {_SHOWN} FROM job j WHERE {_OWN} AND j.id = %(id)s"
_CANCEL = f"""
    UPDATE job j SET state = 'cancelled', ended_at = %(now)s, lease_token = NULL
    WHERE {_OWN} AND j.id = %(id)s AND j.state IN ('waiting', 'running')
"""
_FILE = f"SELECT j.digest, j.file_name, j.media_type, j.state FROM job j WHERE {_OWN} AND j.id = %(id)s"
# Those for whom somebody waits come before those that are sent.
_CLAIM = """
    WITH due AS (
        SELECT j.company_id, j.id FROM job j
        WHERE j.state IN ('waiting', 'running') AND j.next_at <= statement_timestamp() AND (j.schedule_id IS NULL OR %(mails)s)
          AND NOT EXISTS (SELECT FROM company c WHERE c.id = j.company_id AND c.suspended)
        ORDER BY j.schedule_id IS NOT NULL, j.next_at, j.id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE job j SET state = 'running', attempts = j.attempts + 1, lease_token = %(token)s, next_at = clock_timestamp() + %(lease)s
    FROM due WHERE j.company_id = due.company_id AND j.id = due.id
    RETURNING j.company_id, j.id, j.user_id, j.report, j.format, j.narrowed, j.attempts, j.schedule_id
"""
_OURS = "company_id = %(company)s AND id = %(id)s AND lease_token = %(token)s AND state = 'running'"
_GO_ON = f"""
    UPDATE job SET rows = %(rows)s, total = %(total)s, next_at = clock_timestamp() + %(lease)s WHERE {_OURS} RETURNING 1
"""
_FINISH = f"""
    UPDATE job SET state = 'done', digest = %(digest)s, size = %(size)s, file_name = %(file_name)s, media_type = %(media_type)s,
           rows = %(rows)s, total = %(rows)s, lease_token = NULL, ended_at = %(now)s
    WHERE {_OURS} RETURNING 1
"""
_FAIL = f"""
    UPDATE job SET state = CASE WHEN %(after)s::interval IS NULL THEN 'failed' ELSE 'waiting' END, problem = %(problem)s, problem_code = %(code)s, lease_token = NULL,
           next_at = clock_timestamp() + coalesce(%(after)s::interval, interval '0'),
           ended_at = CASE WHEN %(after)s::interval IS NULL THEN %(now)s::timestamptz END
    WHERE {_OURS} RETURNING state
"""
_OUTCOME = """
    UPDATE report_schedule_outcome SET state = %(state)s, problem = %(code)s, mail_id = %(mail)s
    WHERE company_id = %(company)s AND job_id = %(id)s AND schedule_id = %(schedule)s AND user_id = %(user)s
"""
_SENDING = f"""
    SELECT s.owner_id, o.name, s.name, s.language, s.skip_empty, u.name, c.name,
           CASE WHEN u.email = u.proven_email THEN u.email END, {MAIL_BLOCK} IS NOT NULL
    FROM report_schedule s JOIN app_user o ON o.id = s.owner_id JOIN app_user u ON u.id = %(user)s JOIN company c ON c.id = s.company_id
    WHERE s.company_id = %(company)s AND s.id = %(schedule)s AND u.id = ANY (s.readers)
"""
_SEEN = f"UPDATE job SET seen = %(seen)s WHERE {_OURS}"
_MADE = """
    SELECT j.digest, j.size, j.file_name, j.media_type, j.rows FROM job j JOIN job own USING (company_id, schedule_id, due_at, seen, format)
    WHERE own.company_id = %(company)s AND own.id = %(id)s AND j.state = 'done' LIMIT 1
"""
_FORGET = """
    WITH gone AS (DELETE FROM job WHERE ended_at < %(before)s RETURNING company_id, id, digest)
    SELECT DISTINCT g.company_id, g.digest FROM gone g WHERE g.digest IS NOT NULL
       AND NOT EXISTS (SELECT FROM job j WHERE j.company_id = g.company_id AND j.digest = g.digest AND j.id NOT IN (SELECT id FROM gone))
"""


class PostgresJobs:
    """`Jobs`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, actor: Actor, report: ReportName, form: ReportFormat, wanted: ReportFilter, now: datetime
    ) -> JobView:
        narrowed = Jsonb(msgspec.to_builtins(wanted))
        names = {"report": report.value, "format": form.value, "narrowed": narrowed, "now": now, "most": MOST_OPEN}
        whose = {"company": actor.company, "user": actor.user_id, "id": new_id()}
        async with self._database.transaction(Scope(actor.company)) as connection:
            await connection.execute(_ONE_AT_A_TIME, whose)
            rows = await (await connection.execute(_ADD.encode(), {**whose, **names})).fetchall()
        if not rows:
            raise Conflict("too_many_jobs", f"{MOST_OPEN} jobs are under way: wait for one of them, or cancel one")
        return _view(rows[0])

    async def all(self, actor: Actor) -> Sequence[JobView]:
        return [_view(row) for row in await self._rows(_ALL, actor, None)]

    async def find(self, actor: Actor, job_id: UUID) -> JobView:
        rows = await self._rows(_FIND, actor, job_id)
        if not rows:
            raise _unknown()
        return _view(rows[0])

    async def cancel(self, actor: Actor, job_id: UUID, now: datetime) -> JobView:
        await self._rows(_CANCEL, actor, job_id, now=now)
        return await self.find(actor, job_id)

    async def file(self, actor: Actor, job_id: UUID) -> JobFile:
        rows = await self._rows(_FILE, actor, job_id)
        if not rows:
            raise _unknown()
        *file, state = rows[0]
        if state != JobState.DONE:
            raise Conflict("job_not_done", f"the job is {state}", details={"state": state})
        return JobFile(*file)

    async def _rows(self, statement: str, actor: Actor, job_id: UUID | None, **names: Any) -> list[Row]:
        whose = {"company": actor.company, "user": actor.user_id, "id": job_id}
        return await self._database.fetch(Scope(actor.company), statement, {**whose, **names})


class PostgresJobQueue:
    """`JobQueue`. `dispatch` sees the jobs of all companies; `database` works inside one. Without a `sealing` no mail can be posted, and
    what is to be sent waits."""

    def __init__(self, database: Database, dispatch: Database, sealing: Sealing | None = None) -> None:
        self._database, self._dispatch, self._sealing = database, dispatch, sealing

    async def claim(self, lease: timedelta) -> DueJob | None:
        token = new_id()
        names = {"token": token, "lease": lease, "mails": self._sealing is not None}
        rows = await self._dispatch.fetch(Scope(), _CLAIM, names)
        if not rows:
            return None
        company, job_id, user, report, form, narrowed, attempts, schedule = rows[0]
        wanted = msgspec.convert(narrowed, ReportFilter)
        return DueJob(token, company, job_id, user, ReportName(report), ReportFormat(form), wanted, attempts, schedule)

    async def go_on(self, job: DueJob, rows: int, total: int | None, lease: timedelta) -> bool:
        return bool(await self._rows(_GO_ON, job, rows=rows, total=total, lease=lease))

    async def sending(self, job: DueJob) -> Sending | None:
        rows = await self._rows(_SENDING, job)
        return Sending(*rows[0]) if rows else None

    async def made_for_others(self, job: DueJob, seen: bytes) -> MadeFile | None:
        await self._rows(_SEEN, job, seen=seen)
        rows = await self._rows(_MADE, job)
        return MadeFile(*rows[0]) if rows else None

    async def finish(self, job: DueJob, file: MadeFile, now: datetime, mail: Mail | None = None) -> None:
        async with self._database.transaction(Scope(job.company_id)) as connection:
            names = {**_names(job), **asdict(file), "now": now}
            done = await (await connection.execute(_FINISH.encode(), names)).fetchone()
            if done and job.schedule_id:
                mail_id = await self._mailbox(connection, job).post(mail) if mail else None
                ended = {"state": "posted" if mail else "nothing", "code": None, "mail": mail_id}
                await connection.execute(_OUTCOME.encode(), {**names, **ended})

    async def fail(
        self, job: DueJob, problem: str, after: timedelta | None, now: datetime, code: str = "internal"
    ) -> None:
        async with self._database.transaction(Scope(job.company_id)) as connection:
            names = {**_names(job), "problem": problem, "code": code, "after": after, "now": now}
            ended = await (await connection.execute(_FAIL.encode(), names)).fetchone()
            if ended and ended[0] == JobState.FAILED:
                await connection.execute(_OUTCOME.encode(), {**names, "state": "failed", "mail": None})

    async def forget(self, before: datetime) -> Sequence[tuple[UUID, str]]:
        rows = await self._dispatch.fetch(Scope(), _FORGET, {"before": before})
        return [(company, digest) for company, digest in rows]

    async def _rows(self, statement: str, job: DueJob, **names: Any) -> list[Row]:
        return await self._database.fetch(Scope(job.company_id), statement, {**_names(job), **names})

    def _mailbox(self, connection: Connection, job: DueJob) -> MailboxInTransaction:
        if self._sealing is None:
            raise ValueError("what is to be sent is not taken without keys to seal it with")
        return MailboxInTransaction(connection, self._sealing, job.company_id, carried_for=job.company_id)


def _names(job: DueJob) -> dict[str, Any]:
    return {
        "company": job.company_id,
        "id": job.id,
        "token": job.token,
        "user": job.user_id,
        "schedule": job.schedule_id,
    }


def _view(row: Row) -> JobView:
    job_id, report, form, narrowed, state, rows, total, problem, code, file_name, size, *when, schedule_id = row
    created_at, ended_at = when
    done = state == JobState.DONE
    percent = 100 if done else min(99, 100 * rows // total) if total else 0
    return JobView(
        *(job_id, ReportName(report), ReportFormat(form), msgspec.convert(narrowed, ReportFilter), JobState(state)),
        *(rows, total, percent, problem, code, file_name, size, created_at, ended_at),
        expires_at=ended_at + KEPT if done else None,
        schedule_id=schedule_id,
    )


def _unknown() -> NotFound:
    return NotFound("job_not_found", "no job of yours has this id")
