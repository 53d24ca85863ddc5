"""The hooks of a plugin. They are called once, when the process starts, and only register: all work is done by what they
register, through the Protocols of `core.ports`."""

import pluggy

from core.plugin.context import (
    RegisterMailSender,
    RegisterMessageSender,
    RegisterNotificationChannel,
    RegisterReaction,
    RegisterStorefront,
    RegisterSupplierOrdering,
    RegisterWebhookReceiver,
)

PROJECT = "pirwa"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_storefronts(register: RegisterStorefront) -> None:
    """Registers a storefront: `register("shop", ShopSettings, ShopStorefront)`. A plugin brings one at most."""


@hookspec
def register_message_senders(register: RegisterMessageSender) -> None:
    """Registers a carrier of text messages: `register("sms", CarrierSettings, Carrier)`. A plugin brings one at most."""


@hookspec
def register_mail_senders(register: RegisterMailSender) -> None:
    """Registers a carrier of mails: `register("mail", CarrierSettings, Carrier)`. A plugin brings one at most."""


@hookspec
def register_notification_channels(register: RegisterNotificationChannel) -> None:
    """Registers a way on which the company's news leave: `register("room", ChatSettings, ChatRoom)`. A plugin brings one at most."""


@hookspec
def register_webhook_receivers(register: RegisterWebhookReceiver) -> None:
    """Registers what reads the webhooks of the other side: `register("hooks", ShopSettings, ShopWebhooks)`. A plugin brings one at most,
    beside what it is for."""


@hookspec
def register_supplier_orderings(register: RegisterSupplierOrdering) -> None:
    """Registers a way to hand orders over to suppliers: `register("edi", EdiSettings, EdiOrdering)`. A plugin brings one at most."""


@hookspec
def register_reactions(register: RegisterReaction) -> None:
    """Registers what to do with the events that the manifest wants: `register("notify", NotifySettings, Notifier)`."""
