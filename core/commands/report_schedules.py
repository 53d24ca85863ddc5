"""Reports that come by mail: setting them up, changing, resting and ending them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import Saved, given, require_version
from core.domain.access import Actor
from core.domain.errors import Conflict, Fault, Forbidden, Invalid, NotFound, refuse_if
from core.domain.ids import new_id
from core.domain.report import REPORTS, Narrowing, ReportFormat, ReportName
from core.domain.report_schedule import (
    MOST_OF_ONE,
    MOST_READERS,
    Every,
    RelativePeriod,
    days_of,
    done_at_first,
    next_turn,
    sees_all_schedules,
)
from core.domain.text import text_fault, tidy
from core.ports.clock import Clock
from core.ports.report_schedules import PossibleReader, Readership, ReportSchedule, RhythmOfDays, StandingFilter
from core.ports.reports import ReportCheck, ReportFilter
from core.ports.storage import Run, UnitOfWork

LONGEST_NAME = 100

Name = Annotated[str, Meta(max_length=LONGEST_NAME, examples=["Ventas de la semana"])]
Readers = Annotated[list[UUID], Meta(min_length=1, max_length=MOST_READERS)]
Language = Literal["es", "en"]


class CreateSchedule(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A report that is sent to members of the company. `period` is needed by reports of a period or a day, which is the last of it, and
    taken by no others; with `skip_empty` nothing is sent where there are no rows."""

    name: Name
    report: Annotated[ReportName, Meta(examples=["sales_by_product"])]
    format: ReportFormat
    rhythm: RhythmOfDays
    readers: Readers
    period: RelativePeriod | None = None
    filters: StandingFilter = msgspec.field(default_factory=StandingFilter)
    language: Language = "es"
    skip_empty: bool = False


