"""A product that the company has, as far as moving its stock is concerned."""

from dataclasses import dataclass
from uuid import UUID

from core.domain.product import ProductKind, Tracking


@dataclass(frozen=True, slots=True)
class KnownProduct:
    """A product by its id, and what decides whether and how its stock may move."""

    id: UUID
    kind: ProductKind
    tracking: Tracking
    active: bool
