"""How every operation of the API is called, and what the places for text are where no id can stand."""

from tests.matrix.calls.account import ACCOUNT
from tests.matrix.calls.call import Call, Calls, File
from tests.matrix.calls.catalogue import CATALOGUE
from tests.matrix.calls.channel_orders import CHANNEL_ORDERS
from tests.matrix.calls.channels import CHANNELS
from tests.matrix.calls.company import COMPANY
from tests.matrix.calls.counting import COUNTING
from tests.matrix.calls.insight import INSIGHT
from tests.matrix.calls.movements import MOVEMENTS
from tests.matrix.calls.plain import NO_ID
from tests.matrix.calls.purchasing import PURCHASING
from tests.matrix.calls.replenishment import REPLENISHMENT
from tests.matrix.calls.stock import STOCK
from tests.matrix.calls.webhooks import WEBHOOKS

__all__ = ["CALLS", "NO_ID", "Call", "File"]

CALLS: Calls = {
    **ACCOUNT,
    **CATALOGUE,
    **CHANNEL_ORDERS,
    **CHANNELS,
    **COMPANY,
    **COUNTING,
    **INSIGHT,
    **MOVEMENTS,
    **PURCHASING,
    **REPLENISHMENT,
    **STOCK,
    **WEBHOOKS,
}
