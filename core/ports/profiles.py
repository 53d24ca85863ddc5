"""The port to what people say of themselves."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from core.domain.access import Actor


@dataclass(frozen=True, slots=True)
class ProfileFields:
    """What a person may change about themselves without proof. Without `time_zone`, that of the company counts."""

    name: str
    locale: str
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class ProfilePicture:
    """A picture as it is shown, and the SHA-256 of its content in hexadecimal digits."""

    media_type: str
    content: bytes = field(repr=False)
    digest: str


class Profiles(Protocol):
    """Accounts, as their owners change them."""

    async def change(self, user_id: UUID, fields: ProfileFields) -> None:
        """Keeps what a person says of themselves."""
        ...

    async def set_email(self, user_id: UUID, email: str, instead_of: str | None) -> bool:
        """Makes this the person's address, of which they have shown that they read it, if `instead_of` still was. Raises `Conflict` when another account has it."""
        ...

    async def picture(self, actor: Actor, user_id: UUID) -> ProfilePicture | None:
        """The picture of somebody who works in the actor's company, or of the actor."""
        ...

    async def picture_digest(self, user_id: UUID) -> str | None:
        """That of one's own picture."""
        ...

    async def set_picture(self, user_id: UUID, picture: ProfilePicture | None) -> None:
        """Puts the picture in place of the former one, or takes it away."""
        ...