class ChangeSchedule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes; what is left out stays."""

    name: Name | UnsetType = UNSET
    format: ReportFormat | UnsetType = UNSET
    rhythm: RhythmOfDays | UnsetType = UNSET
    readers: Readers | UnsetType = UNSET
    period: RelativePeriod | UnsetType | None = UNSET
    filters: StandingFilter | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    skip_empty: bool | UnsetType = UNSET


class ScheduleDesk:
    """Sets schedules up and changes them, once everything about them is sound."""

    def __init__(self, run: Run, reports: ReportCheck, readership: Readership, clock: Clock) -> None:
        self._run, self._reports, self._readership, self._clock = run, reports, readership, clock

    async def readers(self, actor: Actor, report: ReportName) -> Sequence[PossibleReader]:
        """Who may be sent a report."""
        require_reach(actor)
        _require_report(actor, report)
        return await self._readership.readers(actor, report)

    async def create(self, actor: Actor, wish: CreateSchedule) -> Saved:
        """Raises `Invalid` with every fault, `Forbidden` and Conflict `too_many_schedules`."""
        require_reach(actor)
        await self._require_sound(actor, wish)
        return (await self._run(_create, actor, wish)).result

    async def change(self, actor: Actor, schedule_id: UUID, change: ChangeSchedule, version: int | None) -> Saved:
        """Only its owner changes a schedule, who must still have the right to the report. Raises `NotFound`, `StaleVersion` and as `create`
        does."""
        require_reach(actor)
        changes = given(change)
        stored = (await self._run(_read_own, actor, schedule_id)).result
        require_version(stored.version, version)
        await self._require_sound(actor, msgspec.structs.replace(_wish_of(stored), **changes))
        return (await self._run(_change, actor, (schedule_id, changes, stored.version))).result

    async def _require_sound(self, actor: Actor, wish: CreateSchedule) -> None:
        _require_report(actor, wish.report)
        faults = [*_faults(wish), *await self._filter_faults(actor, wish)]
        possible = {one.id for one in await self._readership.readers(actor, wish.report)}
        faults += [
            Fault(f"/readers/{place}", "may_not_receive", "must be a member who may take this report away")
            for place, reader in enumerate(wish.readers)
            if reader not in possible
        ]
        refuse_if(faults, "invalid_schedule")

    async def _filter_faults(self, actor: Actor, wish: CreateSchedule) -> list[Fault]:
        """What the report itself says of them."""
        try:
            await self._reports.check(actor, wish.report, ReportFilter(**msgspec.structs.asdict(wish.filters)))
        except Invalid as error:
            return [Fault(f"/filters/{one.pointer.rpartition('/')[2]}", one.code, one.detail) for one in error.faults]
        return []


async def pause_schedule(uow: UnitOfWork, actor: Actor, schedule_id: UUID) -> None:
    """Sends nothing until it is resumed; what is under way is cancelled. Once more is no fault."""
    schedule = await _found(uow, actor, schedule_id)
    if not schedule.paused:
        await uow.report_schedules.change(replace(schedule, paused=True))
        await uow.report_schedules.drop(schedule_id, uow.now)


async def resume_schedule(uow: UnitOfWork, actor: Actor, schedule_id: UUID) -> None:
    """Goes on with the next time that comes. Once more is no fault."""
    schedule = await _found(uow, actor, schedule_id)
    if schedule.paused:
        await uow.report_schedules.change(await _begun(uow, replace(schedule, paused=False)))


async def remove_schedule(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> None:
    """Ends it, and what is under way."""
    schedule_id, version = command
    schedule = await _found(uow, actor, schedule_id)
    require_version(schedule.version, version)
    await uow.report_schedules.drop(schedule_id, uow.now)
    await uow.report_schedules.remove(schedule_id)


async def send_now(uow: UnitOfWork, actor: Actor, schedule_id: UUID) -> Saved:
    """Makes and sends it once, whether or not it is paused, as if it were due now. Conflict `already_under_way`."""
    schedule = await _own(uow, actor, schedule_id)
    _require_report(actor, schedule.report)
    if await uow.report_schedules.is_under_way(schedule_id):
        raise Conflict("already_under_way", "it is being made at this moment")
    if not schedule.readers:
        raise Conflict("no_readers", "nobody is left to whom it could be sent")
    zone = await uow.report_schedules.zone()
    await uow.report_schedules.begin(schedule, narrowed(schedule, uow.now.astimezone(zone).date()), uow.now, uow.now)
    return Saved(schedule_id, schedule.version)


async def leave_schedule(uow: UnitOfWork, actor: Actor, schedule_id: UUID) -> None:
    """The actor is sent it no more. Raises `NotFound` for whoever is not sent it."""
    require_person(actor)
    if not await uow.report_schedules.leave(schedule_id, actor.user_id):
        raise _unknown()
    await uow.report_schedules.drop(schedule_id, uow.now, actor.user_id)


def narrowed(schedule: ReportSchedule, today: date) -> ReportFilter:
    """What the report is narrowed to where it is sent on that day."""
    wanted = ReportFilter(**msgspec.structs.asdict(schedule.filters))
    if schedule.period is None:
        return wanted
    since, until = days_of(schedule.period, today)
    if Narrowing.DAY in REPORTS[schedule.report].narrowing:
        return msgspec.structs.replace(wanted, day=until)
    return msgspec.structs.replace(wanted, since=since, until=until)


def require_reach(actor: Actor) -> None:
    """Raises `Forbidden` unless a person acts who may have reports sent."""
    actor.require("report:schedule")
    require_person(actor)


def require_person(actor: Actor) -> None:
    """Raises `Forbidden` for programs."""
    if actor.agent is not None:
        raise Forbidden("for_people_only", "a program fetches reports at once, and has none sent")


def _require_report(actor: Actor, report: ReportName) -> None:
    for permission in ("export:read", *REPORTS[report].permissions):
        actor.require(permission)


async def _create(uow: UnitOfWork, actor: Actor, wish: CreateSchedule) -> Saved:
    if await uow.people.member(actor.user_id) is None:
        raise Forbidden("not_a_member", "a report is sent on behalf of a member of the company")
    if await uow.report_schedules.count(actor.user_id) >= MOST_OF_ONE:
        raise Conflict("too_many_schedules", f"a person has {MOST_OF_ONE} schedules at most")
    schedule = await _begun(
        uow,
        ReportSchedule(
            *(new_id(), actor.user_id, tidy(wish.name), wish.report, wish.format, wish.filters, wish.period),
            *(wish.rhythm.rhythm, wish.language, wish.skip_empty, _once(wish.readers), False, uow.now.date(), uow.now),
        ),
    )
    await uow.report_schedules.add(schedule, uow.now)
    return Saved(schedule.id, schedule.version)


async def _change(uow: UnitOfWork, actor: Actor, command: tuple[UUID, Mapping[str, Any], int]) -> Saved:
    schedule_id, changes, version = command
    schedule = await _own(uow, actor, schedule_id)
    require_version(schedule.version, version)
    tidied = {**changes, **({"name": tidy(changes["name"])} if "name" in changes else {})}
    if "readers" in changes:
        tidied["readers"] = _once(changes["readers"])
    if "rhythm" in changes:
        tidied["rhythm"] = changes["rhythm"].rhythm
    changed = replace(schedule, **tidied)
    if changed.rhythm != schedule.rhythm:
        changed = await _begun(uow, changed)
    await uow.report_schedules.change(changed)
    return Saved(schedule_id, version + 1)


async def _begun(uow: UnitOfWork, schedule: ReportSchedule) -> ReportSchedule:
    """The schedule as if its rhythm began now."""
    zone = await uow.report_schedules.zone()
    done = done_at_first(schedule.rhythm, zone, uow.now)
    return replace(schedule, done=done, next_at=next_turn(schedule.rhythm, zone, done).at)


async def _read_own(uow: UnitOfWork, actor: Actor, schedule_id: UUID) -> ReportSchedule:
    return await _own(uow, actor, schedule_id)


async def _found(uow: UnitOfWork, actor: Actor, schedule_id: UUID) -> ReportSchedule:
    """Raises `NotFound` for whoever may not see it."""
    require_reach(actor)
    schedule = await uow.report_schedules.find(schedule_id)
    if schedule is None or not (schedule.owner_id == actor.user_id or sees_all_schedules(actor)):
        raise _unknown()
    return schedule


async def _own(uow: UnitOfWork, actor: Actor, schedule_id: UUID) -> ReportSchedule:
    """Raises `NotFound` as `_found` does, and `Forbidden` for whoever sees the schedule of somebody else."""
    schedule = await _found(uow, actor, schedule_id)
    if schedule.owner_id != actor.user_id:
        raise Forbidden("not_yours", "it speaks with the rights of whoever set it up: only they change or send it")
    return schedule


def _unknown() -> NotFound:
    return NotFound("schedule_not_found", "no schedule of yours has this id")


def _faults(wish: CreateSchedule) -> list[Fault]:
    rhythm, narrowing = wish.rhythm, REPORTS[wish.report].narrowing
    needs_period = bool(narrowing & {Narrowing.PERIOD, Narrowing.DAY})
    name = text_fault("/name", tidy(wish.name), LONGEST_NAME)
    return [
        *([name] if name else []),
        *_fits("/period", wish.period, needs_period, "this report"),
        *_fits("/rhythm/weekday", rhythm.weekday, rhythm.every is Every.WEEK, "this rhythm"),
        *_fits("/rhythm/month_day", rhythm.month_day, rhythm.every is Every.MONTH, "this rhythm"),
    ]


def _fits(pointer: str, value: object, wanted: bool, by: str) -> list[Fault]:
    if (value is not None) == wanted:
        return []
    return [Fault(pointer, "required", f"{by} needs it") if wanted else Fault(pointer, "not_allowed", f"{by} has none")]


def _wish_of(schedule: ReportSchedule) -> CreateSchedule:
    rhythm = schedule.rhythm
    return CreateSchedule(
        name=schedule.name,
        report=schedule.report,
        format=schedule.format,
        rhythm=RhythmOfDays(rhythm.every, rhythm.hour, rhythm.weekday, rhythm.month_day),
        readers=list(schedule.readers),
        period=schedule.period,
        filters=schedule.filters,
        language="es" if schedule.language == "es" else "en",
        skip_empty=schedule.skip_empty,
    )


def _once(readers: Sequence[UUID]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(readers))
