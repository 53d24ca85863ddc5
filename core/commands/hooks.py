"""Receiving the webhooks of other parties: whose they are, whether they are signed, and storing them as they came."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from math import ceil
from uuid import UUID

from core.domain.errors import NotFound, Unauthenticated
from core.domain.ids import new_id
from core.domain.pace import Pace
from core.domain.throttling import too_many
from core.ports.calling_aside import Aside
from core.ports.clock import Clock
from core.ports.inbox import ArrivedWebhook, HookOwner, Inbox, Reception
from core.ports.incoming import IncomingWebhook, NotAuthentic
from core.ports.plugins import Installations, Plugins
from core.ports.sealing import Sealing

LONGEST_TOKEN = 200
LONGEST_EVENT_ID = 200
VERIFY_SECONDS = 1.0  # in which a plugin must have said whether a webhook is signed; else the worker asks it again
BURST = 1_000  # webhooks at one address at once
PER_SECOND = 100.0  # after that
FULL_SECONDS = 60  # after which a sender may try again that was turned away because too many wait

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HookDesk:
    """Takes webhooks in. `elapsed` are seconds that never go back."""

    inbox: Inbox
    plugins: Plugins
    installations: Installations
    sealing: Sealing
    clock: Clock
    elapsed: Callable[[], float]
    aside: Aside = field(default_factory=Aside)
    _paces: dict[bytes, Pace] = field(default_factory=dict)

    async def owner(self, plugin_id: str, token: str) -> HookOwner:
        """Whose address it is. Raises NotFound, in the same words whatever is wrong with it, and `TooManyAttempts`."""
        owner = await self.inbox.owner(sha256(token.encode()).digest()) if len(token) <= LONGEST_TOKEN else None
        if owner is None or owner.plugin_id != plugin_id:
            raise _nowhere()
        pace = self._paces.setdefault(owner.digest, Pace.full(BURST, PER_SECOND, self.elapsed()))
        if wait := pace.wait(self.elapsed()):
            raise too_many(ceil(wait), BURST, ceil(BURST / PER_SECOND))
        return owner

    async def take(self, owner: HookOwner, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Stores a webhook that came to `url`, durably and once. Raises Unauthenticated `not_authentic` where its plugin says that
        nobody signed it, NotFound, and `TooManyAttempts` where too many wait to be read."""
        webhook = IncomingWebhook(new_id(), self.clock.now(), url, headers, body)
        said = await self._verified(owner, webhook)
        sealed = self.sealing.seal(url.encode(), place_of(webhook.id, owner.company_id))
        event_id, verified = kept_name(said, body), said is not None
        arrived = ArrivedWebhook(webhook.id, event_id, webhook.received_at, sealed, headers, body, verified)
        match await self.inbox.store(owner, arrived):
            case Reception.CLOSED:
                raise _nowhere()
            case Reception.FULL:
                raise too_many(FULL_SECONDS, 1, FULL_SECONDS)

    async def _verified(self, owner: HookOwner, webhook: IncomingWebhook) -> str | None:
        """What its sender calls the event; empty where it gives no name. None where the plugin cannot be asked here and now: the worker
        will ask it."""
        try:
            return await self._asked(owner, webhook)
        except NotAuthentic as refusal:
            detail = "this webhook is not signed as its sender signs, or too old"
            raise Unauthenticated("not_authentic", detail) from refusal
        except Exception as failure:  # foreign code may raise anything
            kind = type(failure).__name__  # its words may hold a secret
            _logger.warning("webhook %s of %s was stored unverified: %s", webhook.id, owner.plugin_id, kind)
            return None

    async def _asked(self, owner: HookOwner, webhook: IncomingWebhook) -> str | None:
        if owner.plugin_id not in self.plugins.webhook_receivers():
            return None
        found = await self.installations.find(owner.company_id, owner.plugin_id)
        if found is None:
            return None
        receiver = self.plugins.open(owner.plugin_id, owner.company_id, found.settings, found.hook_token).webhooks
        if receiver is None:
            return None
        verify = receiver.verify
        call = partial(verify, webhook, webhook.received_at)
        return str(await self.aside.answer_of(owner.plugin_id, call, VERIFY_SECONDS))


def kept_name(event_id: str | None, body: bytes) -> str:
    """The name under which an event is known here: its sender's, or the digest of the body where that gives none. Long ones are kept as
    digests."""
    if not event_id:
        return f"sha256:{sha256(body).hexdigest()}"
    if len(event_id) > LONGEST_EVENT_ID or not event_id.isprintable():
        return f"long:{sha256(event_id.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return event_id


def place_of(webhook_id: UUID, company_id: UUID) -> str:
    """Where the address of a webhook is sealed."""
    return f"inbox_message|url|{webhook_id}|{company_id}"


def _nowhere() -> NotFound:
    return NotFound("hook_not_found", "nobody receives anything at this address")
