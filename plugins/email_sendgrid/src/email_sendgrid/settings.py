"""What a company gives to have its mails carried by SendGrid."""

from typing import Annotated, Literal

from msgspec import Meta

from core.domain.mail import address_fault
from core.plugin.settings import PluginSettings, Secret

from .signature import public_key

HOSTS = {"global": "api.sendgrid.com", "eu": "api.eu.sendgrid.com"}

PublicKey = Annotated[str, Meta(min_length=1, max_length=1000)]


class SendGridSettings(PluginSettings, frozen=True, kw_only=True):
    """`sender` is an address of a sender or domain that the account has proven to own. `sandbox`: SendGrid looks at mails and throws them
    away. The webhook's keys are those that the page of the signed event webhook shows; the previous one is good while one follows
    another."""

    api_key: Annotated[Secret, Meta(title="API key")]
    sender: Annotated[str, Meta(title="Sender's address", max_length=254, examples=["stock@example.org"])]
    sender_name: Annotated[str, Meta(title="Sender's name", min_length=1, max_length=100)]
    region: Annotated[Literal["global", "eu"], Meta(title="Region of the account")] = "global"
    sandbox: Annotated[bool, Meta(title="Sandbox: nothing is delivered")] = False
    webhook_key: Annotated[PublicKey | None, Meta(title="Verification key of the event webhook")] = None
    previous_webhook_key: Annotated[PublicKey | None, Meta(title="Its previous verification key")] = None

    def __post_init__(self) -> None:
        if fault := address_fault("/sender", self.sender):
            raise ValueError(f"`sender` {fault.detail}")
        if not self.api_key.isascii() or not self.api_key.isprintable() or " " in self.api_key:
            raise ValueError("`api_key` is one word of letters, digits and signs")
        for name, key in (("webhook_key", self.webhook_key), ("previous_webhook_key", self.previous_webhook_key)):
            if key is not None:
                _check(name, key)

    @property
    def host(self) -> str:
        return HOSTS[self.region]


def _check(name: str, key: str) -> None:
    try:
        public_key(key)
    except ValueError:
        raise ValueError(f"`{name}` must be a key as the event webhook's page shows it") from None
