"""What people say of themselves, and a company's customs, in memory."""

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from core.domain.access import Actor
from core.ports.profiles import ProfileFields, ProfilePicture
from core.queries.companies import CompanyView, SiteView


@dataclass
class InMemoryProfiles:
    """`Profiles`."""

    fields: dict[UUID, ProfileFields] = field(default_factory=dict)
    emails: dict[UUID, str] = field(default_factory=dict)
    pictures: dict[UUID, ProfilePicture] = field(default_factory=dict)

    async def change(self, user_id: UUID, fields: ProfileFields) -> None:
        self.fields[user_id] = fields

    async def set_email(self, user_id: UUID, email: str, instead_of: str | None) -> bool:
        if self.emails.get(user_id) != instead_of:
            return False
        self.emails[user_id] = email
        return True

    async def picture(self, actor: Actor, user_id: UUID) -> ProfilePicture | None:
        return self.pictures.get(user_id)

    async def picture_digest(self, user_id: UUID) -> str | None:
        picture = self.pictures.get(user_id)
        return picture.digest if picture else None

    async def set_picture(self, user_id: UUID, picture: ProfilePicture | None) -> None:
        if picture is None:
            self.pictures.pop(user_id, None)
        else:
            self.pictures[user_id] = picture


class AlikeCompanies:
    """`CompanyReader`: every company has the same customs, and no sites."""

    async def company(self, actor: Actor) -> CompanyView:
        return CompanyView(
            id=actor.company,
            code="alike",
            name="Alike",
            locale="es-EC",
            time_zone="America/Guayaquil",
            currency="USD",
            costing_method="average",
            locked_through=None,
            approval_threshold=None,
            purchase_approval_threshold=None,
            over_receipt_tolerance=Decimal(0),
            sms_daily_limit=0,
            version=1,
        )

    async def sites(self, actor: Actor) -> list[SiteView]:
        return []
