"""The audit trail of a company, as those see it who answer for it."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.ports.audit import AuditAction
from core.queries.paging import Page

PEOPLE = ("membership", "invitation", "role", "api_key", "oauth_client", "oauth_client_secret", "identity_provider")
"""Subjects of which only those read who may see the people of the company."""


class AuditActor(msgspec.Struct, frozen=True):
    """Who did it, under the name that they bear today; without login and name if there is no such account."""

    id: UUID
    login: str | None
    name: str | None
    is_platform_owner: bool


class AuditOrigin(msgspec.Struct, frozen=True):
    """From where: the address of the request, and the id that stood in its answer."""

    address: str
    request_id: str


class AuditEntry(msgspec.Struct, frozen=True):
    """One thing that was done. `subject_id` is the key of what changed, its parts parted by a slash. Of a change `before` and
    `after` hold the fields that changed, of what was created or deleted all of them; decimals are text. `origin` is null for
    what no request did. Where an integration acted, it is the `agent`, as `api_key:<id>`, and `actor` the one on whose behalf. `reason` is what the platform's
    owner gave for acting here."""

    id: UUID
    at: datetime
    actor: AuditActor
    origin: AuditOrigin | None
    action: AuditAction
    subject_type: str
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    agent: str | None = None
    reason: str | None = None


class AuditFilter(msgspec.Struct, frozen=True):
    """Which entries: of an actor (id or login), of a subject, of a kind of action, from `since` on and before `until`."""

    actor: str | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    action: AuditAction | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditReader(Protocol):
    """Reads the trail of the actor's company: what concerns sites outside their reach is left out, and so is what something
    cost if they may not see costs."""

    async def entries(self, actor: Actor, wanted: AuditFilter, limit: int, cursor: str | None) -> Page[AuditEntry]:
        """Entries, the newest first."""
        ...
