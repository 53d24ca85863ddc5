"""Postings, sales, what there is, promises, policies, files that support them."""

from tests.matrix.calls.call import Call, Calls, File, at, one

_LINE = {"product": "$product", "site": "$site", "quantity": "1"}
_PRODUCT_AND_SITE = {"product": "$product", "site": "$site"}
_PLACING = {"mode": "place", "spending_limit": "9"}
_REFUND = {"product": "$product", "quantity": "1"}


def _posting(kind: str, **line: str) -> dict[str, object]:
    return {"kind": kind, "lines": [{**_LINE, **line}]}


_AT_PLACE = {"kind": "receipt", "lines": [{"product": "TEA", "quantity": "1", "location": "$location"}]}
_OF_LOT = {"kind": "receipt", "lines": [{"product": "MILK", "site": "UIO", "quantity": "1", "lot": "$lot"}]}
_RESERVED = {"product": "TEA", "site": "UIO", "quantity": "1", "reservation": "$commitment"}

STOCK: Calls = {
    "POST /stock/postings": (
        Call("receipt", body=_posting("receipt", unit_cost="2")),
        Call("issue", body=_posting("issue")),
        Call("adjustment", body={**_posting("adjustment"), "reason": "counted"}),
        Call("at a place", body=_AT_PLACE),
        Call("of a lot", body=_OF_LOT),
        Call("reserved", body={"kind": "issue", "lines": [_RESERVED]}),
    ),
    "POST /stock/postings:batch": (
        Call("receipt", body={"postings": [_posting("receipt")]}),
        Call(
            "second",
            body={
                "postings": [
                    {"kind": "receipt", "lines": [{**_LINE, "product": "TEA", "site": "UIO"}]},
                    _posting("receipt"),
                ]
            },
        ),
        Call("at a place", body={"postings": [_AT_PLACE]}),
        Call("of a lot", body={"postings": [_OF_LOT]}),
        Call("reserved", body={"postings": [{"kind": "issue", "lines": [_RESERVED]}]}),
    ),
    "POST /stock/postings/{posting_id}/reverse": at("posting_id", "$posting", body={"reason": "mistaken"}),
    "GET /stock/postings": (
        Call(),
        Call("filtered", query={**_PRODUCT_AND_SITE, "kind": "sale"}),
        Call("of a document", query={"document": "$document"}),
        Call("corrections", query={"corrects": "$posting"}),
    ),
    "GET /stock/postings/{posting_id}": at("posting_id", "$posting"),
    "GET /stock/moves": (Call(), Call("filtered", query=_PRODUCT_AND_SITE)),
    "GET /stock/as-of": (
        Call(query={"at": "2100-01-01T00:00:00Z"}),
        Call("filtered", query={"at": "2100-01-01T00:00:00Z", "site": "$site"}),
    ),
    "GET /stock/balances": (
        Call(),
        Call("filtered", query=_PRODUCT_AND_SITE),
        Call("by lot", query={**_PRODUCT_AND_SITE, "lots": "true"}),
    ),
    "POST /stock/availability": one(body={"products": ["$product"]}),
    "GET /sales": (
        Call(),
        Call("filtered", query=_PRODUCT_AND_SITE),
        Call("of a document", query={"document": "$document"}),
    ),
    "POST /sales": (
        Call(body={"lines": [{**_LINE, "unit_price": "5"}]}),
        Call("at a place", body={"lines": [{"product": "TEA", "quantity": "1", "location": "$location"}]}),
        Call("of a lot", body={"lines": [{"product": "MILK", "site": "UIO", "quantity": "1", "lot": "$lot"}]}),
        Call("reserved", body={"lines": [_RESERVED]}),
    ),
    "POST /sales/{posting_id}/return": at("posting_id", "$sale", body={"reason": "unwanted", "lines": [_REFUND]}),
    "GET /sales/summary": (
        Call(),
        *(Call(f"by {by}", query={"by": by, "site": "$site"}) for by in ("product", "category", "site")),
    ),
    "GET /stock/reservations": (Call(), Call("filtered", query=_PRODUCT_AND_SITE)),
    "POST /stock/reservations": one(body={"lines": [_LINE]}),
    "POST /stock/reservations/{reservation_id}/commit": at("reservation_id", "$reservation"),
    "POST /stock/reservations/{reservation_id}/release": at("reservation_id", "$reservation"),
    "GET /stock/policies": (Call(), Call("filtered", query=_PRODUCT_AND_SITE)),
    "PUT /stock/policies": (
        Call(body={"policies": [{**_PRODUCT_AND_SITE, "minimum": "1", "target": "2"}]}),
        Call("placing", body={"policies": [{**_PRODUCT_AND_SITE, "minimum": "1", "target": "2", **_PLACING}]}),
    ),
    "DELETE /stock/policies": one(query=_PRODUCT_AND_SITE),
    "GET /attachments": (
        Call("posting", query={"subject_id": "$posting"}),
        Call("transfer", query={"subject_id": "$transfer"}),
        Call("product", query={"subject_id": "$product"}),
        Call("purchase_order", query={"subject_id": "$purchase_order"}),
    ),
    "POST /attachments": tuple(
        Call(kind, form={"subject_type": kind, "subject_id": f"${kind}"}, file=File("note.txt", b"a note"))
        for kind in ("posting", "transfer", "product", "purchase_order")
    ),
    "GET /attachments/{attachment_id}": at("attachment_id", "$attachment"),
}
