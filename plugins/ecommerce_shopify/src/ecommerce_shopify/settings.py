"""What a company sets."""

from typing import Annotated

from msgspec import Meta

from core.plugin.settings import Secret, StorefrontSettings

Shop = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z0-9][a-z0-9-]*\.myshopify\.com\Z",
        max_length=255,
        title="Shop",
        description="The address that Shopify gave the shop",
        examples=["example.myshopify.com"],
    ),
]
ClientId = Annotated[str, Meta(min_length=1, max_length=255)]


class ShopifySettings(StorefrontSettings, frozen=True, kw_only=True):
    """How the shop is reached, and as which app of it.

    With an `access_token` that does not end, that is used. Else the app is the shop owner's own, and `client_id` and `client_secret` buy a
    token each day. The client secret also signs what the shop tells us: while it is replaced, the one before still holds.
    """

    shop: Shop
    client_secret: Annotated[Secret, Meta(title="Client secret")]
    client_id: Annotated[ClientId | None, Meta(title="Client ID")] = None
    access_token: Annotated[Secret | None, Meta(title="Access token")] = None
    previous_client_secret: Annotated[Secret | None, Meta(title="Previous client secret")] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.client_id is None and self.access_token is None:
            raise ValueError("give `client_id` or `access_token`")
        token = self.access_token or ""
        if not (token.isascii() and token.isprintable()):
            raise ValueError("`access_token` holds characters that no header can have")
