"""A Vendure shop in memory: it executes documents on the schema of the real one, and knows its habits, the bad ones too."""

from .server import FakeVendure, Trouble
from .shop import Shop

__all__ = ["FakeVendure", "Shop", "Trouble"]
