"""Companies, their sites and places, and the locking of periods."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.stock import Currency, Instant
from core.domain.access import Actor
from core.domain.company import (
    PLACE_ROLES,
    CostingMethod,
    Location,
    LocationRole,
    Site,
    SiteType,
    time_zone_fault,
    virtual_locations,
)
from core.domain.errors import Fault, refuse_if
from core.domain.stock import location_address
from core.domain.values import amount_fault, percent_fault
from core.ports.storage import UnitOfWork

Code = Annotated[str, Meta(pattern="^[A-Z0-9][A-Z0-9_-]{0,15}$", examples=["UIO"])]
CompanyCode = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{1,31}$", examples=["techcorp"])]
Name = Annotated[str, Meta(min_length=1, max_length=120)]


class CreateCompany(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A new company. The costing method is fixed once stock has moved."""

    code: CompanyCode
    name: Name
    currency: Currency = "USD"
    locale: Annotated[str, Meta(pattern="^[a-z]{2}(-[A-Z]{2})?$")] = "es-EC"
    time_zone: Annotated[str, Meta(max_length=64)] = "America/Guayaquil"
    costing_method: CostingMethod = CostingMethod.AVERAGE


class CreateSite(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A new site. `negative_ok` lets its stock fall below zero."""

    code: Code
    name: Name
    type: SiteType
    negative_ok: bool = False


class ChangeSite(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes about a site; what is left out stays."""

    code: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    type: SiteType | UnsetType = UNSET
    negative_ok: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class CreateLocation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A new place at a site."""

    code: Code
    name: Name
    role: LocationRole = LocationRole.STOCK


class ChangeCompany(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes about the company; what is left out stays. `locked_through` closes the books up to that instant. Nobody
    approves a request of their own that is worth more than `approval_threshold`, nor a purchase order that they handed in and that
    is worth more than `purchase_approval_threshold`; None: there is no such rule. `over_receipt_tolerance`, in percent, is how much
    more than was ordered may be received. No more than `sms_daily_limit` text messages go out in a day."""

    name: Name | UnsetType = UNSET
    locale: Annotated[str, Meta(pattern="^[a-z]{2}(-[A-Z]{2})?$")] | UnsetType = UNSET
    time_zone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    costing_method: CostingMethod | UnsetType = UNSET
    locked_through: Instant | UnsetType | None = UNSET
    approval_threshold: Decimal | UnsetType | None = UNSET
    purchase_approval_threshold: Decimal | UnsetType | None = UNSET
    over_receipt_tolerance: Decimal | UnsetType = UNSET
    sms_daily_limit: Annotated[int, Meta(ge=0, le=100_000)] | UnsetType = UNSET


class Created(msgspec.Struct, frozen=True):
    id: UUID


class Changed(msgspec.Struct, frozen=True):
    id: UUID
    version: int


async def create_company(uow: UnitOfWork, actor: Actor, command: CreateCompany) -> Created:
    """Creates the company whose id the actor carries. For the platform owner and for whoever installs Pirwa."""
    actor.require("platform:company")
    fault = time_zone_fault("/time_zone", command.time_zone)
    refuse_if([fault] if fault else [])
    await uow.companies.add_company(
        command.code, command.name, command.currency, command.locale, command.time_zone, command.costing_method
    )
    await uow.companies.add_locations(virtual_locations())
    await uow.events.append("company_created", "company", actor.company, {"code": command.code})
    return Created(actor.company)


async def create_site(uow: UnitOfWork, actor: Actor, command: CreateSite) -> Created:
    actor.require("site:write")
    actor.require_all_sites()
    site = Site(command.code, command.name, command.type, command.negative_ok)
    await uow.companies.add_site(site)
    await uow.events.append("site_created", "site", site.id, {"code": site.code})
    return Created(site.id)


async def change_site(uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeSite, int | None]) -> Changed:
    site_id, change, known_version = command
    actor.require("site:write")
    actor.require_site(site_id)
    changes = _given(change)
    refuse_if([] if changes else [Fault("", "required", "name at least one change")])
    version = await uow.companies.change_site(site_id, changes, known_version)
    await uow.events.append("site_changed", "site", site_id, {"changed": sorted(changes)})
    return Changed(site_id, version)


async def create_location(uow: UnitOfWork, actor: Actor, command: tuple[UUID, CreateLocation]) -> Created:
    site_id, wanted = command
    actor.require("site:write")
    actor.require_site(site_id)
    refuse_if([] if wanted.role in PLACE_ROLES else [Fault("/role", "not_allowed", "must be a place inside a site")])
    site_code = await uow.companies.site_code(site_id)
    location = Location(wanted.code, wanted.name, wanted.role, location_address(site_code, wanted.code), site_id)
    await uow.companies.add_locations([location])
    await uow.events.append("location_created", "location", location.id, {"site": str(site_id)})
    return Created(location.id)


async def change_company(uow: UnitOfWork, actor: Actor, command: tuple[ChangeCompany, int | None]) -> Changed:
    change, version = command
    actor.require("company:write")
    actor.require_all_sites()
    changes = dict(_given(change))
    refuse_if([] if changes else [Fault("", "required", "name at least one change")])
    refuse_if(list(_setting_faults(change)))
    if "locked_through" in changes:
        actor.require("period:lock")
        await uow.companies.close_postings()
    if "costing_method" in changes:
        await uow.companies.refuse_if_stock_moved()
    new_version = await uow.companies.change_company(changes, version)
    await uow.events.append("company_changed", "company", actor.company, {"changed": sorted(changes)})
    return Changed(actor.company, new_version)


def _setting_faults(change: ChangeCompany) -> Iterator[Fault]:
    if change.time_zone is not UNSET and (fault := time_zone_fault("/time_zone", change.time_zone)):
        yield fault
    for name in ("approval_threshold", "purchase_approval_threshold"):
        threshold = getattr(change, name)
        if threshold is not UNSET and (fault := amount_fault(f"/{name}", threshold)):
            yield fault
    tolerance = change.over_receipt_tolerance
    if tolerance is not UNSET and (fault := percent_fault("/over_receipt_tolerance", tolerance)):
        yield fault


def _given(change: msgspec.Struct) -> Mapping[str, object]:
    """The fields that a change names."""
    fields = {name: getattr(change, name) for name in change.__struct_fields__}
    return {name: value for name, value in fields.items() if value is not UNSET}
