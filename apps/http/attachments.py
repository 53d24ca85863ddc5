"""Files that support postings, transfers, purchase orders and products."""

from urllib.parse import quote
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Stream

from apps.http.file_answers import ANYTHING, file_answer
from apps.http.rules import needs
from core.commands.attachments import Attachments, list_attachments
from core.domain.access import Actor
from core.ports.attachments import AttachmentView, SubjectType
from core.ports.storage import Run

FILE_LIMIT = 20_000_000  # bytes


class AttachedFile(msgspec.Struct, forbid_unknown_fields=True):
    """A file and what it hangs on."""

    file: UploadFile
    subject_type: SubjectType
    subject_id: UUID


@post("/attachments", opt=needs("attachment:add"), request_max_body_size=FILE_LIMIT)
async def add_attachment(
    data: MultipartBody[AttachedFile], actor: FromDishka[Actor], attachments: FromDishka[Attachments]
) -> AttachmentView:
    """Attaches a PDF, picture, office file, text or XML of up to 20 MB. The subject itself is not changed."""
    content = await data.file.read()
    return await attachments.add(actor, data.subject_type, data.subject_id, data.file.filename, content)


@get("/attachments", opt=needs("attachment:read"))
async def list_attachments_of(
    subject_id: FromQuery[UUID], actor: FromDishka[Actor], run: FromDishka[Run]
) -> list[AttachmentView]:
    """The files of one subject, oldest first."""
    return (await run(list_attachments, actor, subject_id)).result


@get("/attachments/{attachment_id:uuid}", opt=needs("attachment:read"), responses=file_answer("The file", ANYTHING))
async def download_attachment(
    attachment_id: FromPath[UUID], actor: FromDishka[Actor], attachments: FromDishka[Attachments]
) -> Stream:
    """The file itself, always as a download: nothing that users bring is shown as a page of ours."""
    view, content = await attachments.content(actor, attachment_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(view.name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Stream(content, media_type=view.media_type, headers=headers)


router = DishkaRouter(
    "/", route_handlers=[add_attachment, list_attachments_of, download_attachment], tags=["documents"]
)
