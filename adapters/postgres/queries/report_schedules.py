"""`ScheduleReader` and `Readership` on PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from adapters.postgres.repositories.report_schedules import COLUMNS, schedule_of
from core.domain.access import Actor, Sites
from core.domain.errors import NotFound
from core.domain.report import ReportName
from core.domain.report_schedule import ScheduleOutcome, may_take_away, sees_all_schedules
from core.domain.roles import COMPANY_PRESETS, GRANTABLE
from core.ports.report_schedules import PossibleReader, RhythmOfDays
from core.queries.report_schedules import ReaderView, ScheduleView

_MOST = 1_000
_READERS = """
    SELECT coalesce(json_agg(json_build_object('id', u.id, 'name', u.name, 'last', CASE WHEN o.state IS NOT NULL THEN json_build_object(
               'due_at', o.due_at, 'problem', o.problem,
               'state', CASE WHEN o.state = 'waiting' AND j.state = 'cancelled' THEN 'cancelled' ELSE o.state END) END)
           ORDER BY u.name, u.id), '[]')
    FROM unnest(s.readers) AS r(id) JOIN app_user u ON u.id = r.id
    LEFT JOIN report_schedule_outcome o ON o.company_id = s.company_id AND o.schedule_id = s.id AND o.user_id = r.id
    LEFT JOIN job j ON j.company_id = o.company_id AND j.id = o.job_id
"""
_SCHEDULES = f"""
    SELECT {COLUMNS}, w.name, ({_READERS})
    FROM report_schedule s JOIN app_user w ON w.id = s.owner_id
    WHERE s.company_id = %(company)s AND (%(all)s OR s.owner_id = %(user)s) AND (%(id)s::uuid IS NULL OR s.id = %(id)s)
    ORDER BY s.owner_id <> %(user)s, lower(s.name), s.id LIMIT {_MOST}
"""
_MEMBERS = """
    SELECT u.id, u.name, coalesce(u.email = u.proven_email, false), m.role, r.permissions,
           m.write_site_ids, m.read_site_ids
    FROM membership m JOIN app_user u ON u.id = m.user_id
    LEFT JOIN role r ON r.company_id = m.company_id AND r.id = m.custom_role_id
    WHERE m.company_id = %(company)s AND m.active AND u.active
    ORDER BY lower(u.name), u.id
"""


class PostgresScheduleReader:
    """`ScheduleReader` and `Readership`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def schedules(self, actor: Actor) -> Sequence[ScheduleView]:
        return await self._views(actor, None)

    async def schedule(self, actor: Actor, schedule_id: UUID) -> ScheduleView:
        views = await self._views(actor, schedule_id)
        if not views:
            raise NotFound("schedule_not_found", "no schedule of yours has this id")
        return views[0]

    async def readers(self, actor: Actor, report: ReportName) -> Sequence[PossibleReader]:
        rows = await self._database.fetch(Scope(actor.company), _MEMBERS, {"company": actor.company})
        found = [(PossibleReader(*row[:3]), _actor(actor.company, row)) for row in rows]
        return [reader for reader, other in found if may_take_away(other, report) and _share_a_site(actor, other)]

    async def _views(self, actor: Actor, schedule_id: UUID | None) -> list[ScheduleView]:
        names: dict[str, Any] = {
            "company": actor.company,
            "user": actor.user_id,
            "all": sees_all_schedules(actor),
            "id": schedule_id,
        }
        return [_view(row) for row in await self._database.fetch(Scope(actor.company), _SCHEDULES, names)]


def _actor(company: UUID, row: Row) -> Actor:
    user_id, _, _, role, own, sites, read_sites = row
    return Actor(user_id, company, _permissions(role, own), _sites(sites), _sites(read_sites))


def _sites(ids: list[UUID] | None) -> Sites:
    return None if ids is None else frozenset(ids)


def _share_a_site(one: Actor, other: Actor) -> bool:
    """Whether there is anything that both see."""
    return one.read_sites is None or other.read_sites is None or bool(one.read_sites & other.read_sites)


def _permissions(role: str | None, own: list[str] | None) -> frozenset[str]:
    if role is None:
        return frozenset(own or ()) & GRANTABLE
    return COMPANY_PRESETS[role].permissions if role in COMPANY_PRESETS else frozenset()


def _view(row: Row) -> ScheduleView:
    schedule, owner = schedule_of(row), row[18]
    readers = msgspec.convert(row[19], list[ReaderView])
    rhythm = schedule.rhythm
    return ScheduleView(
        id=schedule.id,
        name=schedule.name,
        owner_id=schedule.owner_id,
        owner=owner,
        report=schedule.report,
        format=schedule.format,
        filters=schedule.filters,
        period=schedule.period,
        rhythm=RhythmOfDays(rhythm.every, rhythm.hour, rhythm.weekday, rhythm.month_day),
        language=schedule.language,
        skip_empty=schedule.skip_empty,
        readers=readers,
        paused=schedule.paused,
        rests=_why_it_rests(readers),
        next_at=None if schedule.paused else schedule.next_at,
        version=schedule.version,
    )


def _why_it_rests(readers: Sequence[ReaderView]) -> str | None:
    if not readers:
        return "no_readers"
    return next((one.last.problem for one in readers if one.last and one.last.state is ScheduleOutcome.RESTING), None)
