"""A Shopify of our own for tests: one shop in memory, whose Admin API executes documents on Shopify's real schema."""

from .faults import Fault, Faults
from .orders import Refunded
from .server import FakeShopify
from .webhooks import Delivery

__all__ = ["Delivery", "FakeShopify", "Fault", "Faults", "Refunded"]
