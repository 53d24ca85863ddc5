"""The ports to the storage of replenishment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.policy import Mode
from core.domain.replenishment import Proposal, ProposalState, Standing
from core.domain.replenishment_plan import Group, Pair
from core.domain.sourcing import Offer, Surplus
from core.ports.proposal_view import ProposalView

Goods = tuple[UUID, UUID]
"""A product and a site."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which policies are looked at: of these sites, products and categories with all below them (None: of all), those that are due or
    all, at most so many."""

    sites: Collection[UUID] | None = None
    products: Collection[UUID] | None = None
    categories: Collection[UUID] | None = None
    only_due: bool = True
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """How many policies were taken up on a day of the company, and how those stand that want something or of which something is
    proposed."""

    count: int
    today: date
    standings: Sequence[Standing]


@dataclass(frozen=True, slots=True)
class OrderGroup:
    """Proposals that become orders together: of a mode, for a site, of a supplier or from a site."""

    mode: Mode
    site: UUID
    supplier: UUID | None
    source: UUID | None


@dataclass(frozen=True, slots=True)
class OpenProposal:
    """A locked proposal as far as deciding about it takes. `spending_limit` is that of its policy. `document` is what was made of it.
    Money is in the supplier's currency."""

    id: UUID
    version: int
    state: ProposalState
    product: UUID
    site: UUID
    supplier: UUID | None
    source: UUID | None
    quantity: Decimal | None
    unit_price: Decimal | None
    exchange_rate: Decimal | None
    expected_on: date | None
    spending_limit: Decimal | None
    supplier_minimum: Decimal | None
    document: UUID | None

    @property
    def value(self) -> Decimal:
        return (self.quantity or Decimal(0)) * (self.unit_price or Decimal(0))


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody made of a proposal."""

    proposal: UUID
    order: UUID | None = None
    transfer: UUID | None = None
    supplier: UUID | None = None
    quantity: Decimal | None = None
    is_edited: bool = False


class ReplenishmentRepository(Protocol):
    """Policies as the run sees them, and its proposals, in one transaction of one company."""

    async def claim(self, scope: Scope) -> Claimed:
        """Takes up the policies of a scope: each is due again after its review period. Nobody else takes them up until the transaction
        ends, nor decides about their proposals."""
        ...

    async def offers(self, products: Collection[UUID], today: date) -> Mapping[UUID, Sequence[Offer]]:
        """By product on which terms it is sold, also those that cannot be used."""
        ...

    async def surpluses(self, needing: Collection[Goods]) -> Mapping[UUID, Sequence[Surplus]]:
        """By product what other sites have above their targets, which is not proposed to yet others: of as many sites as need it."""
        ...

    async def groups(self, pairs: Collection[Pair], judged: Collection[Goods], today: date) -> Mapping[Pair, Group]:
        """Of suppliers with a minimum order value and sites what is proposed there beside what was `judged`, and what could be ordered
        along. Fillers are to be decided anew and do not count."""
        ...

    async def save(self, proposals: Sequence[Proposal]) -> None:
        """Puts proposals in the place of those that are there."""
        ...

    async def withdraw(self, goods: Collection[Goods]) -> None:
        """Ends what is proposed, blocked or dismissed there."""
        ...

    async def withdraw_fillers(self, pairs: Collection[Pair], kept: Collection[Goods]) -> None:
        """Ends what is proposed to fill up the orders of these pairs, but for what is kept."""
        ...

    async def locked(self, ids: Sequence[UUID]) -> Sequence[OpenProposal]:
        """The proposals of these ids, which nobody else decides about and no run replaces until the transaction ends."""
        ...

    async def locked_group(self, group: OrderGroup) -> Sequence[OpenProposal]:
        """What is proposed and belongs together, by product; nobody else decides about it until the transaction ends."""
        ...

    async def drafted_order(self, supplier: UUID, site: UUID) -> UUID | None:
        """The draft of an order that replenishment made for a site and nobody has handed in yet."""
        ...

    async def decide(self, actor: Actor, decisions: Sequence[Decision]) -> None:
        """Stores that proposals are ordered."""
        ...

    async def dismiss(self, actor: Actor, proposal: UUID, until: date | None, change: Decimal | None) -> None:
        """Stores that a proposal is dismissed until a day, or until the position changes by so many percent."""
        ...

    async def view(self, proposal: UUID, *, costs: bool) -> ProposalView:
        """The proposal as it is shown."""
        ...


@dataclass(frozen=True, slots=True)
class Touched:
    """What changed: goods at a site or (None) at all sites, and suppliers with all that they sell."""

    goods: Collection[tuple[UUID, UUID | None]] = field(default_factory=tuple)
    suppliers: Collection[UUID] = field(default_factory=tuple)


class ScopeNames(msgspec.Struct, frozen=True):
    """A scope by what people call its parts: ids, site codes, SKUs."""

    sites: Sequence[str] = ()
    products: Sequence[str] = ()
    categories: Sequence[UUID] = ()


class PolicyDesk(Protocol):
    """What is done about policies outside the run, each call by itself."""

    async def scope(self, actor: Actor, names: ScopeNames) -> tuple[Scope, Sequence[Fault]]:
        """The scope that names mean, within the sites that the actor may write, and what is wrong with them."""
        ...

    async def refresh_levels(self, actor: Actor, scope: Scope, now: datetime) -> int:
        """Puts the figures of seasons and forecasts in force, of policies that are due or all in the scope. Stock is locked for a few of
        them at a time. Returns of how many they changed."""
        ...

    async def mark_due(self, company_id: UUID, touched: Touched, now: datetime) -> None:
        """Has the policies looked at that these changes concern."""
        ...

    async def waiting_groups(self, actor: Actor, scope: Scope) -> Iterable[OrderGroup]:
        """What is proposed by policies that draft or place orders by themselves."""
        ...
