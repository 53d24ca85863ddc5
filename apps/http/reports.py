"""Reports: shown as JSON, and written as PDF, XLSX and CSV."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, cast
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from apps.http.file_answers import CSV, PDF, XLSX, file_answer
from apps.http.parameters import Text
from apps.http.rules import needs
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.report import ReportFormat, ReportName
from core.ports.reports import ReportFilter
from core.queries.report_files import PREVIEWED, ReportInfo, ReportPreview, Reports

Day = Annotated[date | None, QueryParameter(description="a day of the company")]
Rows = Annotated[int, QueryParameter(ge=1, le=1_000)]
Language = Annotated[
    Literal["es", "en"] | None,
    QueryParameter(description="of titles and words; that of the company where none is named"),
]
_ANSWERS = file_answer("The report, or a file of it", "application/json", PDF, XLSX, CSV, shown=ReportPreview)


@get("/reports", opt=needs("report:read"))
async def list_reports(
    actor: FromDishka[Actor], reports: FromDishka[Reports], language: Language = None
) -> Sequence[ReportInfo]:
    """The reports that the caller may see, with their columns and what narrows them."""
    return await reports.all(actor, language)


@get("/reports/{name:str}", opt=needs("report:read"), responses=_ANSWERS)
async def show_report(
    name: FromPath[str],
    actor: FromDishka[Actor],
    reports: FromDishka[Reports],
    since: Day = None,
    until: Day = None,
    day: Day = None,
    site: Text = None,
    category: FromQuery[UUID | None] = None,
    product: Text = None,
    limit: Rows = PREVIEWED,
    language: Language = None,
) -> Response[ReportPreview]:
    """The first rows of a report with the totals of all; or, where `.pdf`, `.xlsx` or `.csv` follows its name, the whole of it as a file,
    which takes export:read."""
    wanted = ReportFilter(since, until, day, site, category, product)
    report, form = _named(name)
    if form is None:
        return Response(await reports.preview(actor, report, wanted, limit, language))
    made = await reports.file(actor, report, wanted, form, language)
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return cast(
        "Response[ReportPreview]", Stream(made.content, media_type=made.media_type.partition(";")[0], headers=headers)
    )


def _named(name: str) -> tuple[ReportName, ReportFormat | None]:
    report, dot, form = name.partition(".")
    try:
        return ReportName(report), ReportFormat(form) if dot else None
    except ValueError:
        raise NotFound("report_not_found", "no report is called so, or none is written so") from None


router = DishkaRouter("/", route_handlers=[list_reports, show_report], tags=["reports"])
