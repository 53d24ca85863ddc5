"""What the plugin brings."""

from core.plugin.context import RegisterReaction, RegisterStorefront
from core.plugin.hookspecs import hookimpl

from .settings import FakeSettings
from .storefront import FakeStorefront, LowStockNote


@hookimpl
def register_storefronts(register: RegisterStorefront) -> None:
    register("shop", FakeSettings, FakeStorefront)


@hookimpl
def register_reactions(register: RegisterReaction) -> None:
    register("low_stock_note", FakeSettings, LowStockNote)
