"""The request as handlers see it: its body is read within limits and decoded by the rule of its route."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Mapping
from types import SimpleNamespace
from typing import Any, cast

from litestar import Request
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.exceptions import InternalServerException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types.empty import Empty

from apps.http.body_faults import MAX_FAULTS, body_faults, pointer_to
from apps.http.decoding import normal_text
from apps.http.errors import RequestRefused
from apps.http.rules import RouteRule
from core.domain.errors import Fault, Invalid

BODY_SECONDS = 30  # in which a JSON body must have arrived
BODY_ARRIVED = "pirwa.body_arrived"
"""The extension of a scope whose body is here as a whole: no clock has to run for it."""


class ApiRequest(Request[Any, Any, Any]):
    """A Litestar request that trusts no body."""

    __slots__ = ()

    @property
    def rule(self) -> RouteRule:
        """What the route of this request demands."""
        return cast("RouteRule", self.scope["state"]["rule"])

    @property
    def state(self) -> Any:
        """What is known of the request, by name; without the lock of Litestar's."""
        return SimpleNamespace(**self.scope["state"])

    async def stream(self) -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in super().stream():
                yield chunk
        except InternalServerException as error:
            raise _incomplete() from error

    async def body(self) -> bytes:
        state = self._connection_state
        if state.body is Empty:
            has_arrived = BODY_ARRIVED in (self.scope.get("extensions") or ())
            state.body = await (self._whole_body() if has_arrived else self._body_in_time())
            if not state.body and self.rule.body_required:
                raise RequestRefused(400, "body_required", "this request needs a body")
        return state.body

    async def _body_in_time(self) -> bytes:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await self._whole_body()
        except TimeoutError:
            raise RequestRefused(408, "body_too_slow", f"the body took more than {BODY_SECONDS} seconds") from None

    async def _whole_body(self) -> bytes:
        """What `stream` gives, in one piece and without its layers: most bodies are a single message."""
        limit = self.route_handler.resolve_request_max_body_size() or sys.maxsize
        announced = self.scope["state"]["headers"].get(b"content-length", b"")
        if announced.isdigit() and (len(announced) > 18 or int(announced) > limit):
            raise RequestEntityTooLarge
        body = b""
        while True:
            message = await self.receive()
            if message["type"] != "http.request":
                raise _incomplete()
            body += message["body"]
            if len(body) > limit:
                raise RequestEntityTooLarge
            if not message.get("more_body", False):
                return body

    async def json(self) -> Any:
        """The body as the type that the handler takes."""
        decoder = self.rule.decoder
        if decoder is None:
            return await super().json()
        if self._connection_state.json is Empty:
            self._connection_state.json = decoder.decode(await self.body())
        return self._connection_state.json

    async def form(self) -> FormMultiDict:
        """The parts of a multipart body, their text checked like that of JSON."""
        form = await self._parts()
        try:
            self._refuse_faults(form)
        except Invalid:
            await form.close()
            raise
        return form

    async def _parts(self) -> FormMultiDict:
        try:
            return await super().form()
        except UnicodeDecodeError:
            raise RequestRefused(400, "malformed_text", "a part of the body is not in its character set") from None
        except (LookupError, ValueError) as error:
            raise RequestRefused(400, "malformed_form", "the body is no well-formed multipart form") from error

    def _refuse_faults(self, form: FormMultiDict) -> None:
        faults: list[Fault] = []
        state = self._connection_state
        state.form = {
            name: _normal_part(name, value, faults) for name, value in cast("Mapping[str, Any]", state.form).items()
        }
        if not faults and self.rule.form is not None:
            faults = body_faults(state.form, self.rule.form, strict=False)
        if faults:
            raise Invalid("invalid", "the form does not have the expected parts", faults[:MAX_FAULTS])


def _incomplete() -> RequestRefused:
    return RequestRefused(400, "incomplete_body", "the connection ended before the body did")


def _normal_part(name: str, value: Any, faults: list[Fault]) -> Any:
    if isinstance(value, list):
        return [_normal_part(name, item, faults) for item in value]
    try:
        if not isinstance(value, UploadFile):
            return normal_text(value)
        value.filename = normal_text(value.filename)
    except ValueError as problem:
        faults.append(Fault(pointer_to((name,)), "control_character", str(problem)))
    return value
