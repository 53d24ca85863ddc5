"""The port to the storage of transfers."""

from typing import Protocol


class TransferRepository(Protocol):
    """Transfers between sites."""
