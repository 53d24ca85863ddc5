"""The ports to recommendations: finding them, and deciding about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.policy import Policy
from core.domain.recommendation import (
    NEEDED_BY_MODE,
    NEEDED_TO_DO,
    ActionType,
    RecommendationKind,
    RecommendationState,
)


class Numbers(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a recommendation rests on; each kind has some of these. Quantities are in the product's unit, money in the company's currency
    but `unit_price`, which is in `currency`. `value`, `unit_price`, `unit_cost`, `usual_cost` are costs."""

    on_hand: Decimal | None = None
    available: Decimal | None = None
    on_order: Decimal | None = None
    enough: Decimal | None = None
    excess: Decimal | None = None
    position: Decimal | None = None
    minimum: Decimal | None = None
    target: Decimal | None = None
    needed: Decimal | None = None
    quantity: Decimal | None = None
    source: str | None = None
    destination: str | None = None
    last_left_on: date | None = None
    there_since: date | None = None
    silent_days: int | None = None
    mean_gap_days: Decimal | None = None
    price: Decimal | None = None
    usual_price: Decimal | None = None
    new_price: Decimal | None = None
    usual_deviation: Decimal | None = None
    sales: int | None = None
    receipts: int | None = None
    received_on: date | None = None
    document_number: str | None = None
    lines: int | None = None
    negative: bool | None = None
    corrections: int | None = None
    unposted: Decimal | None = None
    is_still: bool | None = None
    suggested_minimum: Decimal | None = None
    suggested_target: Decimal | None = None
    service_level: Decimal | None = None
    expected: Decimal | None = None
    safety: Decimal | None = None
    lead_days: Decimal | None = None
    supplier: str | None = None
    stock_out_on: date | None = None
    value: Decimal | None = None
    unit_price: Decimal | None = None
    currency: str | None = None
    unit_cost: Decimal | None = None
    usual_cost: Decimal | None = None


COSTS = ("value", "unit_price", "unit_cost", "usual_cost")


class Action(msgspec.Struct, frozen=True, omit_defaults=True):
    """What accepting does: accepts the `proposal`; starts a transfer of `quantity` from the site `source` to `destination`, as `state`;
    sets the product's price; deactivates it; takes back the receipt of the `posting`, of an `order` or of none; plans a count of the
    product at `site`; gives its policy there another minimum and target. Sites are ids."""

    type: ActionType
    site: UUID | None = None
    proposal: UUID | None = None
    source: UUID | None = None
    destination: UUID | None = None
    quantity: Decimal | None = None
    state: str | None = None
    price: Decimal | None = None
    posting: UUID | None = None
    order: UUID | None = None
    minimum: Decimal | None = None
    target: Decimal | None = None
    mode: str | None = None

    @property
    def permissions(self) -> Sequence[str]:
        """What doing it takes."""
        more = []
        if self.type is ActionType.ACCEPT_PROPOSAL and self.source:
            more.append("transfer:start")
        if self.order:
            more.append("purchase:receive")
        if by_mode := NEEDED_BY_MODE.get(self.mode or ""):
            more.append(by_mode)
        return [*NEEDED_TO_DO[self.type], *more]

    @property
    def places(self) -> Sequence[UUID]:
        """The sites where whoever does it must be allowed to write."""
        return [site for site in (self.site, self.source) if site]


def obstacle(actor: Actor, action: Action) -> str | None:
    """The first permission that an actor lacks to do it, or `site_out_of_reach`; None for who may."""
    lacking = next((permission for permission in action.permissions if not actor.may(permission)), None)
    return lacking or (None if actor.covers(action.places) else "site_out_of_reach")


@dataclass(frozen=True, slots=True)
class StoredRecommendation:
    """A locked recommendation. `site` is None where it concerns the whole company."""

    id: UUID
    kind: RecommendationKind
    product: UUID
    site: UUID | None
    state: RecommendationState
    numbers: Numbers
    action: Action
    version: int


class RecommendationRepository(Protocol):
    """Recommendations in a unit of work."""

    async def locked(self, recommendation_id: UUID) -> StoredRecommendation | None:
        """The recommendation, or the proposal of replenishment that it is, about which nobody else decides until the transaction ends."""
        ...

    async def decide(self, actor: Actor, found: StoredRecommendation, state: RecommendationState) -> None:
        """Stores what the actor decided. Of proposals nothing: they say themselves."""
        ...

    async def learn(self, actor: Actor, kind: RecommendationKind, *, accepted: bool) -> None:
        """Remembers what the actor decided about one of a kind."""
        ...

    async def snooze(self, actor: Actor, recommendation_id: UUID, until: date) -> None:
        """Leaves it out of what the actor is shown until a day."""
        ...

    async def policy(self, product: UUID, site: UUID) -> Policy | None:
        """The policy as it was set, locked."""
        ...


class Recommender(Protocol):
    """Looks for what is to be recommended in a company."""

    async def look(self, company_id: UUID, now: datetime) -> None:
        """Finds what holds, tells what did not hold at the look before, and takes away what holds no more."""
        ...
