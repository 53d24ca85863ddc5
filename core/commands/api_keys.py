"""API keys: what a program shows to act on behalf of whoever made it. The text is told once, when the key is made."""

from datetime import datetime
from uuid import UUID

import msgspec

from core.commands.changes import Saved
from core.commands.integrations import ChangeIntegration, NewIntegration, agreed, changed, revoked, told
from core.domain.access import Actor
from core.domain.ids import new_id
from core.domain.integration_secret import Environment, new_api_key
from core.ports.storage import UnitOfWork

_KIND = "api_key"


class MadeKey(msgspec.Struct, frozen=True):
    """A new key, and its text, which nobody can be told again."""

    id: UUID
    text: str

    def __repr__(self) -> str:
        return f"MadeKey(id={self.id!r})"


async def create_api_key(
    uow: UnitOfWork, actor: Actor, command: tuple[NewIntegration, Environment, datetime]
) -> MadeKey:
    """Makes a key. The command carries the environment that it is for, and the present moment."""
    wanted, environment, now = command
    terms = await agreed(uow, uow.api_keys, actor, wanted, now)
    key_id, key = new_id(), new_api_key(environment)
    await uow.api_keys.add(key_id, terms, actor.user_id, now, key)
    await uow.events.append("api_key_created", _KIND, key_id, told(terms))
    return MadeKey(key_id, key.text)


async def change_api_key(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeIntegration, int | None, datetime]
) -> Saved:
    key_id, change, version, now = command
    saved, facts = await changed(uow.api_keys, actor, (key_id, _KIND, version), change, now)
    await uow.events.append("api_key_changed", _KIND, key_id, facts)
    return saved


async def revoke_api_key(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None, datetime]) -> None:
    """Puts a key out of force for good; once more is no fault."""
    key_id, version, now = command
    if facts := await revoked(uow.api_keys, actor, (key_id, _KIND, version), now):
        await uow.events.append("api_key_revoked", _KIND, key_id, facts)
