"""What imports into the books have in common: the site that one is for, and the transaction that it is as a whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from core.domain.access import Actor
from core.domain.known_product import KnownProduct
from core.domain.stock import Posting

Books = TypeVar("Books", covariant=True)

Progress = Callable[[str, int], None]
"""Is told what is under way, and how many lines of it are done."""


@dataclass(frozen=True, slots=True)
class ImportSite:
    """The site that an import is for, with what its company says of times and money."""

    id: UUID
    code: str
    time_zone: str
    currency: str
    locked_through: datetime | None


class ImportBooks(Protocol):
    """One transaction in the books of a company."""

    async def close(self) -> None:
        """Waits for the postings under way and keeps others out, so that what is read stays true until the end."""
        ...

    async def products(self, skus: Sequence[str]) -> Mapping[str, KnownProduct]:
        """The products that the company has among these, by SKU as asked for."""
        ...

    async def post(
        self, actor: Actor, since: datetime, postings: Iterable[Posting], posted: Callable[[int], None]
    ) -> None:
        """Records postings, none of which took effect before `since`; `posted` is told how many lines that are so far.
        Raises Invalid or Conflict with every fault of the first that are refused."""
        ...


class ImportStorage(Protocol[Books]):
    """Where imports go."""

    async def site(self, actor: Actor, code: str | None) -> ImportSite:
        """The open site of this code, or the only one that there is. Raises `NotFound`, and `Invalid` where one must be
        chosen."""
        ...

    def books(self, actor: Actor) -> AbstractAsyncContextManager[Books]:
        """The books of the actor's company in one transaction: committed at the end of the block, undone by any error."""
        ...
