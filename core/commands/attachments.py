"""Files that support a posting, a transfer, a purchase order or a product: kept as they came, shown to whoever may see the subject."""

import asyncio
import io
from collections.abc import AsyncIterator
from hashlib import sha256
from uuid import UUID

from core.domain.access import Actor
from core.domain.errors import Fault, NotFound, refuse_if
from core.domain.ids import new_id
from core.domain.mail import one_line
from core.ports.attachments import AttachmentView, NewAttachment, SubjectType
from core.ports.files import PUT_AT_ONCE, AttachmentTypes, FileStore
from core.ports.storage import Run, UnitOfWork

NAME_LIMIT = 200


class Attachments:
    """Attaches files and gives them back.

    The row comes first, so that nothing is stored for a subject that is not there, and is committed after the content is
    safe. Until then nobody forgets a file of the company: equal content may hang on something that goes away meanwhile.
    """

    def __init__(self, run: Run, store: FileStore, types: AttachmentTypes) -> None:
        self._run, self._store, self._types = run, store, types
        self._places = asyncio.Semaphore(PUT_AT_ONCE)

    async def add(
        self, actor: Actor, subject_type: SubjectType, subject_id: UUID, name: str, content: bytes
    ) -> AttachmentView:
        """Attaches a file. Raises `RefusedFile` for content that may not be kept and `NotFound` for the subject."""
        actor.require("attachment:add")
        tidy = one_line(name).replace("\\", "/").rpartition("/")[2].strip()
        refuse_if(
            []
            if 0 < len(tidy) <= NAME_LIMIT
            else [Fault("/file", "bad_name", "needs a file name of at most 200 characters")]
        )
        media_type, digest = await asyncio.to_thread(self._looked_through, content)
        new = NewAttachment(new_id(), subject_type, subject_id, tidy, media_type, len(content), digest)
        async with self._places:
            return (await self._run(self._attach, actor, (new, content))).result

    async def content(self, actor: Actor, attachment_id: UUID) -> tuple[AttachmentView, AsyncIterator[bytes]]:
        """A file with its content."""
        actor.require("attachment:read")
        view, digest = (await self._run(_find, actor, attachment_id)).result
        return view, await self._store.open(actor.company, digest)

    def _looked_through(self, content: bytes) -> tuple[str, str]:
        return self._types.media_type(content), sha256(content).hexdigest()

    async def _attach(self, uow: UnitOfWork, actor: Actor, command: tuple[NewAttachment, bytes]) -> AttachmentView:
        new, content = command
        await uow.catalogue.keep_files()
        view = await uow.attachments.add(actor, new)
        await self._store.put(actor.company, io.BytesIO(content))
        sites = [
            str(site) for site in await uow.attachments.sites(new)
        ]  # whoever sees none of them does not hear of it
        data = {
            "subject_type": new.subject_type.value,
            "subject": str(new.subject_id),
            "name": new.name,
            "sites": sites,
        }
        await uow.events.append("file_attached", "attachment", new.id, data)
        return view


async def _find(uow: UnitOfWork, actor: Actor, attachment_id: UUID) -> tuple[AttachmentView, str]:
    found = await uow.attachments.find(actor, attachment_id)
    if found is None:
        raise NotFound("attachment_not_found", "no attachment has this id")
    return found


async def list_attachments(uow: UnitOfWork, actor: Actor, subject_id: UUID) -> list[AttachmentView]:
    """The files of a subject, oldest first; none for a subject that the caller may not see."""
    actor.require("attachment:read")
    return await uow.attachments.of(actor, subject_id)
