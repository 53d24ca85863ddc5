"""The port to the storage of reservations."""

from typing import Protocol


class ReservationRepository(Protocol):
    """Promises of stock."""
