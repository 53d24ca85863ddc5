"""`Profiles` on PostgreSQL."""

from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.ports.profiles import ProfileFields, ProfilePicture

_CHANGE = "UPDATE app_user SET name = %s, locale = %s, time_zone = %s, version = version + 1 WHERE id = %s"
_SET_EMAIL = """
    UPDATE app_user SET email = %(email)s, proven_email = %(email)s, version = version + 1
    WHERE id = %(user)s AND email IS NOT DISTINCT FROM %(former)s RETURNING 1
"""
_PICTURE = "SELECT media_type, content, digest FROM profile_picture WHERE user_id = %s"
_DIGEST = "SELECT digest FROM profile_picture WHERE user_id = %s"
_SET_PICTURE = """
    INSERT INTO profile_picture (user_id, media_type, content, digest) VALUES (%(user)s, %(type)s, %(content)s, %(digest)s)
    ON CONFLICT (user_id) DO UPDATE SET media_type = excluded.media_type, content = excluded.content, digest = excluded.digest
"""
_REMOVE_PICTURE = "DELETE FROM profile_picture WHERE user_id = %(user)s"


class PostgresProfiles:
    """One statement for each deed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def change(self, user_id: UUID, fields: ProfileFields) -> None:
        values = (fields.name, fields.locale, fields.time_zone, user_id)
        await self._database.fetch(Scope(user_id=user_id), _CHANGE, values)

    async def set_email(self, user_id: UUID, email: str, instead_of: str | None) -> bool:
        names = {"email": email, "user": user_id, "former": instead_of}
        return bool(await self._database.fetch(Scope(user_id=user_id), _SET_EMAIL, names))

    async def picture(self, actor: Actor, user_id: UUID) -> ProfilePicture | None:
        rows = await self._database.fetch(Scope(actor.company_id, actor.user_id), _PICTURE, (user_id,))
        return ProfilePicture(*rows[0]) if rows else None

    async def picture_digest(self, user_id: UUID) -> str | None:
        rows = await self._database.fetch(Scope(user_id=user_id), _DIGEST, (user_id,))
        return str(rows[0][0]) if rows else None

    async def set_picture(self, user_id: UUID, picture: ProfilePicture | None) -> None:
        names: dict[str, object] = {"user": user_id}
        if picture:
            names |= {"type": picture.media_type, "content": picture.content, "digest": picture.digest}
        await self._database.fetch(Scope(user_id=user_id), _SET_PICTURE if picture else _REMOVE_PICTURE, names)
