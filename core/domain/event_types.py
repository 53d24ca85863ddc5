"""The types of events that there are: what a feed can be filtered by, and what a webhook can be sent."""

_OF: dict[str, str] = {
    "api_key": "created changed revoked",
    "category": "created changed deleted",
    "channel": "failed",
    "channel_order": "imported changed short needs_attention fulfilled cancelled settled",
    "company": "created changed suspended resumed",
    "delivery": "failed",
    "demand": "changed",
    "file": "attached",
    "identity_provider": "created changed deleted",
    "invitation": "revoked",
    "location": "created",
    "low_stock": "ended",
    "mail": "failed",
    "oauth_client": "created changed revoked secret_added secret_revoked",
    "opening_stock": "recorded",
    "overstock": "begun",
    "plugin": "enabled paused disabled degraded recovered removed redelivery_asked",
    "policy": "set removed",
    "posting": "reversed",
    "product": "created changed deactivated deleted",
    "purchase_order": "created changed deleted submitted approved sending not_sent sent late acknowledged received receipt_taken_back closed cancelled",
    "recommendation": "found accepted dismissed",
    "replenishment": "proposed withdrawn ordered dismissed",
    "request": "created changed deleted approved rejected reopened fulfilled closed cancelled",
    "reservation": "committed released consumed expired shortened",
    "role": "created changed deleted",
    "sale": "recorded returned",
    "site": "created changed",
    "stock": "received issued adjusted scrapped transferred assembled returned_to_supplier reserved",
    "stock_count": "planned changed deleted started submitted recounted posted cancelled",
    "storefront": "imported drifted",
    "supplier": "created changed deleted item_added item_changed item_removed",
    "transfer": "created submitted dispatched received recalled cancelled",
    "user": "created invited changed removed",
    "webhook": "created changed deleted enabled disabled secret_rotated redelivery_asked",
}

EVENT_TYPES: frozenset[str] = frozenset(
    {
        "low_stock",
        "sms_surplus",
        "out_of_stock",
        "back_in_stock",
        *(f"{subject}_{deed}" for subject, deeds in _OF.items() for deed in deeds.split()),
    }
)
