"""`AttachmentRepository` on PostgreSQL."""

from typing import Any
from uuid import UUID

from adapters.postgres.engine import Connection
from core.domain.access import Actor, Sites
from core.domain.errors import Forbidden, NotFound
from core.ports.attachments import AttachmentView, NewAttachment

_SUBJECT_IS_VISIBLE = """
    CASE {type}
        WHEN 'posting' THEN EXISTS (
            SELECT FROM posting p WHERE p.company_id = %(company)s AND p.id = {id} AND (%(reach)s::uuid[] IS NULL OR EXISTS (
                SELECT FROM move m WHERE m.company_id = p.company_id AND m.posting_id = p.id
                   AND (m.from_site_id = ANY (%(reach)s::uuid[]) OR m.to_site_id = ANY (%(reach)s::uuid[])))))
        WHEN 'transfer' THEN EXISTS (
            SELECT FROM transfer t WHERE t.company_id = %(company)s AND t.id = {id} AND (%(reach)s::uuid[] IS NULL
                OR t.source_site_id = ANY (%(reach)s::uuid[]) OR t.destination_site_id = ANY (%(reach)s::uuid[])))
        WHEN 'purchase_order' THEN EXISTS (
            SELECT FROM purchase_order o WHERE o.company_id = %(company)s AND o.id = {id}
                AND (%(reach)s::uuid[] IS NULL OR o.site_id = ANY (%(reach)s::uuid[])))
        ELSE EXISTS (SELECT FROM product p WHERE p.company_id = %(company)s AND p.id = {id})
    END
"""
_COLUMNS = "a.id, a.subject_type, a.subject_id, a.name, a.media_type, a.size, a.uploaded_by, a.uploaded_at"
_ADD = f"""
    INSERT INTO attachment AS a (company_id, id, subject_type, subject_id, name, media_type, size, digest, uploaded_by)
    SELECT %(company)s, %(id)s, %(type)s, %(subject)s, %(name)s, %(media_type)s, %(size)s, %(digest)s, %(user)s
    WHERE {_SUBJECT_IS_VISIBLE.format(type="%(type)s::text", id="%(subject)s")}
    RETURNING {_COLUMNS}
"""
_SITES = """
    SELECT audit_sites('attachment', jsonb_build_object('company_id', %(company)s::uuid, 'subject_type', %(type)s::text,
                                                        'subject_id', %(id)s::uuid))
"""
_SEEN = f"SELECT {_SUBJECT_IS_VISIBLE.format(type='%(type)s::text', id='%(subject)s')}"
_VISIBLE = _SUBJECT_IS_VISIBLE.format(type="a.subject_type", id="a.subject_id")
_FIND = (
    f"SELECT {_COLUMNS}, a.digest FROM attachment a WHERE a.company_id = %(company)s AND a.id = %(id)s AND {_VISIBLE}"
)
_OF = f"""
    SELECT {_COLUMNS} FROM attachment a WHERE a.company_id = %(company)s AND a.subject_id = %(id)s AND {_VISIBLE}
    ORDER BY a.uploaded_at, a.id
"""


class PostgresAttachments:
    """`AttachmentRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    def _parameters(self, sites: Sites, **more: Any) -> dict[str, Any]:
        return {"company": self._company_id, "reach": None if sites is None else list(sites), **more}

    async def add(self, actor: Actor, attachment: NewAttachment) -> AttachmentView:
        parameters = self._parameters(
            actor.sites,
            id=attachment.id,
            type=attachment.subject_type.value,
            subject=attachment.subject_id,
            name=attachment.name,
            media_type=attachment.media_type,
            size=attachment.size,
            digest=attachment.digest,
            user=actor.user_id,
        )
        cursor = await self._connection.execute(_ADD.encode(), parameters)
        if row := await cursor.fetchone():
            return AttachmentView(*row)
        cursor = await self._connection.execute(_SEEN.encode(), {**parameters, **self._parameters(actor.read_sites)})
        if (row := await cursor.fetchone()) and row[0]:
            raise Forbidden("site_out_of_reach", "this belongs to sites that you may read but not write")
        raise NotFound("subject_not_found", "there is nothing with this id to attach to")

    async def sites(self, attachment: NewAttachment) -> list[UUID]:
        subject = {"company": self._company_id, "type": attachment.subject_type.value, "id": attachment.subject_id}
        cursor = await self._connection.execute(_SITES, subject)
        row = await cursor.fetchone()
        return list(row[0] or ()) if row else []

    async def find(self, actor: Actor, attachment_id: UUID) -> tuple[AttachmentView, str] | None:
        cursor = await self._connection.execute(_FIND.encode(), self._parameters(actor.read_sites, id=attachment_id))
        row = await cursor.fetchone()
        return (AttachmentView(*row[:8]), str(row[8])) if row else None

    async def of(self, actor: Actor, subject_id: UUID) -> list[AttachmentView]:
        cursor = await self._connection.execute(_OF.encode(), self._parameters(actor.read_sites, id=subject_id))
        return [AttachmentView(*row) for row in await cursor.fetchall()]
