"""The turn of a schedule whose time has come: reports are asked for, or it rests, and the next time is set, all in one unit of work."""

from uuid import UUID

from core.commands.report_schedules import narrowed
from core.domain.access import Actor
from core.domain.report_schedule import due_turn, may_take_away, next_turn
from core.ports.report_schedules import ReportSchedule
from core.ports.storage import UnitOfWork

OWNER_LEFT = "owner_left"
OWNER_MAY_NOT = "owner_may_not"


async def take_turn(uow: UnitOfWork, actor: Actor, schedule_id: UUID) -> None:
    """Of several times that were missed, the last is made up for. Whoever comes second finds nothing to do."""
    schedule = await uow.report_schedules.due(schedule_id, uow.now)
    if schedule is None:
        return
    zone = await uow.report_schedules.zone()
    turn = due_turn(schedule.rhythm, zone, schedule.done, uow.now)
    if turn is not None and schedule.readers:
        if problem := await _why_it_rests(uow, actor, schedule):
            await uow.report_schedules.rest(schedule, turn.at, problem)
        else:
            await uow.report_schedules.begin(schedule, narrowed(schedule, turn.day), turn.at, uow.now)
    done = turn.day if turn else schedule.done
    await uow.report_schedules.turned(schedule.id, done, next_turn(schedule.rhythm, zone, done).at)


async def _why_it_rests(uow: UnitOfWork, actor: Actor, schedule: ReportSchedule) -> str | None:
    """Why its owner cannot have it sent at present."""
    member, account = await uow.people.member(schedule.owner_id), await uow.people.account(schedule.owner_id)
    if member is None or not member.active or account is None or not account.active:
        return OWNER_LEFT
    owner = Actor(schedule.owner_id, actor.company, member.role.permissions)
    if not (owner.may("report:schedule") and may_take_away(owner, schedule.report)):
        return OWNER_MAY_NOT
    return None
