"""Stock counts."""

from tests.matrix.calls.call import Call, Calls, at, one

_REASON = {"reason": "counted"}
_FOUND = {"product": "$product", "quantity": "1", "location": "$location"}
_OF_LOT = {"product": "MILK", "quantity": "1", "lot": "$lot"}


def _of(kind: str, value: object) -> dict[str, object]:
    return {
        "site": "$site",
        "scope": {"kind": kind, **({"products": value} if kind == "products" else {"category": value})},
    }


COUNTING: Calls = {
    "GET /stock/counts": (Call(), Call("filtered", query={"site": "$site"})),
    "POST /stock/counts": (
        Call(body=_of("products", ["$product"])),
        Call("of a category", body=_of("category", "$category")),
    ),
    "GET /stock/counts/{count_id}": at("count_id", "$count"),
    "PATCH /stock/counts/{count_id}": (
        Call(path={"count_id": "$planned_count"}, body={"scope": {"kind": "products", "products": ["$product"]}}),
        Call(
            "of a category",
            path={"count_id": "$planned_count"},
            body={"scope": {"kind": "category", "category": "$category"}},
        ),
    ),
    "DELETE /stock/counts/{count_id}": at("count_id", "$planned_count"),
    "GET /stock/counts/{count_id}/lines": (
        Call(path={"count_id": "$count"}),
        Call("filtered", path={"count_id": "$count"}, query={"product": "$product"}),
    ),
    "POST /stock/counts/{count_id}/lines": (
        Call(path={"count_id": "$count"}, body={"lines": [_FOUND]}),
        Call("of a lot", path={"count_id": "$count"}, body={"lines": [_OF_LOT]}),
        Call("scanned", path={"count_id": "$count"}, body={"lines": [{"product": "$barcode", "quantity": "1"}]}),
    ),
    "POST /stock/counts/{count_id}/submit": at("count_id", "$count", body={"uncounted": "keep"}),
    "POST /stock/counts/{count_id}/recount": one(
        path={"count_id": "$submitted_count"}, body={"lines": ["$count_line"]}
    ),
    "POST /stock/counts/{count_id}/approve": at("count_id", "$submitted_count", body=_REASON),
    "POST /stock/counts/{count_id}/cancel": at("count_id", "$count", body=_REASON),
}
