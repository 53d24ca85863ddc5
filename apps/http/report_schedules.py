"""Reports that come by mail."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from apps.http.answer import Answer
from apps.http.idempotency import replayable
from apps.http.parameters import IfMatch
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.report_schedules import (
    ChangeSchedule,
    CreateSchedule,
    ScheduleDesk,
    leave_schedule,
    pause_schedule,
    remove_schedule,
    require_reach,
    resume_schedule,
    send_now,
)
from core.domain.access import Actor
from core.domain.report import ReportName
from core.ports.report_schedules import PossibleReader
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Run
from core.queries.report_schedules import ScheduleReader, ScheduleView

_NEEDS = needs("report:schedule")
Named = Annotated[ReportName, QueryParameter(description="a report")]


def _shown(schedule: ScheduleView, status_code: int = 200) -> Response[ScheduleView]:
    return Answer(schedule, status_code=status_code, headers={"ETag": etag(schedule.version)})


@get("/report-schedules", opt=_NEEDS)
async def list_schedules(actor: FromDishka[Actor], schedules: FromDishka[ScheduleReader]) -> Sequence[ScheduleView]:
    """The caller's schedules; to administrators of the whole company those of all."""
    require_reach(actor)
    return await schedules.schedules(actor)


@post("/report-schedules", opt=_NEEDS)
async def create_schedule(
    data: JSONBody[CreateSchedule],
    actor: FromDishka[Actor],
    desk: FromDishka[ScheduleDesk],
    schedules: FromDishka[ScheduleReader],
) -> Response[ScheduleView]:
    """Has a report sent to members of the company in a rhythm. Each is sent what both they and the caller may see then."""
    made = await desk.create(actor, data)
    return _shown(await schedules.schedule(actor, made.id), 201)


@get("/report-schedules/readers", opt=_NEEDS)
async def list_readers(
    actor: FromDishka[Actor], desk: FromDishka[ScheduleDesk], report: Named
) -> Sequence[PossibleReader]:
    """The members of the company to whom a report may be sent."""
    return await desk.readers(actor, report)


@get("/report-schedules/{schedule_id:uuid}", opt=_NEEDS)
async def show_schedule(
    schedule_id: FromPath[UUID], actor: FromDishka[Actor], schedules: FromDishka[ScheduleReader]
) -> Response[ScheduleView]:
    """One schedule, and what became of the last report for each of its readers."""
    require_reach(actor)
    return _shown(await schedules.schedule(actor, schedule_id))


@patch("/report-schedules/{schedule_id:uuid}", opt=_NEEDS)
async def change_schedule(
    schedule_id: FromPath[UUID],
    data: JSONBody[ChangeSchedule],
    actor: FromDishka[Actor],
    desk: FromDishka[ScheduleDesk],
    schedules: FromDishka[ScheduleReader],
    if_match: IfMatch = None,
) -> Response[ScheduleView]:
    """Changes one's own schedule. Its report stays."""
    await desk.change(actor, schedule_id, data, known_version(if_match))
    return _shown(await schedules.schedule(actor, schedule_id))


@delete("/report-schedules/{schedule_id:uuid}", opt=_NEEDS)
async def delete_schedule(
    schedule_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> None:
    """Ends a schedule, and what is under way."""
    await run(remove_schedule, actor, (schedule_id, known_version(if_match)))


@post("/report-schedules/{schedule_id:uuid}/pause", opt=_NEEDS, status_code=200)
async def pause_one_schedule(
    schedule_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], schedules: FromDishka[ScheduleReader]
) -> Response[ScheduleView]:
    """Sends nothing until it is resumed; what is under way is cancelled."""
    await run(pause_schedule, actor, schedule_id)
    return _shown(await schedules.schedule(actor, schedule_id))


@post("/report-schedules/{schedule_id:uuid}/resume", opt=_NEEDS, status_code=200)
async def resume_one_schedule(
    schedule_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], schedules: FromDishka[ScheduleReader]
) -> Response[ScheduleView]:
    """Goes on at the next time; what fell into the pause is not made up for."""
    await run(resume_schedule, actor, schedule_id)
    return _shown(await schedules.schedule(actor, schedule_id))


@post("/report-schedules/{schedule_id:uuid}/send", opt=needs("report:schedule", keyed=True), status_code=202)
async def send_schedule(
    schedule_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    schedules: FromDishka[ScheduleReader],
) -> Response[ScheduleView]:
    """Makes and sends one's own report now, beside its rhythm."""
    outcome = await run(send_now, actor, schedule_id, key)
    shown = await schedules.schedule(actor, schedule_id)
    return replayable(shown, replayed=outcome.replayed, status_code=202)


@post("/report-schedules/{schedule_id:uuid}/leave", opt=needs("profile:write"), status_code=204)
async def leave_one_schedule(schedule_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run]) -> None:
    """The caller is sent this report no more."""
    await run(leave_schedule, actor, schedule_id)


router = DishkaRouter(
    "/",
    route_handlers=[
        list_schedules,
        create_schedule,
        list_readers,
        show_schedule,
        change_schedule,
        delete_schedule,
        pause_one_schedule,
        resume_one_schedule,
        send_schedule,
        leave_one_schedule,
    ],
    tags=["reports"],
)
