"""OAuth 2 clients: programs that exchange a secret for access tokens. A secret is told once; two at a time can be good."""

from datetime import datetime
from uuid import UUID

import msgspec

from core.commands.changes import Saved
from core.commands.integrations import (
    ChangeIntegration,
    NewIntegration,
    agreed,
    changed,
    opened,
    require_live,
    require_person,
    revoked,
    told,
)
from core.domain.access import Actor
from core.domain.errors import Conflict, Forbidden, NotFound
from core.domain.ids import new_id
from core.domain.integration import LIVE_AT_ONCE
from core.domain.integration_secret import client_name, digest_of, new_client_secret
from core.ports.storage import UnitOfWork

_KIND = "oauth_client"


class MadeSecret(msgspec.Struct, frozen=True):
    """A new secret of a client, and the client's own id. `client_id` is what the client calls itself."""

    id: UUID
    client_id: str
    client_secret: str
    number: int

    def __repr__(self) -> str:
        return f"MadeSecret(client_id={self.client_id!r}, number={self.number!r})"


async def create_oauth_client(uow: UnitOfWork, actor: Actor, command: tuple[NewIntegration, datetime]) -> MadeSecret:
    """Makes a client with its first secret. The command carries the present moment."""
    wanted, now = command
    terms = await agreed(uow, uow.oauth_clients, actor, wanted, now)
    client_id = new_id()
    await uow.oauth_clients.add(client_id, terms, actor.user_id, now)
    await uow.events.append("oauth_client_created", _KIND, client_id, told(terms))
    return await _new_secret(uow, actor, client_id, now)


async def change_oauth_client(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeIntegration, int | None, datetime]
) -> Saved:
    client_id, change, version, now = command
    saved, facts = await changed(uow.oauth_clients, actor, (client_id, _KIND, version), change, now)
    await uow.events.append("oauth_client_changed", _KIND, client_id, facts)
    return saved


async def revoke_oauth_client(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None, datetime]) -> None:
    """Puts a client out of force for good, and with it every token that it got; once more is no fault."""
    client_id, version, now = command
    if facts := await revoked(uow.oauth_clients, actor, (client_id, _KIND, version), now):
        await uow.events.append("oauth_client_revoked", _KIND, client_id, facts)


async def add_client_secret(uow: UnitOfWork, actor: Actor, command: tuple[UUID, datetime]) -> MadeSecret:
    """One more secret. For the creator of the client alone: whoever has a secret acts in the creator's name."""
    client_id, now = command
    require_person(actor, now)
    client = await opened(uow.oauth_clients, client_id, _KIND)
    require_live(client, now)
    if client.created_by != actor.user_id:
        raise Forbidden("not_yours", "only its creator adds a secret to a client: it acts in their name")
    if len(await uow.oauth_clients.secrets(client_id)) >= LIVE_AT_ONCE:
        raise Conflict("too_many_secrets", f"a client has {LIVE_AT_ONCE} secrets at most: revoke one first")
    made = await _new_secret(uow, actor, client_id, now)
    await uow.events.append("oauth_client_secret_added", _KIND, client_id, {"number": made.number})
    return made


async def revoke_client_secret(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int, datetime]) -> None:
    """Puts one secret out of force for good. Tokens that the client has stay good for their ten minutes."""
    client_id, number, now = command
    require_person(actor, now)
    await opened(uow.oauth_clients, client_id, _KIND)
    if number not in await uow.oauth_clients.secrets(client_id):
        raise NotFound("secret_not_found", "the client has no live secret of this number")
    await uow.oauth_clients.revoke_secret(client_id, number, now)
    await uow.events.append("oauth_client_secret_revoked", _KIND, client_id, {"number": number})


async def _new_secret(uow: UnitOfWork, actor: Actor, client_id: UUID, now: datetime) -> MadeSecret:
    secret = new_client_secret()
    number = await uow.oauth_clients.add_secret(client_id, digest_of(secret), now)
    return MadeSecret(client_id, client_name(actor.company, client_id), secret, number)
