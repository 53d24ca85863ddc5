"""Who did what in the company, when and from where."""

from typing import Annotated

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from apps.http.file_answers import CSV, XLSX, file_answer
from apps.http.parameters import Cursor, Limit, OptionalInstant, Text, require_zone
from apps.http.rules import needs
from core.domain.access import Actor
from core.ports.audit import AuditAction
from core.queries.audit import AuditEntry, AuditFilter, AuditReader
from core.queries.audit_export import AuditExport
from core.queries.paging import DEFAULT_LIMIT, Page

Who = Annotated[str | None, QueryParameter(name="actor", min_length=1, max_length=100, description="id or login")]

_SHEET = file_answer("The sheet", CSV, XLSX)


@get("/audit", opt=needs("audit:read"))
async def list_audit_entries(
    actor: FromDishka[Actor],
    audit: FromDishka[AuditReader],
    who: Who = None,
    subject_type: Text = None,
    subject_id: Text = None,
    action: FromQuery[AuditAction | None] = None,
    since: OptionalInstant = None,
    until: OptionalInstant = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[AuditEntry]:
    """Changes and sign-ins within the caller's reach, the newest first; from `since` on, before `until`."""
    require_zone(since=since, until=until)
    return await audit.entries(actor, AuditFilter(who, subject_type, subject_id, action, since, until), limit, cursor)


@get("/audit:export", opt=needs("audit:read"), responses=_SHEET)
async def export_audit_entries(
    actor: FromDishka[Actor],
    exports: FromDishka[AuditExport],
    who: Who = None,
    subject_type: Text = None,
    subject_id: Text = None,
    action: FromQuery[AuditAction | None] = None,
    since: OptionalInstant = None,
    until: OptionalInstant = None,
) -> Stream:
    """The entries that the same filters list, as CSV."""
    require_zone(since=since, until=until)
    sheet = await exports(actor, AuditFilter(who, subject_type, subject_id, action, since, until))
    headers = {"Content-Disposition": f'attachment; filename="{sheet.file_name}"', "Cache-Control": "no-store"}
    return Stream(sheet.content, media_type=sheet.media_type.partition(";")[0], headers=headers)


router = DishkaRouter("/", route_handlers=[list_audit_entries, export_audit_entries], tags=["audit"])
