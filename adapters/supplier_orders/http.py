"""`SupplierOrdering` over HTTP: the order as JSON, signed by Standard Webhooks. Whether an address may be called is for the client to say.
It is built in, and registered like any plugin."""

from typing import Annotated

import msgspec
from msgspec import Meta

from core.domain.mail import one_line
from core.domain.signing import signed_headers
from core.domain.supplier_ordering import HTTP
from core.domain.webhook import key_of
from core.plugin.context import PluginContext, RegisterSupplierOrdering
from core.plugin.hookspecs import hookimpl
from core.plugin.manifest import Manifest
from core.plugin.settings import PluginSettings, Secret
from core.ports.failures import AuthFailed
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.http_answers import failure_of_status, wish_to_wait
from core.ports.supplier import Acceptance, OutgoingOrder

SECONDS = 30.0  # from the name of the host to the last byte of its answer; less than an order may take
LONGEST_REFERENCE = 200

MANIFEST = Manifest(id=HTTP, title="Orders by signed HTTP", kind="supplier_ordering", core=">=0.1", hosts=["*"])


class SignedHttpSettings(PluginSettings, frozen=True, kw_only=True):
    """Of one supplier: the secret that it has too, `whsec_` and base64."""

    secret: Annotated[Secret, Meta(title="Secret")]


class _Answer(msgspec.Struct):
    reference: str = ""


class HttpOrdering:
    """Sends an order in one request, signed with the key that the supplier has too. The key of the order stands in `webhook-id` and in
    `Idempotency-Key`, the same in every repeat. An answer from 200 to 299 is a yes, and may name the supplier's `reference`."""

    def __init__(self, context: PluginContext[SignedHttpSettings]) -> None:
        self._key = key_of(context.settings.secret)
        self._http, self._clock = context.http, context.clock

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        answer = await self._answer(order)
        if answer.status in (401, 403):
            raise AuthFailed(f"answered {answer.status}: it does not accept our signature")
        wait = wish_to_wait(answer.headers.get("retry-after"), self._clock.now())
        if failure := failure_of_status(answer.status, wait):
            raise failure
        return Acceptance(_reference(answer.body))

    async def _answer(self, order: OutgoingOrder) -> HttpAnswer:
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "idempotency-key": order.key,
            **signed_headers([self._key], order.key, int(self._clock.now().timestamp()), order.body),
        }
        return await self._http.send(HttpRequest("POST", order.address, headers, order.body, SECONDS))


@hookimpl
def register_supplier_orderings(register: RegisterSupplierOrdering) -> None:
    register(HTTP, SignedHttpSettings, HttpOrdering)


def _reference(content: bytes) -> str:
    """The supplier's number for the order, where the answer names one."""
    try:
        return one_line(msgspec.json.decode(content, type=_Answer).reference)[:LONGEST_REFERENCE]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
