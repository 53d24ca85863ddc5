"""Suppliers: who sells to the company, and on which terms of payment."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import given, require_version
from core.commands.stock import Currency, LongText, ShortText
from core.domain.access import Actor
from core.domain.errors import Conflict, NotFound, refuse_if
from core.domain.supplier import MAX_CONTACTS, Contact, Supplier
from core.domain.text import tidy
from core.ports.storage import UnitOfWork
from core.ports.suppliers import SupplierView

SupplierCode = Annotated[str, Meta(pattern="^[A-Z0-9][A-Z0-9_-]{0,31}$", examples=["ACME"])]
PaymentDays = Annotated[int, Meta(ge=0, le=3650)]


class ContactFields(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Somebody at the supplier."""

    name: ShortText
    email: ShortText = ""
    phone: ShortText = ""


Contacts = Annotated[list[ContactFields], Meta(max_length=MAX_CONTACTS)]


class CreateSupplier(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A new supplier. Invoices are due `payment_days` after their date; orders are in `currency`."""

    code: SupplierCode
    name: ShortText
    currency: Currency
    tax_id: ShortText = ""
    contacts: Contacts = []
    payment_days: PaymentDays = 0
    minimum_order_value: Decimal | None = None
    note: LongText = ""
    active: bool = True


class ChangeSupplier(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What changes about a supplier; what is left out stays. `contacts` replaces all of them."""

    code: SupplierCode | UnsetType = UNSET
    name: ShortText | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    tax_id: ShortText | UnsetType = UNSET
    contacts: Contacts | UnsetType = UNSET
    payment_days: PaymentDays | UnsetType = UNSET
    minimum_order_value: Decimal | UnsetType | None = UNSET
    note: LongText | UnsetType = UNSET
    active: bool | UnsetType = UNSET


async def create_supplier(uow: UnitOfWork, actor: Actor, command: CreateSupplier) -> SupplierView:
    """Adds a supplier."""
    actor.require("supplier:write")
    blank = Supplier(command.code, command.name, command.currency)
    supplier = _with(blank, {name: getattr(command, name) for name in command.__struct_fields__})
    await uow.suppliers.add(supplier)
    await tell_supplier(uow, "supplier_created", supplier)
    return await uow.suppliers.view(supplier.id)


async def change_supplier(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeSupplier, int | None]
) -> SupplierView:
    """Changes a supplier. Its currency stays while it sells something or has orders, whose prices are in it."""
    supplier_id, change, version = command
    changes = given(change)
    before = await opened_supplier(uow, actor, (supplier_id, version))
    supplier = _with(before, changes)
    if supplier.currency != before.currency and await uow.suppliers.is_used(before):
        raise Conflict("supplier_in_use", f"its prices and orders are in {before.currency}")
    await uow.suppliers.save(supplier)
    await tell_supplier(uow, "supplier_changed", supplier, changed=sorted(changes))
    return await uow.suppliers.view(supplier_id)


async def delete_supplier(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> None:
    """Forgets a supplier who sells nothing and of whom nothing was ordered; any other can be deactivated."""
    supplier = await opened_supplier(uow, actor, command)
    await uow.suppliers.delete(supplier)
    await tell_supplier(uow, "supplier_deleted", supplier)


async def opened_supplier(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> Supplier:
    """The supplier, locked, for somebody who may change it."""
    actor.require("supplier:write")
    supplier_id, version = command
    supplier = await uow.suppliers.locked(supplier_id)
    if supplier is None:
        raise NotFound("supplier_not_found", "no supplier has this id")
    require_version(supplier.version, version)
    return supplier


async def tell_supplier(uow: UnitOfWork, event: str, supplier: Supplier, **more: object) -> None:
    """The supplier's event."""
    data = {"code": supplier.code, "name": supplier.name, "active": supplier.active, **more}
    await uow.events.append(event, "supplier", supplier.id, data)


def _with(supplier: Supplier, fields: Mapping[str, Any]) -> Supplier:
    """The supplier with these fields. Raises Invalid with everything that is wrong with it."""
    tidied: dict[str, Any] = {name: tidy(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "contacts" in fields:
        tidied["contacts"] = tuple(
            Contact(tidy(one.name), tidy(one.email), tidy(one.phone)) for one in fields["contacts"]
        )
    after = replace(supplier, **tidied)
    refuse_if(list(after.faults()), "invalid_supplier")
    return after
