"""Who may do what. A permission is `resource:action`; a role is a set of them; a membership adds the sites."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from uuid import UUID

from core.domain.errors import Forbidden, NotFound

RECENTLY = timedelta(minutes=10)
"""For how long a proof of who one is suffices for what touches credentials."""

_FILE = "presets.toml"


@dataclass(frozen=True, slots=True)
class Preset:
    """A role that every company has. The higher the rank, the more people its holder may change or remove."""

    code: str
    name: str
    rank: int
    permissions: frozenset[str]


def _read_presets() -> Mapping[str, Preset]:
    tables = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))["presets"]
    return MappingProxyType(
        {
            code: Preset(code, table["name"], table["rank"], frozenset(_permissions(tables, table)))
            for code, table in tables.items()
        }
    )


def _permissions(tables: Mapping[str, Any], table: Mapping[str, Any]) -> Iterable[str]:
    yield from table["permissions"]
    if included := table.get("includes"):
        yield from _permissions(tables, tables[included])


PRESET_ROLES = _read_presets()
PRESETS: Mapping[str, frozenset[str]] = {code: preset.permissions for code, preset in PRESET_ROLES.items()}
PERMISSIONS: frozenset[str] = frozenset().union(*PRESETS.values())
PLATFORM_OWNER = "platform_owner"
ADMIN = "admin"
PERSONAL = frozenset({"profile:read", "profile:write", "password:change"})
"""What everybody may do about their own account, whatever their role."""

Sites = frozenset[UUID] | None
"""Sites of a company; None: all of them, those to come included."""


@dataclass(frozen=True, slots=True)
class Origin:
    """From where somebody acts: the network address of the request, the id that its answer and our log bear, and what the program
    says it is."""

    address: str
    request_id: str
    device: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which company, with which permissions; `sites` are those they may write, `read_sites` those they see.

    What may be written may be read: `read_sites` always holds `sites` too, and need only be given where it is wider.
    `origin` is known of whoever acts by a request, `session_id` and `authenticated_at` of whoever signed in, by which and when;
    `agent` names the integration that acts on the user's behalf, as `api_key:<id>`; `reason` is what the platform's owner gives for acting in
    a company that is not theirs. `restricted_by` is the code of what must be
    done before the rest of the role counts.
    """

    user_id: UUID
    company_id: UUID | None
    permissions: frozenset[str]
    sites: Sites = None
    read_sites: Sites = frozenset()
    origin: Origin | None = field(default=None, compare=False)
    session_id: UUID | None = field(default=None, compare=False)
    authenticated_at: datetime | None = field(default=None, compare=False)
    agent: str | None = field(default=None, compare=False)
    reason: str | None = field(default=None, compare=False)
    restricted_by: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        both = None if self.sites is None or self.read_sites is None else self.sites | self.read_sites
        object.__setattr__(self, "read_sites", both)

    @property
    def company(self) -> UUID:
        """The company acted in. Raises `Forbidden` when none is chosen."""
        if self.company_id is None:
            raise Forbidden("no_company", "choose a company first")
        return self.company_id

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises `Forbidden` when the permission is missing."""
        if permission not in self.permissions:
            if self.restricted_by is not None:
                raise Forbidden(self.restricted_by, "something else must be done first; the code says what")
            raise Forbidden(
                "missing_permission",
                f"this needs the permission {permission}",
                details={"permission": permission},
            )

    def require_recent(self, now: datetime) -> None:
        """Raises `Forbidden` when the last proof of who acts is older than `RECENTLY`, or when an integration acts."""
        if not self.proved_recently(now):
            raise Forbidden("reauthentication_required", "prove once more who you are: POST auth/confirm")

    @property
    def gave_own_proof(self) -> bool:
        """Whether it is a person who proved by themselves, whenever that was, who they are: no program, and nobody for whom one
        company's identity provider is all that speaks."""
        return self.authenticated_at is not None

    def require_own_proof(self) -> None:
        """Raises `Forbidden` for whoever gave none: what they want concerns the person, not the company that vouches for them."""
        if not self.gave_own_proof:
            raise own_proof_required()

    def proved_recently(self, now: datetime) -> bool:
        return self.authenticated_at is not None and now - self.authenticated_at <= RECENTLY

    def require_site(self, site: UUID) -> None:
        """Raises `NotFound` for a site that may not be read and `Forbidden` for one that may not be written."""
        if not self.sees([site]):
            raise NotFound("site_not_found", "no site has this id")
        if not self.covers([site]):
            raise Forbidden("site_out_of_reach", "outside the sites that you may write")

    def require_all_sites(self) -> None:
        """Raises `Forbidden` for whoever may not write every site: what is done concerns the company as a whole."""
        if self.sites is not None:
            raise Forbidden("site_out_of_reach", "this concerns the whole company, and you may write some of its sites")

    def covers(self, sites: Iterable[UUID]) -> bool:
        """Whether all these sites may be written."""
        return self.sites is None or all(site in self.sites for site in sites)

    def sees(self, sites: Iterable[UUID]) -> bool:
        """Whether all these sites may be read."""
        return self.read_sites is None or all(site in self.read_sites for site in sites)


def own_proof_required() -> Forbidden:
    """The answer to whoever wants more than what the word of a company's identity provider opens."""
    return Forbidden("own_proof_required", "prove first by your password who you are: POST auth/confirm")
