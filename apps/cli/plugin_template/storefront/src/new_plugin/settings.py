"""What an administrator says of the shop."""

from typing import Annotated

from msgspec import Meta

from core.plugin.settings import Secret, StorefrontSettings


class ShopSettings(StorefrontSettings, frozen=True, kw_only=True):
    """Where the shop is, and what it knows us by."""

    address: Annotated[str, Meta(title="Address of the shop", pattern=r"^https?://[^/\s]+$")]
    token: Annotated[Secret, Meta(title="Access token")]
    signing_secret: Annotated[Secret, Meta(title="Secret that signs its webhooks")]
    previous_signing_secret: Annotated[Secret | None, Meta(title="The secret before that one")] = None
