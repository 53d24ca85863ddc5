"""Recommendations: what is found by looking, what doing something about it takes, and what one's decisions say of what one likes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from core.domain.errors import Conflict


class RecommendationKind(StrEnum):
    """`restock`: buy now. `transfer`: bring it from a site that has too much instead of buying it. `price_anomaly`: a price that strays
    from those at which the product was sold. `cost_anomaly`: a receipt whose cost strays from those before it."""

    RESTOCK = "restock"
    TRANSFER = "transfer"
    OVERSTOCK = "overstock"
    SLOW_STOCK = "slow_stock"
    DEAD_STOCK = "dead_stock"
    PRICE_ANOMALY = "price_anomaly"
    PRICE_BELOW_COST = "price_below_cost"
    COST_ANOMALY = "cost_anomaly"
    LIKELY_MISCOUNT = "likely_miscount"
    POLICY = "policy"


class ActionType(StrEnum):
    """What accepting does."""

    ACCEPT_PROPOSAL = "accept_proposal"
    START_TRANSFER = "start_transfer"
    SET_PRICE = "set_price"
    DEACTIVATE = "deactivate"
    REVERSE_RECEIPT = "reverse_receipt"
    PLAN_COUNT = "plan_count"
    SET_POLICY = "set_policy"


class RecommendationState(StrEnum):
    """Accepted and dismissed ones are not shown, until they are grave in another way."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


URGENCY: Mapping[RecommendationKind, Decimal] = MappingProxyType(
    {
        RecommendationKind.RESTOCK: Decimal("1.0"),
        RecommendationKind.TRANSFER: Decimal("1.0"),
        RecommendationKind.PRICE_BELOW_COST: Decimal("0.9"),
        RecommendationKind.COST_ANOMALY: Decimal("0.8"),
        RecommendationKind.PRICE_ANOMALY: Decimal("0.8"),
        RecommendationKind.LIKELY_MISCOUNT: Decimal("0.8"),
        RecommendationKind.DEAD_STOCK: Decimal("0.6"),
        RecommendationKind.OVERSTOCK: Decimal("0.5"),
        RecommendationKind.SLOW_STOCK: Decimal("0.5"),
        RecommendationKind.POLICY: Decimal("0.5"),
    }
)
"""How much each kind counts for whoever has decided about none: what loses sales or money now comes before what ties it up."""

READ = "report:read"
NEEDED_TO_SEE: Mapping[RecommendationKind, str] = MappingProxyType(
    {
        RecommendationKind.RESTOCK: "purchase:read",
        RecommendationKind.PRICE_BELOW_COST: "cost:read",
        RecommendationKind.COST_ANOMALY: "cost:read",
    }
)
"""What seeing a kind takes beside `READ`."""

NEEDED_TO_DO: Mapping[ActionType, tuple[str, ...]] = MappingProxyType(
    {
        ActionType.ACCEPT_PROPOSAL: ("purchase:write",),
        ActionType.START_TRANSFER: ("transfer:start",),
        ActionType.SET_PRICE: ("product:write",),
        ActionType.DEACTIVATE: ("product:write", "product:delete"),
        ActionType.REVERSE_RECEIPT: ("stock:reverse",),
        ActionType.PLAN_COUNT: ("count:plan",),
        ActionType.SET_POLICY: ("policy:write",),
    }
)
NEEDED_BY_MODE: Mapping[str, str] = MappingProxyType({"draft": "purchase:write", "place": "purchase:approve"})
"""What writing a policy takes that has orders made by itself."""

# ------------------------------------------------------------------ what is found

GRAVER = Decimal("1.25")
"""What was decided is recommended again when it is this many times as grave as it was then."""
CHANGE_PERCENT = Decimal(25)
"""The same, for a proposal that is dismissed: a change of its position."""
NO_HELP_DAYS = 60
"""What was accepted is recommended again when its cause stands after so many days."""
REMEMBERED_DAYS = 14
"""For how long a decision counts after its cause is gone."""

SLOW_DAYS, DEAD_DAYS = 90, 180
"""Without anything that left, though there was stock."""
SLOW_GAPS = 3
"""So many times the mean time between two days on which something left, if that is longer."""
OUTLET_DAYS = 90
"""In which another site sold a product, so that it may sell it again."""
MARKDOWN = Decimal("0.8")
"""What of its price a product costs that is to be sold off."""
STRAYS_BY = Decimal("0.25")
"""At least this share of the median lies between a price or a cost and what is usual, to be told."""
DEVIATIONS = Decimal("5")
"""And so many standard deviations, estimated as 1.4826 times the median absolute deviation, which few wild figures do not sway."""
SIGMA_OF_MAD = Decimal("1.4826")
LEAST_SALES, LEAST_RECEIPTS = 8, 5
"""Without so many there is nothing usual."""
SLIP = Decimal(3)
"""A cost so many times the usual one, or less than it by as much, is taken for a slip, and its receipt is to be taken back."""
LEAST_CORRECTIONS = 3
"""Adjustments and reversals within ninety days, since it was counted last."""
STILL_DAYS, STILL_GAPS, LEAST_SOLD = 28, 6, 6
"""Nothing was sold for so long, and so many times the mean time between two days of sale, of which there were so many. If sales come at
random, that happens once in four hundred times (e⁻⁶)."""
SERVICE_LEVEL = Decimal("0.95")
"""For which a minimum and a target are suggested."""
LEVEL_SHARE, LEVEL_UNITS, LEVEL_WEEKS = Decimal("0.25"), 2, 12
"""A minimum or target is suggested where it differs by more than this share and so many units, by a forecast that knows so many weeks."""


@dataclass(frozen=True, slots=True)
class Decided:
    """How often something was accepted and dismissed, each time worth the less the longer ago it was."""

    accepted: float = 0.0
    dismissed: float = 0.0

    @property
    def times(self) -> float:
        return self.accepted + self.dismissed

    def faded(self, elapsed: timedelta) -> "Decided":
        """What is left of it after so long. A clock that went back makes it no more."""
        share = 0.5 ** max(elapsed / HALVES_IN, 0.0)
        return Decided(self.accepted * share, self.dismissed * share)

    def __add__(self, other: "Decided") -> "Decided":
        return Decided(self.accepted + other.accepted, self.dismissed + other.dismissed)


HALVES_IN = timedelta(days=90)
CAUTION = 4.0
"""For how many decisions what is known of others counts."""
UNKNOWN = 0.5


def liking(own: Decided, of_role: Decided, of_all: Decided) -> float:
    """The share of a kind's recommendations that a person is taken to accept, between 0 and 1.

    It is the mean of a Beta distribution, three times: of everybody about one half, of the role about everybody's, of the person about
    the role's; each time the share before counts for `CAUTION` decisions. With no decisions at all it is one half.
    """
    share = UNKNOWN
    for decided in (of_all, of_role, own):
        share = (decided.accepted + CAUTION * share) / (decided.times + CAUTION)
    return share


def weight(kind: RecommendationKind, liked: float) -> Decimal:
    """What a kind counts for a person who likes it so much: half of its urgency to one and a half times."""
    return URGENCY[kind] * (Decimal("0.5") + Decimal(str(round(liked, 6))))


def require_open(state: RecommendationState) -> None:
    """Raises Conflict `recommendation_state` for one that somebody has decided about."""
    if state is not RecommendationState.OPEN:
        detail = f"this recommendation was {state.value} already"
        raise Conflict("recommendation_state", detail, details={"state": state.value})


def outdated() -> Conflict:
    """The answer to whoever accepts what does not hold any more."""
    return Conflict("recommendation_outdated", "what it rests on has changed since: look at the recommendations again")
