"""Saying how a supplier wants its orders."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.suppliers import opened_supplier, tell_supplier
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.supplier_ordering import BUILT_IN, HTTP, LONGEST_ADDRESS, Ordering, ordering_faults
from core.domain.text import tidy
from core.ports.plugins import Installations, InstallationState, Plugins
from core.ports.sealing import Sealing
from core.ports.storage import Run, UnitOfWork
from core.ports.suppliers import SupplierView


class SetOrdering(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How orders are sent from now on: `manual`, `mail` to an address, `http` to an https address, or the id of a plugin. The secret
    (`whsec_` and 24 to 64 bytes in base64) signs what goes by http; without one, the present one stays."""

    channel: Annotated[str, Meta(max_length=64, examples=["mail"])]
    address: Annotated[str, Meta(max_length=LONGEST_ADDRESS, examples=["orders@acme.example"])] = ""
    secret: Annotated[str, Meta(max_length=200)] | None = None

    def __repr__(self) -> str:
        return f"SetOrdering(channel={self.channel!r})"


class OrderingDesk:
    """Sets it. Whoever does decides where prices go, so they must be allowed to see them."""

    def __init__(
        self, run: Run, plugins: Plugins, installations: Installations, sealing: Sealing, *, on_loopback: bool
    ) -> None:
        self._run, self._plugins, self._installations = run, plugins, installations
        self._sealing, self._on_loopback = sealing, on_loopback

    async def set(self, actor: Actor, supplier_id: UUID, wish: SetOrdering, version: int | None) -> SupplierView:
        """Raises Invalid with every fault."""
        actor.require("supplier:write")
        actor.require("cost:read")
        unfit = await self._channel_fault(actor, wish.channel)
        return (await self._run(self._set, actor, (supplier_id, wish, version, unfit))).result

    async def _channel_fault(self, actor: Actor, channel: str) -> Fault | None:
        if channel in BUILT_IN:
            return None
        if channel not in self._plugins.supplier_orderings():
            return Fault("/channel", "unknown_value", "must be manual, mail, http or a plugin that hands orders over")
        installed = await self._installations.find(actor.company, channel)
        if installed is None or installed.state is InstallationState.DISABLED:
            return Fault("/channel", "not_enabled", "this plugin is not switched on in the company")
        return None

    async def _set(
        self, uow: UnitOfWork, actor: Actor, command: tuple[UUID, SetOrdering, int | None, Fault | None]
    ) -> SupplierView:
        supplier_id, wish, version, unfit = command
        supplier = await opened_supplier(uow, actor, (supplier_id, version))
        kept = await uow.suppliers.ordering(supplier.id)
        ordering = _wanted(wish, kept)
        faults = ordering_faults(ordering, wish.secret, on_loopback=self._on_loopback)
        refuse_if([*([unfit] if unfit else []), *faults], "invalid_ordering")
        if wish.secret is not None:
            sealed = self._sealing.seal(wish.secret.encode(), place_of_secret(supplier.id, actor.company))
            ordering = replace(ordering, sealed_secret=sealed, secret_set_at=uow.now)
        await uow.suppliers.save_ordering(supplier, ordering)
        await tell_supplier(uow, "supplier_changed", supplier, changed=["ordering"])
        return await uow.suppliers.view(supplier.id)


def _wanted(wish: SetOrdering, kept: Ordering) -> Ordering:
    """What is wished for; a secret goes on being good for http alone."""
    ordering = Ordering(wish.channel, tidy(wish.address))
    if wish.channel != HTTP:
        return ordering
    return replace(ordering, sealed_secret=kept.sealed_secret, secret_set_at=kept.secret_set_at)


def place_of_secret(supplier_id: UUID, company_id: UUID) -> str:
    """Where a supplier's secret is sealed for."""
    return f"supplier|order_secret|{supplier_id}|{company_id}"
