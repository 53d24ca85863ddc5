"""The port to the checks of the books: each must find nothing."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not agree with the ledger: in which company, which rule is broken, and where."""

    company: str
    check: str
    detail: str


class Verifier(Protocol):
    """Recomputes what is stored from the ledger."""

    @property
    def checks(self) -> tuple[str, ...]:
        """What is checked, in order, in the words of the rule that must hold."""
        ...

    async def companies(self) -> list[tuple[UUID, str]]:
        """The companies to verify, by code."""
        ...

    async def differences(self, company_id: UUID, company: str, check: str, limit: int = 10) -> list[Difference]:
        """The first differences that a check finds in a company; none when the books are right."""
        ...
