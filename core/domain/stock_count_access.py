"""Who sees stock counts, who acts on them and where."""

from core.domain.access import Actor
from core.domain.errors import Forbidden
from core.domain.stock_count import StockCount

READ, PLAN, COUNT, APPROVE = "count:read", "count:plan", "count:count", "count:approve"
ADJUST = "stock:adjust"


def sees(actor: Actor, count: StockCount) -> bool:
    """Whether the count exists for the actor."""
    return actor.sees([count.site])


def require_site(actor: Actor, count: StockCount) -> None:
    """Raises Forbidden unless the actor works at the site of the count."""
    if not actor.covers([count.site]):
        raise Forbidden("site_out_of_reach", "this is done by somebody of the site that is counted")


def require_decider(actor: Actor, *, is_large: bool) -> None:
    """Raises Forbidden unless the actor may agree to the differences, which are large or not."""
    if is_large:
        if not actor.may(APPROVE):
            raise Forbidden("large_variance", f"this needs the permission {APPROVE}", details={"permission": APPROVE})
    elif not actor.may(ADJUST):
        actor.require(APPROVE)
