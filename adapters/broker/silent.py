"""The bell of a house without workers."""

from uuid import UUID


class SilentDoorbell:
    """`Doorbell` of a process that neither reaches Redis nor has a worker of its own: workers elsewhere look for themselves."""

    def ring(self, company_id: UUID) -> None:
        """Does nothing."""
