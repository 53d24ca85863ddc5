"""The plugin keeps the contracts of Pirwa, with an exchange that answers as the real one does."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.ports.failures import PermanentlyRejected, PortFailure, Transient
from core.ports.supplier import SupplierOrdering
from core.testing.contracts.plugin import PluginContract
from core.testing.contracts.supplier import OtherSide, SupplierOrderingContract
from core.testing.plugin_context import Answering, plugin_context
from new_plugin.ordering import ExchangeOrdering
from new_plugin.settings import ExchangeSettings

from .fake_exchange import TOKEN, FakeExchange

SETTINGS: Mapping[str, Any] = {"token": TOKEN}
STATUSES: Mapping[type[PortFailure] | None, int] = {None: 0, PermanentlyRejected: 422, Transient: 503}


class SupplierAtHand:
    """A supplier behind the exchange, and the way that leads to it."""

    address = "acme-orders-1790012345001"

    def __init__(self) -> None:
        self._exchange = FakeExchange()

    @property
    def ordering(self) -> SupplierOrdering:
        return ExchangeOrdering(plugin_context(ExchangeSettings(**SETTINGS), Answering(self._exchange.answer)))

    def taken(self) -> Sequence[int]:
        return list(self._exchange.orders.values())

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._exchange.trouble = STATUSES[failure]


class TestOrdering(SupplierOrderingContract):
    @pytest.fixture
    def other_side(self) -> OtherSide:
        return SupplierAtHand()


class TestPlugin(PluginContract):
    settings = SETTINGS
