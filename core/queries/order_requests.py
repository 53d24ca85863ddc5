"""Order requests as they stand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.order_request import RequestKind, RequestState
from core.ports.order_requests import OrderRequestView, PersonName
from core.ports.transfers import SiteName
from core.queries.paging import Page


class RequestSummary(msgspec.Struct, frozen=True):
    """A request without its lines, of which there are `lines`."""

    id: UUID
    number: int
    kind: RequestKind
    state: RequestState
    site: SiteName
    requested_by: PersonName
    reason: str
    needed_on: date | None
    created_at: datetime
    updated_at: datetime
    version: int
    lines: int


class RequestFilter(msgspec.Struct, frozen=True):
    """Which requests: of a kind, in one of the states, for a site (id or code), those that the actor made."""

    kind: RequestKind | None = None
    states: Sequence[RequestState] = ()
    site: str | None = None
    mine: bool = False


class OrderRequestReader(Protocol):
    """Reads requests that the actor may see: their own and, with a permission to read or act on requests, all of the sites
    in their reach."""

    async def requests(
        self, actor: Actor, wanted: RequestFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[RequestSummary]:
        """Requests, newest first."""
        ...

    async def request(self, actor: Actor, request_id: UUID) -> OrderRequestView | None:
        """One request with its lines."""
        ...
