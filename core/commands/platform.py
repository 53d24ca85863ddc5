"""What the platform owner does with companies that exist already."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import Saved, given
from core.domain.access import Actor
from core.ports.storage import UnitOfWork


class ChangeTenant(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes about a company; what is left out stays. Nobody can act in a suspended one, and nothing in it is lost. `reason` says to
    its people, in their events, why it was suspended or resumed."""

    name: Annotated[str, Meta(min_length=1, max_length=120)] | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    reason: Annotated[str, Meta(min_length=1, max_length=500)] | UnsetType = UNSET


async def change_tenant(uow: UnitOfWork, actor: Actor, command: tuple[ChangeTenant, int | None]) -> Saved:
    """Changes the company whose id the actor carries. Its own people see in their events what was done."""
    change, version = command
    actor.require("platform:company")
    changes = given(msgspec.structs.replace(change, reason=UNSET))
    was_suspended = await uow.companies.is_suspended()
    new_version = await uow.companies.change_company(changes, version)
    if change.suspended is not UNSET and change.suspended != was_suspended:
        event = "company_suspended" if change.suspended else "company_resumed"
        why = {} if change.reason is UNSET else {"reason": change.reason}
        await uow.events.append(event, "company", actor.company, why)
    if change.name is not UNSET:
        await uow.events.append("company_changed", "company", actor.company, {"changed": ["name"]})
    return Saved(actor.company, new_version)
