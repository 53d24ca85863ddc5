"""Suppliers and what is bought of them."""

from tests.matrix.calls.call import Call, Calls, at, one

_CONTACT = {"name": "Ventas", "email": "ventas@example.org", "phone": "+593 2 222 3333"}
_SUPPLIER = {"code": "NEW", "name": "New", "currency": "USD", "contacts": [_CONTACT], "minimum_order_value": "1"}
_ITEM = {"product": "$idle_product", "price_breaks": [{"from_quantity": "1", "unit_price": "2"}]}
_LINE = {"product": "$product", "quantity": "1"}
_OF_ITEM = {"item": "$supplier_item", "quantity": "1"}
_LINES = {"lines": [{"line": 1, "quantity": "1"}]}
_AT_ITEM = {"supplier_id": "$supplier", "item_id": "$idle_item"}
_REASON = {"reason": "enough"}
_ORDERING = {"channel": "mail", "address": "ventas@example.org"}

PURCHASING: Calls = {
    "GET /suppliers": (Call(), Call("filtered", query={"product": "$product"})),
    "POST /suppliers": one(body=_SUPPLIER),
    "GET /suppliers/{supplier_id}": at("supplier_id", "$supplier"),
    "PATCH /suppliers/{supplier_id}": at("supplier_id", "$supplier", body={"payment_days": 30}),
    "DELETE /suppliers/{supplier_id}": at("supplier_id", "$idle_supplier"),
    "PUT /suppliers/{supplier_id}/ordering": at("supplier_id", "$supplier", body=_ORDERING),
    "GET /suppliers/{supplier_id}/items": (
        Call(path={"supplier_id": "$supplier"}),
        Call("filtered", path={"supplier_id": "$supplier"}, query={"product": "$product"}),
    ),
    "POST /suppliers/{supplier_id}/items": at("supplier_id", "$supplier", body=_ITEM),
    "PATCH /suppliers/{supplier_id}/items/{item_id}": one(path=_AT_ITEM, body={"lead_time_days": 3}),
    "DELETE /suppliers/{supplier_id}/items/{item_id}": one(path=_AT_ITEM),
    "GET /purchase-orders": (
        Call(),
        Call("filtered", query={"supplier": "$supplier", "site": "$site", "product": "$product"}),
    ),
    "POST /purchase-orders": (
        Call(body={"supplier": "$supplier", "site": "$site", "lines": [_LINE]}),
        Call("of an item", body={"supplier": "ACME", "site": "UIO", "lines": [_OF_ITEM]}),
    ),
    "GET /purchase-orders/incoming": (Call(), Call("filtered", query={"product": "$product", "site": "$site"})),
    "GET /purchase-orders/{order_id}": at("order_id", "$purchase_order"),
    "PATCH /purchase-orders/{order_id}": (
        Call(path={"order_id": "$purchase_order"}, body={"site": "$site", "lines": [_LINE]}),
        Call("of an item", path={"order_id": "$purchase_order"}, body={"lines": [_OF_ITEM]}),
    ),
    "DELETE /purchase-orders/{order_id}": at("order_id", "$purchase_order"),
    "POST /purchase-orders/{order_id}/submit": at("order_id", "$purchase_order"),
    "POST /purchase-orders/{order_id}/approve": at("order_id", "$waiting_order"),
    "POST /purchase-orders/{order_id}/send": at("order_id", "$approved_order"),
    "GET /purchase-orders/{order_id}/sendings": at("order_id", "$sent_order"),
    "GET /purchase-orders/{order_id}/document": (
        Call(path={"order_id": "$purchase_order"}),
        Call("as it was sent", path={"order_id": "$sent_order"}, query={"sending": "1"}),
    ),
    "POST /purchase-orders/{order_id}/acknowledge": at("order_id", "$sent_order", body={"promised_on": "2100-01-01"}),
    "POST /purchase-orders/{order_id}/receive": (
        Call(path={"order_id": "$sent_order"}),
        Call("some", path={"order_id": "$sent_order"}, body=_LINES),
        Call(
            "of a lot",
            path={"order_id": "$milk_order"},
            body={"lines": [{"line": 1, "quantity": "1", "lot": "$lot"}]},
        ),
    ),
    "POST /purchase-orders/{order_id}/receipts/{posting_id}/reverse": one(
        path={"order_id": "$begun_order", "posting_id": "$receipt"}, body={"reason": "mistaken"}
    ),
    "POST /purchase-orders/{order_id}/close": at("order_id", "$begun_order", body=_REASON),
    "POST /purchase-orders/{order_id}/cancel": at("order_id", "$sent_order", body=_REASON),
}
