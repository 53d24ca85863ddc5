"""What is proposed to be ordered."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.replenishment import ProposalState
from core.ports.proposal_view import ProposalView
from core.queries.paging import Page


class ProposalFilter(msgspec.Struct, frozen=True):
    """Which proposals: in one of the states, of a product (id or SKU), for a site, of a supplier (id or code)."""

    states: Sequence[ProposalState] = (ProposalState.PROPOSED,)
    product: str | None = None
    site: str | None = None
    supplier: str | None = None


class ProposalReader(Protocol):
    """Reads proposals for the sites within the actor's reach; prices only for those who may see costs."""

    async def proposal(self, actor: Actor, proposal_id: UUID) -> ProposalView | None: ...

    async def proposals(
        self, actor: Actor, wanted: ProposalFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[ProposalView]:
        """Proposals, the newest first."""
        ...
