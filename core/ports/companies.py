"""The port to the storage of companies and sites."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from core.domain.company import Location, Site


class CompanyRepository(Protocol):
    """The company of the unit of work, its sites and their locations."""

    async def add_company(self, code: str, name: str, currency: str, locale: str, time_zone: str, costing: str) -> None:
        """Adds the company whose id the unit of work is bound to. Conflict `company_code_taken`."""
        ...

    async def add_locations(self, locations: Sequence[Location]) -> None:
        """Adds places. Conflict `location_code_taken`."""
        ...

    async def add_site(self, site: Site) -> None:
        """Adds a site with its initial locations. Conflict `site_code_taken`."""
        ...

    async def site_ids(self, references: Sequence[str]) -> Mapping[str, UUID]:
        """The sites that the references (id or code) name; those that name none are absent."""
        ...

    async def is_suspended(self) -> bool:
        """Whether the company is suspended; it stays so until the transaction ends. NotFound `company_not_found`."""
        ...

    async def change_company(self, changes: Mapping[str, object], version: int | None) -> int:
        """Changes the company and returns its new version. StaleVersion when another than `version` is stored."""
        ...

    async def change_site(self, site_id: UUID, changes: Mapping[str, object], version: int | None) -> int:
        """Changes a site and returns its new version. NotFound, StaleVersion, Conflict `insufficient_stock` where stock
        is negative and may no longer be."""
        ...

    async def site_code(self, site_id: UUID) -> str:
        """The code of a site. NotFound `site_not_found`."""
        ...

    async def close_postings(self) -> None:
        """Waits for every posting under way and keeps new ones out until the transaction ends: the period may move."""
        ...

    async def refuse_if_stock_moved(self) -> None:
        """Conflict `stock_moved` when the company has postings."""
        ...
