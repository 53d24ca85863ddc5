"""Reports made in the background."""

from collections.abc import Sequence
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from apps.http.file_answers import CSV, PDF, XLSX, file_answer
from apps.http.rules import needs
from core.commands.report_jobs import AskForReport, ReportDesk
from core.domain.access import Actor
from core.ports.jobs import JobView

_FILE = file_answer("The file", PDF, XLSX, CSV)


@post("/jobs", opt=needs("export:read"), status_code=202)
async def ask_for_report(
    data: JSONBody[AskForReport], actor: FromDishka[Actor], desk: FromDishka[ReportDesk]
) -> JobView:
    """Has a report made in the background. Up to five of one person are under way at a time."""
    return await desk.ask(actor, data)


@get("/jobs", opt=needs("export:read"))
async def list_jobs(actor: FromDishka[Actor], desk: FromDishka[ReportDesk]) -> Sequence[JobView]:
    """The caller's jobs of the last week, the latest first."""
    return await desk.all(actor)


@get("/jobs/{job_id:uuid}", opt=needs("export:read"))
async def show_job(job_id: FromPath[UUID], actor: FromDishka[Actor], desk: FromDishka[ReportDesk]) -> JobView:
    """How far a job has come."""
    return await desk.one(actor, job_id)


@post("/jobs/{job_id:uuid}/cancel", opt=needs("export:read"), status_code=200)
async def cancel_job(job_id: FromPath[UUID], actor: FromDishka[Actor], desk: FromDishka[ReportDesk]) -> JobView:
    """Ends a job that is under way; one that has ended stays as it is."""
    return await desk.cancel(actor, job_id)


@get("/jobs/{job_id:uuid}/result", opt=needs("export:read"), responses=_FILE)
async def download_result(job_id: FromPath[UUID], actor: FromDishka[Actor], desk: FromDishka[ReportDesk]) -> Stream:
    """The file that was made."""
    file, content = await desk.result(actor, job_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.file_name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Stream(content, media_type=file.media_type.partition(";")[0], headers=headers)


router = DishkaRouter(
    "/", route_handlers=[ask_for_report, list_jobs, show_job, cancel_job, download_result], tags=["reports"]
)
