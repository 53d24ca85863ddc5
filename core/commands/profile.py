"""What people change about themselves: name, language, time zone, picture, mail address."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import given
from core.domain.access import Actor, Origin
from core.domain.company import time_zone_fault
from core.domain.errors import Conflict, NotFound, Unauthenticated, refuse_if
from core.domain.letters import Letter, letter
from core.domain.mail import address_fault
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.files import PictureEncoder
from core.ports.identity import Identity, IdentityStore
from core.ports.mail import Mailbox
from core.ports.profiles import ProfileFields, ProfilePicture, Profiles
from core.ports.sealing import Sealing, Unsealable
from core.ports.sessions import Sessions

Locale = Literal["es", "es-EC", "en", "en-US"]
LINK_HOURS = 24
LINK_PATH = "/confirm-email"
_PLACE = "email_change|wish"


class ChangeProfile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes about oneself; what is left out stays. With `time_zone` null that of the company counts."""

    name: Annotated[str, Meta(min_length=1, max_length=120)] | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType | None = UNSET


class ChangeEmail(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The mail address that one wants to be reached at."""

    email: Annotated[str, Meta(min_length=3, max_length=254)]


class ConfirmEmail(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the link in the mail brought."""

    token: Annotated[str, Meta(min_length=1, max_length=1_000)]

    def __repr__(self) -> str:
        return "ConfirmEmail()"


class _Wish(msgspec.Struct, frozen=True):
    """What the link holds, sealed: who asked, in which session, until when it counts."""

    user_id: UUID
    email: str
    former: str | None
    session_id: UUID | None
    until: datetime


@dataclass(frozen=True, slots=True)
class OwnProfile:
    """The caller's own account."""

    profiles: Profiles
    identities: IdentityStore
    encoder: PictureEncoder
    sessions: Sessions
    attempts: Attempts
    sealing: Sealing
    mailbox: Mailbox
    record: SignInRecord
    clock: Clock
    address: str
    drawing: asyncio.Lock

    async def change(self, actor: Actor, command: ChangeProfile) -> None:
        """Raises `Invalid` with every fault."""
        identity, changes = await self._present(actor.user_id), given(command)
        fields = replace(ProfileFields(identity.name, identity.locale, identity.time_zone), **changes)
        fault = time_zone_fault("/time_zone", fields.time_zone) if fields.time_zone else None
        refuse_if([fault] if fault else [])
        await self.profiles.change(actor.user_id, fields)
        self.record.personal(actor.user_id, AuditAction.PROFILE_CHANGED, actor.origin)

    async def set_picture(self, actor: Actor, content: bytes) -> None:
        """Draws a picture anew and keeps it small. Raises `RefusedFile`."""
        async with self.drawing:
            picture = await asyncio.to_thread(self.encoder.encode, content)
        digest = sha256(picture.thumbnail).hexdigest()
        await self.profiles.set_picture(actor.user_id, ProfilePicture(picture.media_type, picture.thumbnail, digest))

    async def remove_picture(self, actor: Actor) -> None:
        await self.profiles.set_picture(actor.user_id, None)

    async def picture(self, actor: Actor, user_id: UUID) -> ProfilePicture:
        """The picture of the caller or of somebody who works in the same company. Raises `NotFound`."""
        if found := await self.profiles.picture(actor, user_id):
            return found
        raise NotFound("picture_not_found", "nobody here has this id and a picture")

    async def ask_for_email(self, actor: Actor, command: ChangeEmail) -> None:
        """Writes to the new address: it counts once its owner has followed the link. Raises `Invalid`, `TooManyAttempts`."""
        email = command.email.strip().lower()
        fault = address_fault("/email", email)
        refuse_if([fault] if fault else [])
        await self.attempts.admit([Allowance(f"email {actor.user_id}", 5)])
        identity = await self._present(actor.user_id)
        until = self.clock.now() + timedelta(hours=LINK_HOURS)
        wish = _Wish(actor.user_id, email, identity.email, actor.session_id, until)
        token = self.sealing.seal(msgspec.json.encode(wish), _PLACE)
        link = f"{self.address}{LINK_PATH}#token={token}"
        await self.mailbox.post(
            letter(Letter.EMAIL_CONFIRMATION, identity.locale, email, name=identity.name, link=link, hours=LINK_HOURS)
        )

    async def confirm_email(self, command: ConfirmEmail, origin: Origin) -> None:
        """Makes the address of the link that of the account, and ends its sessions but the one that asked.

        Raises `Unauthenticated` for a link that does not count, and `Conflict` when another account has the address.
        """
        try:
            wish = msgspec.json.decode(self.sealing.open(command.token, _PLACE), type=_Wish)
        except (Unsealable, msgspec.MsgspecError) as error:
            raise _link_refused() from error
        now = self.clock.now()
        if now >= wish.until:
            raise _link_refused()
        identity = await self._present(wish.user_id)
        if not await self.profiles.set_email(wish.user_id, wish.email, wish.former):
            raise Conflict("email_changed_meanwhile", "the address of the account has changed since the link was sent")
        await self.sessions.end_others(wish.user_id, wish.session_id, now)
        self.record.personal(wish.user_id, AuditAction.EMAIL_CHANGED, origin)
        if wish.former:
            values = {"name": identity.name, "email": wish.email, "link": self.address}
            await self.mailbox.post(letter(Letter.EMAIL_CHANGED, identity.locale, wish.former, **values))

    async def _present(self, user_id: UUID) -> Identity:
        identity = await self.identities.identity(user_id)
        if identity is None or not identity.active:
            raise _link_refused()
        return identity


def _link_refused() -> Unauthenticated:
    return Unauthenticated("invalid_email_token", "this link does not count, or not any more")
