"""Stock policies: from which level a product is low at a site, and to which it is brought up."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.ids import parse_id
from core.domain.policy import Method, Mode, Period, Policy, Sources, Terms
from core.domain.stock import product_reference
from core.ports.policies import Policies, PolicySetter

MAX_POLICIES = 500
_PERMISSION_OF_MODE = {Mode.DRAFT: "purchase:write", Mode.PLACE: "purchase:approve"}

Reference = Annotated[str, Meta(min_length=1, max_length=100, description="an id, or the natural key")]


class PeriodLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Other figures for some days, the first and the last included: a minimum and a target, or a service level."""

    valid_from: dt.date
    valid_to: dt.date
    minimum: Decimal | None = None
    target: Decimal | None = None
    service_level: Decimal | None = None


class PolicyLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Minimum and target of a product at a site, in the product's unit. By the method `service_level` they are found from the
    forecast, and these count until there is one. `mode` says what is done at the minimum; up to `spending_limit`, in the company's
    currency, an order is placed by itself. Stock that does not move is looked at every `review_days`; an order is to last for
    `cover_days`."""

    product: Reference
    site: Reference
    minimum: Decimal
    target: Decimal
    method: Method = Method.FIXED
    service_level: Decimal | None = None
    mode: Mode = Mode.PROPOSE
    spending_limit: Decimal | None = None
    sources: Sources = Sources.TRANSFER_FIRST
    review_days: int = 1
    cover_days: int = 7
    periods: list[PeriodLine] = []


class SetPolicies(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Policies to set, at most 500, all or none. Those that exist are replaced."""

    policies: list[PolicyLine]


class PoliciesSet(msgspec.Struct, frozen=True):
    """How many policies were set."""

    count: int


async def set_policies(policies: Policies, actor: Actor, command: SetPolicies) -> PoliciesSet:
    """Sets policies; a product already at or below its new minimum raises its alert at once. Whoever has orders drafted or placed
    must be allowed to do so by themselves."""
    return await put_policies(policies, actor, [_policy(line) for line in command.policies])


async def put_policies(policies: PolicySetter, actor: Actor, wanted: Sequence[Policy]) -> PoliciesSet:
    """What `set_policies` does, of policies that are read already."""
    actor.require("policy:write")
    modes = {policy.terms.mode for policy in wanted}
    for permission in sorted(_PERMISSION_OF_MODE[mode] for mode in modes & _PERMISSION_OF_MODE.keys()):
        actor.require(permission)
    faults = [fault for index, policy in enumerate(wanted) for fault in policy.faults(f"/policies/{index}")]
    if not 1 <= len(wanted) <= MAX_POLICIES:
        faults.append(Fault("/policies", "out_of_range", f"must have 1 to {MAX_POLICIES} policies"))
    if faults:
        faults += await policies.reference_faults(actor, wanted)
    refuse_if(faults, "invalid_policy")
    await policies.set(actor, wanted)
    return PoliciesSet(len(wanted))


def _policy(line: PolicyLine) -> Policy:
    site = parse_id(line.site) or line.site.strip()
    periods = tuple(
        Period(one.valid_from, one.valid_to, one.minimum, one.target, one.service_level) for one in line.periods
    )
    terms = Terms(
        line.method,
        line.service_level,
        line.mode,
        line.spending_limit,
        line.sources,
        line.review_days,
        line.cover_days,
        periods,
    )
    return Policy(product_reference(line.product), site, line.minimum, line.target, terms)


async def remove_policy(policies: Policies, actor: Actor, product: str, site: str, version: int | None) -> None:
    """Takes away the policy of a product (id or SKU) at a site (id or code)."""
    actor.require("policy:write")
    await policies.remove(actor, product, site, version)
