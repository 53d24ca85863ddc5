"""The port to the rows that say which file hangs on what."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor


class SubjectType(StrEnum):
    """What a file can hang on."""

    POSTING = "posting"
    TRANSFER = "transfer"
    PRODUCT = "product"
    PURCHASE_ORDER = "purchase_order"


class AttachmentView(msgspec.Struct, frozen=True):
    """A file and what it hangs on; `size` in bytes."""

    id: UUID
    subject_type: str
    subject_id: UUID
    name: str
    media_type: str
    size: int
    uploaded_by: UUID | None
    uploaded_at: datetime


class NewAttachment(msgspec.Struct, frozen=True):
    """A stored file about to be attached."""

    id: UUID
    subject_type: SubjectType
    subject_id: UUID
    name: str
    media_type: str
    size: int
    digest: str


class AttachmentRepository(Protocol):
    """Attachments of the company, for an actor: a subject outside the sites that they may read has none."""

    async def add(self, actor: Actor, attachment: NewAttachment) -> AttachmentView:
        """Attaches a stored file. NotFound `subject_not_found`, Forbidden `site_out_of_reach` where it may be read only."""
        ...

    async def sites(self, attachment: NewAttachment) -> list[UUID]:
        """The sites that the subject concerns; none for what concerns the whole company."""
        ...

    async def find(self, actor: Actor, attachment_id: UUID) -> tuple[AttachmentView, str] | None:
        """An attachment and the digest of its content."""
        ...

    async def of(self, actor: Actor, subject_id: UUID) -> list[AttachmentView]: ...
