"""Webhooks. Nobody answers at any of them."""

from tests.matrix.calls.call import Call, Calls, at, one

BUILT_IN = "http"
RECEIVER = "matrix_receiver"  # a plugin that nobody has installed
_URL = "http://127.0.0.1:9/new"

WEBHOOKS: Calls = {
    "POST /hooks/{plugin_id}/{token}": one(path={"plugin_id": RECEIVER, "token": "nobodys"}),
    "GET /plugins/{plugin_id}/webhooks": (
        Call(path={"plugin_id": RECEIVER}),
        Call("dead", path={"plugin_id": RECEIVER}, query={"state": "dead"}),
    ),
    "POST /plugins/{plugin_id}/webhooks/{webhook_id}/retry": one(
        path={"plugin_id": RECEIVER, "webhook_id": "$received_webhook"}
    ),
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
