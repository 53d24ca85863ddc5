"""What imports into the books have in common: the site that one is for, and the transaction that it is as a whole."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from core.domain.access import Actor

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


class ImportStorage(Protocol[Books]):
    """Where imports go."""

    async def site(self, actor: Actor, code: str | None) -> ImportSite:
        """The open site of this code, or the only one that there is. Raises `NotFound`, and `Invalid` where one must be
        chosen."""
        ...

    def books(self, actor: Actor) -> AbstractAsyncContextManager[Books]:
        """The books of the actor's company in one transaction: committed at the end of the block, undone by any error."""
        ...
