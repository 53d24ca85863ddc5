"""Webhooks. Nobody answers at any of them."""

from tests.matrix.calls.call import Call, Calls, at, one

_URL = "http://127.0.0.1:9/new"

WEBHOOKS: Calls = {
    "GET /webhooks": one(),
    "POST /webhooks": one(body={"url": _URL, "event_types": ["sale_recorded"]}),
    "GET /webhooks/{webhook_id}": at("webhook_id", "$webhook"),
    "PATCH /webhooks/{webhook_id}": at("webhook_id", "$webhook", body={"url": _URL}),
    "DELETE /webhooks/{webhook_id}": at("webhook_id", "$webhook"),
    "POST /webhooks/{webhook_id}/rotate-secret": at("webhook_id", "$webhook"),
    "POST /webhooks/{webhook_id}/ping": at("webhook_id", "$webhook"),
    "POST /webhooks/{webhook_id}/enable": at("webhook_id", "$webhook"),
    "POST /webhooks/{webhook_id}/disable": at("webhook_id", "$webhook"),
    "GET /webhooks/{webhook_id}/deliveries": (
        Call(path={"webhook_id": "$webhook"}),
        Call("dead", path={"webhook_id": "$webhook"}, query={"state": "dead"}),
    ),
    "POST /webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": one(
        path={"webhook_id": "$webhook", "delivery_id": "$delivery"}
    ),
}
