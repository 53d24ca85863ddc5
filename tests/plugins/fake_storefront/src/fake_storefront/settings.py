"""What a company sets."""

from typing import Annotated

from msgspec import Meta

from core.plugin.settings import StorefrontSettings


class FakeSettings(StorefrontSettings, frozen=True, kw_only=True):
    """`folder` is the shop."""

    folder: Annotated[str, Meta(min_length=1, title="Folder")]
