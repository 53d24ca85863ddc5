"""The bell that wakes the workers. What they have to do stands in the database; a lost ring costs a second, never work."""

from typing import Protocol
from uuid import UUID


class Doorbell(Protocol):
    def ring(self, company_id: UUID) -> None:
        """Says that this company has something new, after its commit. Never waits and never fails."""
        ...
