"""Roles, the members who hold them, and what one person may give another."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.domain.access import ADMIN, PERMISSIONS, PLATFORM_OWNER, PRESET_ROLES, PRESETS, Actor, Sites
from core.domain.errors import Forbidden

GRANTABLE: frozenset[str] = PERMISSIONS - (PRESETS[PLATFORM_OWNER] - PRESETS[ADMIN])
"""What a role of a company can hold."""


@dataclass(frozen=True, slots=True)
class Role:
    """A set of permissions with a name: a preset, or a company's own, which has an id and a version."""

    code: str
    name: str
    permissions: frozenset[str]
    id: UUID | None = None
    version: int = 1


COMPANY_PRESETS: Mapping[str, Role] = {
    code: Role(code, preset.name, preset.permissions) for code, preset in PRESET_ROLES.items() if code != PLATFORM_OWNER
}
"""The presets that can be given to members."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a company: a role, the sites it may write and those it may read, and whether it is in force."""

    user_id: UUID
    login: str
    role: Role
    sites: Sites
    read_sites: Sites
    active: bool = True
    version: int = 1

    @property
    def is_admin(self) -> bool:
        """Whether they can put right whatever others have done."""
        return self.active and self.role.code == ADMIN and self.sites is None

    @property
    def reads_what_it_writes(self) -> bool:
        return _within(self.sites, self.read_sites)


def rank_of(permissions: frozenset[str]) -> int:
    """The rank of the highest preset of which nothing is missing, 0 for less than any."""
    return max((preset.rank for preset in PRESET_ROLES.values() if preset.permissions <= permissions), default=0)


def require_rights(actor: Actor, permissions: frozenset[str], sites: Sites, read_sites: Sites) -> None:
    """Raises `Forbidden` when the actor lacks any of this, and names all that is lacking."""
    details: dict[str, object] = {}
    if lacking := sorted(permissions - actor.permissions):
        details["permissions"] = lacking
    if not (_within(sites, actor.sites) and _within(read_sites, actor.read_sites)):
        details["sites"] = (
            sorted(map(str, _beyond(sites, actor.sites) | _beyond(read_sites, actor.read_sites))) or "all"
        )
    if details:
        raise Forbidden("beyond_own_rights", f"this is more than you have: {_listed(details)}", details=details)


def require_standing(actor: Actor, member: Member) -> None:
    """Raises `Forbidden` when the member stands above the actor, or works at sites that the actor may not write."""
    if rank_of(member.role.permissions) > rank_of(actor.permissions):
        raise Forbidden("above_own_rank", f"who has the role {member.role.code} stands above you")
    require_rights(actor, frozenset(), member.sites, frozenset())


def _within(given: Sites, own: Sites) -> bool:
    return own is None or (given is not None and given <= own)


def _beyond(given: Sites, own: Sites) -> frozenset[UUID]:
    return frozenset() if own is None or given is None else given - own


def _listed(details: Mapping[str, object]) -> str:
    lists = (f"{what} {', '.join(found) if isinstance(found, list) else found}" for what, found in details.items())
    return "; ".join(lists)
