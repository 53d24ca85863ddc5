"""The port to stock policies: the minimum and the target of a product at a site."""

from collections.abc import Sequence
from typing import Protocol

from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.policy import Policy


class PolicySetter(Protocol):
    """Sets stock policies. Alerts follow at once, whether stock moves or the policy does."""

    async def reference_faults(self, actor: Actor, policies: Sequence[Policy]) -> list[Fault]:
        """What is wrong with the products and sites that the policies name, at their `/policies/…`. Sets nothing."""
        ...

    async def set(self, actor: Actor, policies: Sequence[Policy]) -> None:
        """Sets all of them or none. Raises Invalid with every fault at its `/policies/…`."""
        ...


class Policies(PolicySetter, Protocol):
    """Sets and removes stock policies; each call is one transaction."""

    async def remove(self, actor: Actor, product: str, site: str, version: int | None) -> None:
        """Takes one away. NotFound `policy_not_found`; Forbidden `site_out_of_reach` where it may be read only; StaleVersion
        when another than `version` is stored."""
        ...
