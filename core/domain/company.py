"""A company, its sites and the places in them."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from core.domain.errors import Fault
from core.domain.ids import new_id


class SiteType(StrEnum):
    WAREHOUSE = "warehouse"
    POINT_OF_SALE = "point_of_sale"
    LABORATORY = "laboratory"


class CostingMethod(StrEnum):
    AVERAGE = "average"
    FIFO = "fifo"


class LocationRole(StrEnum):
    STOCK = "stock"
    INPUT = "input"
    QUALITY = "quality"
    OUTPUT = "output"
    QUARANTINE = "quarantine"
    TRANSIT = "transit"
    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    ADJUSTMENT = "adjustment"
    SCRAP = "scrap"
    PRODUCTION = "production"


VIRTUAL_ROLES = (
    LocationRole.SUPPLIER,
    LocationRole.CUSTOMER,
    LocationRole.ADJUSTMENT,
    LocationRole.SCRAP,
    LocationRole.PRODUCTION,
)
PLACE_ROLES = tuple(role for role in LocationRole if role not in (*VIRTUAL_ROLES, LocationRole.TRANSIT))


@dataclass(frozen=True, slots=True)
class Location:
    """A place that stock lies in or, without a site, the other end of a move."""

    code: str
    name: str
    role: LocationRole
    address: str
    site_id: UUID | None = None
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Site:
    """A warehouse, shop or laboratory. Its default location has the site's own id, so naming the site names it."""

    code: str
    name: str
    type: SiteType
    negative_ok: bool = False
    id: UUID = field(default_factory=new_id)

    def initial_locations(self) -> tuple[Location, ...]:
        """Where stock lies by default, where it goes when it expires or fails, and what has left but not arrived."""
        return (
            Location("STOCK", "Stock", LocationRole.STOCK, self.code, self.id, self.id),
            Location("QUARANTINE", "Quarantine", LocationRole.QUARANTINE, f"{self.code}/QUARANTINE", self.id),
            Location("TRANSIT", "In transit", LocationRole.TRANSIT, transit_address(self.code), self.id),
        )


def transit_address(site_code: str) -> str:
    """Where goods are that left this site and have not arrived."""
    return f"{site_code}:TRANSIT"


def virtual_locations() -> tuple[Location, ...]:
    """The ends outside the company's sites that every company has."""
    return tuple(
        Location(role.value.upper(), role.value.capitalize(), role, f":{role.value}") for role in VIRTUAL_ROLES
    )


def time_zone_fault(pointer: str, name: str) -> Fault | None:
    """What is wrong with the name of a time zone."""
    if name in _time_zones():
        return None
    return Fault(pointer, "unknown_value", "must be a time zone of the IANA database, such as America/Guayaquil")


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads hundreds of files
