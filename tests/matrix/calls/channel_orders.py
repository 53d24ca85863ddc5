"""Orders of shops."""

from tests.matrix.calls.call import Call, Calls, at

_PART = {"line": "1", "quantity": "1"}
_FACT = {"id": "f1", "at": "2026-01-02T00:00:00Z", "site": "$site", "lines": [_PART]}
_ORDER = {
    "channel": "my-shop",
    "external_id": "new",
    "placed_at": "2026-01-01T00:00:00Z",
    "currency": "USD",
    "site": "$site",
    "lines": [{"id": "1", "sku": "$product", "quantity": "1", "unit_price": "5"}],
}
_BY_BARCODE = {"id": "1", "barcode": "$barcode", "quantity": "1", "site": "$site"}

CHANNEL_ORDERS: Calls = {
    "GET /channel-orders": (Call(), Call("filtered", query={"site": "$site"})),
    "POST /channel-orders": (
        Call(body=_ORDER),
        Call("sent and returned", body={**_ORDER, "fulfilments": [_FACT], "returns": [_FACT]}),
        Call("by barcode", body={**_ORDER, "lines": [_BY_BARCODE]}),
    ),
    "GET /channel-orders/{order_id}": at("order_id", "$channel_order"),
    "POST /channel-orders/{order_id}/settle": at("order_id", "$owing_order", body={"reason": "counted"}),
}
