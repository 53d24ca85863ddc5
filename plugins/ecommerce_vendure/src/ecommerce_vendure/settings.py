"""What a company sets."""

import binascii
from typing import Annotated

from msgspec import Meta

from core.domain.webhook import key_of
from core.plugin.settings import Secret, StorefrontSettings

AdminApi = Annotated[
    str,
    Meta(
        pattern=r"\Ahttps:/{2}[^\s/?#@]+(/[^\s?#@]*)?\Z",
        max_length=500,
        title="Address of the Admin API",
        examples=["https://shop.example.org/admin-api"],
    ),
]
ChannelToken = Annotated[str, Meta(pattern=r"\A[\x21-\x7e]{1,255}\Z")]
CurrencyCode = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
FieldName = Annotated[str, Meta(pattern=r"\A[A-Za-z_][A-Za-z0-9_]{0,99}\Z")]


class VendureSettings(StorefrontSettings, frozen=True, kw_only=True):
    """How the shop is reached, and on whose behalf.

    `channel` is the token of the channel that is meant, the shop's default one if none. `currency` is that of the prices, the channel's
    own if none. `barcode_field` is the custom field of a variant that holds its barcode, if there is one. What the shop tells us is signed
    with `webhook_secret` (`whsec_` and base64); while that is replaced, the one before still holds.
    """

    address: AdminApi
    api_key: Annotated[Secret, Meta(title="API key")]
    channel: Annotated[ChannelToken | None, Meta(title="Channel")] = None
    currency: Annotated[CurrencyCode | None, Meta(title="Currency")] = None
    barcode_field: Annotated[FieldName | None, Meta(title="Custom field that holds the barcode")] = None
    webhook_secret: Annotated[Secret | None, Meta(title="Webhook secret")] = None
    previous_webhook_secret: Annotated[Secret | None, Meta(title="Previous webhook secret")] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (self.api_key.isascii() and self.api_key.isprintable()):
            raise ValueError("`api_key` holds characters that no header can have")
        for name in ("webhook_secret", "previous_webhook_secret"):
            if not _can_sign(getattr(self, name)):
                raise ValueError(f"`{name}` must be `whsec_` and base64")


def _can_sign(secret: str | None) -> bool:
    if secret is None:
        return True
    try:
        return secret.startswith("whsec_") and bool(key_of(secret))
    except (binascii.Error, ValueError):
        return False
