"""Who may do what. A permission is `resource:action`; a role is a set of them; a membership adds the sites."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from core.domain.errors import Forbidden

_LOOK_UP = ("lookup:read", "profile:read")
_CATALOGUE_READ = ("product:read", "category:read", "site:read")
_OPERATOR = (
    *_LOOK_UP,
    *_CATALOGUE_READ,
    "stock:read",
    "stock:post",
    "stock:issue",
    "sale:record",
    "sale:read",
    "stock:reserve",
    "transfer:read",
    "transfer:confirm",
    "attachment:read",
    "attachment:add",
    "event:read",
)
_MANAGER = (
    *_OPERATOR,
    "product:write",
    "category:write",
    "policy:write",
    "transfer:start",
    "stock:adjust",
    "stock:reverse",
    "cost:read",
    "report:read",
    "export:read",
    "audit:read",
)
_ADMIN = (
    *_MANAGER,
    "product:delete",
    "category:delete",
    "company:read",
    "company:write",
    "site:write",
    "user:read",
    "user:write",
    "plugin:read",
    "plugin:write",
    "period:lock",
)

PRESETS: Mapping[str, frozenset[str]] = {
    "admin": frozenset(_ADMIN),
    "manager": frozenset(_MANAGER),
    "operator": frozenset(_OPERATOR),
    "employee": frozenset(
        (
            *_LOOK_UP,
            *_CATALOGUE_READ,
            "stock:read",
            "product:write",
            "stock:issue",
            "sale:record",
            "sale:read",
            "attachment:add",
        )
    ),
    "requester": frozenset((*_LOOK_UP, *_CATALOGUE_READ, "stock:read")),
    "auditor": frozenset(_LOOK_UP),
    "viewer": frozenset(
        (
            *_LOOK_UP,
            *_CATALOGUE_READ,
            "stock:read",
            "sale:read",
            "report:read",
            "export:read",
            "transfer:read",
        )
    ),
    "platform_owner": frozenset(("platform:company", "profile:read")),
}
PERMISSIONS: frozenset[str] = frozenset().union(*PRESETS.values())


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which company, with which permissions and on which sites (None: all of them)."""

    user_id: UUID
    company_id: UUID | None
    permissions: frozenset[str]
    sites: frozenset[UUID] | None = None

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
            raise Forbidden(
                "missing_permission",
                f"this needs the permission {permission}",
                details={"permission": permission},
            )

    def covers(self, sites: Iterable[UUID]) -> bool:
        return self.sites is None or all(site in self.sites for site in sites)
