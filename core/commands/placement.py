"""Where somebody stands in the company: the role and the sites that are wished for them, if there are such."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from core.commands.roles import find_role
from core.domain.access import Actor, Sites
from core.domain.errors import Fault, refuse_if
from core.domain.roles import Member, Role, require_rights
from core.ports.storage import UnitOfWork

_NO_ROLE = Role("", "", frozenset())
_SITE_LISTS = ("sites", "read_sites")


async def newcomer(
    uow: UnitOfWork,
    actor: Actor,
    person: tuple[UUID, str],
    role: str,
    sites: list[str] | None,
    read_sites: list[str] | UnsetType | None,
    faults: Sequence[Fault] = (),
) -> Member:
    """Somebody, by id and name, as the member that this actor would make of them. Raises `Invalid` with every fault, those that
    were found before included, and `Forbidden` for more than the actor has."""
    nobody = Member(*person, _NO_ROLE, frozenset(), frozenset())
    wish = {"role": role, "sites": sites, "read_sites": sites if read_sites is UNSET else read_sites}
    member = await placed(uow, nobody, wish, faults)
    require_rights(actor, member.role.permissions, member.sites, member.read_sites)
    return member


async def placed(
    uow: UnitOfWork, member: Member, wish: Mapping[str, Any], known_faults: Sequence[Fault] = ()
) -> Member:
    """The member with the role, sites and activity wished for. Raises `Invalid` with every fault."""
    faults = list(known_faults)
    found: dict[str, Any] = {"active": wish.get("active", member.active)}
    if "role" in wish:
        role = await find_role(uow, wish["role"])
        faults += [] if role else [Fault("/role", "not_found", "no role has this code")]
        found["role"] = role or member.role
    for name in _SITE_LISTS:
        if name in wish:
            found[name], missing = await _sites(uow, name, wish[name])
            faults += missing
    if "sites" in wish and "read_sites" not in wish and member.read_sites == member.sites:
        found["read_sites"] = found["sites"]
    after = replace(member, **found)
    if not after.reads_what_it_writes:
        faults.append(Fault("/read_sites", "too_narrow", "must hold all of sites: what may be written may be read"))
    refuse_if(faults)
    return after


async def _sites(uow: UnitOfWork, name: str, references: list[str] | None) -> tuple[Sites, list[Fault]]:
    if references is None:
        return None, []
    found = await uow.companies.site_ids(references)
    missing = [index for index, reference in enumerate(references) if reference not in found]
    faults = [Fault(f"/{name}/{index}", "not_found", "no site has this id or code") for index in missing]
    return frozenset(found.values()), faults
