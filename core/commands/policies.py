"""Stock policies: from which level a product is low at a site, and to which it is brought up."""

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.ids import parse_id
from core.domain.policy import Policy
from core.domain.stock import product_reference
from core.ports.policies import Policies

MAX_POLICIES = 500

Reference = Annotated[str, Meta(min_length=1, max_length=100, description="an id, or the natural key")]


class PolicyLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Minimum and target of a product at a site, in the product's unit."""

    product: Reference
    site: Reference
    minimum: Decimal
    target: Decimal


class SetPolicies(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Policies to set, at most 500, all or none. Those that exist are replaced."""

    policies: list[PolicyLine]


class PoliciesSet(msgspec.Struct, frozen=True):
    """How many policies were set."""

    count: int


async def set_policies(policies: Policies, actor: Actor, command: SetPolicies) -> PoliciesSet:
    """Sets policies; a product already at or below its new minimum raises its alert at once."""
    actor.require("policy:write")
    wanted = [_policy(line) for line in command.policies]
    faults = [fault for index, policy in enumerate(wanted) for fault in policy.faults(f"/policies/{index}")]
    if not 1 <= len(command.policies) <= MAX_POLICIES:
        faults.append(Fault("/policies", "out_of_range", f"must have 1 to {MAX_POLICIES} policies"))
    if faults:
        faults += await policies.reference_faults(actor, wanted)
    refuse_if(faults, "invalid_policy")
    await policies.set(actor, wanted)
    return PoliciesSet(len(wanted))


def _policy(line: PolicyLine) -> Policy:
    site = parse_id(line.site) or line.site.strip()
    return Policy(product_reference(line.product), site, line.minimum, line.target)


async def remove_policy(policies: Policies, actor: Actor, product: str, site: str, version: int | None) -> None:
    """Takes away the policy of a product (id or SKU) at a site (id or code)."""
    actor.require("policy:write")
    await policies.remove(actor, product, site, version)
