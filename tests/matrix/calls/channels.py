"""Storefronts. The one of the matrix is switched off: nobody answers there."""

from tests.matrix.calls.call import Call, Calls, one

SHOP = "matrix_shop"  # a plugin that nobody has installed
_AT = {"plugin_id": SHOP}
_ITEM = {"plugin_id": SHOP, "item_id": "$channel_item"}
_LINKED = {"item": "$channel_item", "decision": "link", "product": "$product"}

CHANNELS: Calls = {
    "GET /channels": one(),
    "GET /channels/{plugin_id}/locations": one(path=_AT),
    "GET /channels/{plugin_id}/items": (Call(path=_AT), Call("unmatched", path=_AT, query={"state": "unmatched"})),
    "POST /channels/{plugin_id}/items/decide": one(path=_AT, body={"items": [_LINKED]}),
    "POST /channels/{plugin_id}/items/{item_id}/link": one(path=_ITEM, body={"product": "$product"}),
    "POST /channels/{plugin_id}/items/{item_id}/ignore": one(path=_ITEM),
    "POST /channels/{plugin_id}/items/{item_id}/create": one(path=_ITEM),
    "POST /channels/{plugin_id}/import": one(path=_AT),
    "POST /channels/{plugin_id}/reconcile": one(path=_AT),
    "GET /channels/{plugin_id}/links": (Call(path=_AT), Call("waiting", path=_AT, query={"state": "attention"})),
    "POST /channels/{plugin_id}/links/{link_id}/resolve": one(
        path={"plugin_id": SHOP, "link_id": "$channel_link"}, body={"keep": "ours"}
    ),
}
