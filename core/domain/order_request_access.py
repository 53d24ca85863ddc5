"""Who sees order requests, who acts on them and where."""

from decimal import Decimal

from core.domain.access import Actor
from core.domain.errors import Forbidden
from core.domain.order_request import OrderRequest
from core.domain.values import normal

CREATE, READ, APPROVE, FULFIL = "request:create", "request:read", "request:approve", "request:fulfil"


def sees_all_of_sites(actor: Actor) -> bool:
    """Whether the actor sees other people's requests for the sites in their reach."""
    return any(actor.may(permission) for permission in (READ, APPROVE, FULFIL))


def sees(actor: Actor, request: OrderRequest) -> bool:
    """Whether the request exists for the actor: their own always, others' at their sites."""
    return request.requester == actor.user_id or (sees_all_of_sites(actor) and actor.sees([request.site]))


def require_requester(actor: Actor, request: OrderRequest) -> None:
    """Raises Forbidden unless the actor made the request."""
    if request.requester != actor.user_id:
        raise Forbidden("not_the_requester", "only who made the request may do this")


def require_site(actor: Actor, request: OrderRequest) -> None:
    """Raises Forbidden unless the actor works at the site of the request."""
    if not actor.covers([request.site]):
        raise Forbidden("site_out_of_reach", "this is done by somebody of the site that the request is for")


def require_other_approver(actor: Actor, request: OrderRequest, value: Decimal, threshold: Decimal | None) -> None:
    """Raises Forbidden where the requester would approve a request whose value is above the company's threshold."""
    if request.requester == actor.user_id and threshold is not None and value > threshold:
        raise Forbidden(
            "own_request",
            f"a request worth more than {normal(threshold):f} is approved by somebody else than its requester",
            details={"value": str(normal(value)), "threshold": str(normal(threshold))},
        )
