"""Transfers and requests."""

from tests.matrix.calls.call import Call, Calls, at

_LINES = [{"product": "$product", "quantity": "1"}]
_SOME = {"line": 1, "quantity": "1"}
_ENDS = {"source": "$site", "destination": "LAB"}
_OF_LOT = {"product": "MILK", "quantity": "1", "lot": "$lot"}

MOVEMENTS: Calls = {
    "GET /transfers": (
        Call(),
        Call("of a site", query={"site": "$site", "product": "$product"}),
        Call("from", query={"source": "$site"}),
        Call("to", query={"destination": "$site"}),
    ),
    "POST /transfers": (
        Call(body={**_ENDS, "lines": _LINES}),
        Call("towards", body={"source": "UIO", "destination": "$source", "lines": _LINES}),
        Call("draft", body={**_ENDS, "lines": _LINES, "state": "draft"}),
        Call("of a lot", body={"source": "UIO", "destination": "LAB", "lines": [_OF_LOT]}),
    ),
    "GET /transfers/{transfer_id}": at("transfer_id", "$transfer"),
    "POST /transfers/{transfer_id}/submit": at("transfer_id", "$draft"),
    "POST /transfers/{transfer_id}/cancel": at("transfer_id", "$transfer"),
    "POST /transfers/{transfer_id}/recall": at("transfer_id", "$sent"),
    "POST /transfers/{transfer_id}/dispatch": (
        Call(path={"transfer_id": "$transfer"}),
        Call("some", path={"transfer_id": "$transfer"}, body={"lines": [_SOME]}),
    ),
    "POST /transfers/{transfer_id}/receive": (
        Call(path={"transfer_id": "$arriving"}),
        Call("some", path={"transfer_id": "$arriving"}, body={"lines": [{"line": 1, "received": "1"}]}),
    ),
    "GET /requests": (Call(), Call("filtered", query={"site": "$site"})),
    "POST /requests": (
        Call(body={"kind": "restock", "site": "$site", "lines": _LINES, "reason": "the shelf is empty"}),
        Call("ordered", body={"kind": "customer_order", "site": "$site", "lines": _LINES, "reason": "ordered"}),
    ),
    "GET /requests/{request_id}": (
        Call("one's own", path={"request_id": "$own_request"}),
        Call("another's", path={"request_id": "$request"}),
    ),
    "PATCH /requests/{request_id}": at("request_id", "$own_request", body={"site": "$site", "lines": _LINES}),
    "DELETE /requests/{request_id}": at("request_id", "$own_request"),
    "POST /requests/{request_id}/approve": (
        Call("ordered", path={"request_id": "$request"}),
        Call("restock", path={"request_id": "$restock"}, body={"source": "$source"}),
        Call("bought", path={"request_id": "$restock"}, body={"supplier": "$supplier"}),
        Call("some", path={"request_id": "$request"}, body={"lines": [_SOME]}),
    ),
    "POST /requests/{request_id}/reject": at("request_id", "$request", body={"reason": "too much"}),
    "POST /requests/{request_id}/fulfil": (
        Call(path={"request_id": "$granted_request"}),
        Call("some", path={"request_id": "$granted_request"}, body={"lines": [_SOME]}),
        Call(
            "of a lot",
            path={"request_id": "$granted_milk"},
            body={"lines": [{**_SOME, "lot": "$lot"}]},
        ),
    ),
    "POST /requests/{request_id}/close": at("request_id", "$begun_request", body={"reason": "enough"}),
    "POST /requests/{request_id}/cancel": at("request_id", "$request"),
    "POST /requests/{request_id}/reopen": at("request_id", "$granted_request"),
}
