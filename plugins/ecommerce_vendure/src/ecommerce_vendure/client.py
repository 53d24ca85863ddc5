"""Speaking to one shop: GraphQL over the guarded HTTP client."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import Ambiguous, Misconfigured, Transient
from core.ports.http import HttpAnswer, HttpRequest

from .failures import GraphQLError, failure_of_errors, failure_of_status
from .settings import VendureSettings

SECONDS = 30.0
MOST_BYTES = 16_000_000

T = TypeVar("T")


class _Envelope(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[GraphQLError] = []


class VendureClient:
    """The Admin API of one channel of one shop."""

    def __init__(self, context: PluginContext[VendureSettings]) -> None:
        self._settings, self._http = context.settings, context.http

    async def query(self, document: str, variables: Mapping[str, object], kind: type[T]) -> T:
        """What it answers. Asking twice does no harm: a lost answer is `Transient`."""
        try:
            return _read(await self._send(document, variables), kind, is_change=False)
        except Ambiguous as failure:
            raise Transient(str(failure)) from None

    async def change(self, document: str, variables: Mapping[str, object], kind: type[T]) -> T:
        """What it answers after changing something. A lost answer is `Ambiguous`."""
        return _read(await self._send(document, variables), kind, is_change=True)

    async def _send(self, document: str, variables: Mapping[str, object]) -> HttpAnswer:
        headers = {"content-type": "application/json", "vendure-api-key": self._settings.api_key}
        if self._settings.channel:
            headers["vendure-token"] = self._settings.channel
        body = msgspec.json.encode({"query": document, "variables": variables})
        request = HttpRequest("POST", self._settings.address, headers, body, seconds=SECONDS, most_bytes=MOST_BYTES)
        return await self._http.send(request)


def _read(answer: HttpAnswer, kind: type[T], *, is_change: bool) -> T:
    envelope = _envelope(answer)
    if answer.status != 200:
        raise failure_of_status(answer, envelope.errors if envelope else [], is_change=is_change)
    if envelope is None:
        raise Misconfigured("what answers at this address is no Admin API")
    if envelope.errors:
        raise failure_of_errors(envelope.errors, is_change=is_change)
    try:
        return msgspec.json.decode(envelope.data, type=kind)
    except msgspec.ValidationError as error:
        raise Misconfigured(f"the shop answers otherwise than Vendure 3.7: {error}") from None


def _envelope(answer: HttpAnswer) -> _Envelope | None:
    try:
        return msgspec.json.decode(answer.body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
