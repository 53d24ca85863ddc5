"""All that is tried on one operation, in one of its ways."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from urllib.parse import quote_from_bytes, urlencode

from tests.matrix.calls import Call
from tests.matrix.exchange import Request
from tests.matrix.places import Operation
from tests.proof.fuzz import hostile
from tests.proof.fuzz.asking import Asker, sound
from tests.proof.fuzz.conforming import Judge
from tests.proof.fuzz.forms import MULTIPART, Part, hostile_forms, sound_form
from tests.proof.fuzz.mutation import Sound, body_schema, kind_of, members, plain, with_member, with_parameter


@dataclass(frozen=True)
class Attack:
    """How much is tried: in every place `kin` values that are nearly of its kind, and `others` of any."""

    judge: Judge
    chance: Random
    kin: int
    others: int

    async def on_call(self, asker: Asker, operation: Operation, call: Call) -> None:
        """The call as it is, and with something hostile in each of its places."""
        given = sound(asker.served, asker.caller, operation, call)
        if call.file or call.form:
            for request in self._forms(given, call):
                await asker.ask(operation, request)
            return
        await asker.ask(operation, plain(given))
        for parameter in self.judge.operations[given.operation].get("parameters", ()):
            where, name, kind = parameter["in"], parameter["name"], kind_of(self.judge, parameter["schema"])
            if where in ("path", "query"):
                for value in hostile.parameters(kind, self.chance, self.kin, self.others):
                    if where == "query" or _is_one_step(value):
                        await asker.ask(operation, with_parameter(given, where, name, value))
        if given.body is not None:
            for steps, kind in members(self.judge, body_schema(self.judge, given.operation)):
                for value in hostile.members(kind, self.chance, self.kin, self.others):
                    await asker.ask(operation, with_member(self.judge, given, steps, value))

    async def on_headers(self, asker: Asker, operation: Operation, call: Call) -> None:
        """The call with each header made hostile."""
        request = plain(sound(asker.served, asker.caller, operation, call))
        for name, values in hostile.HEADERS.items():
            for value in self.chance.sample(values, min(self.kin, len(values))):
                await asker.ask(operation, replace(request, headers={**request.headers, name: value}))

    async def on_cursor(self, asker: Asker, operation: Operation, call: Call) -> bool:
        """The call from a cursor on, and from what looks like one. Returns whether there was a second page."""
        given = sound(asker.served, asker.caller, operation, call)
        first = await asker.ask(operation, with_parameter(given, "query", "limit", b"1"))
        cursor = first.json().get("next_cursor") if first is not None and first.is_success and first.content else None
        if cursor is None:
            return False
        second = await asker.ask(operation, with_parameter(given, "query", "cursor", cursor.encode()))
        if second is None or not second.is_success:
            asker.note(operation, plain(given), ["refuses its own cursor"])
        for position in self._positions(cursor):
            made_up = urlsafe_b64encode(position).rstrip(b"=")
            if len(made_up) <= 800:
                await asker.ask(operation, with_parameter(given, "query", "cursor", made_up))
        return True

    def _positions(self, cursor: str) -> Iterator[bytes]:
        """What a cursor could say instead of its position."""
        position = [
            json.dumps(value).encode() for value in json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        ]
        for number in range(len(position)):
            for kind in ("decimal", "date-time", "uuid", "string", "integer"):
                for value in hostile.members(kind, self.chance, self.kin, 0):
                    yield b"[" + b",".join([*position[:number], value, *position[number + 1 :]]) + b"]"
        yield from (b"[" + b",".join(given) + b"]" for given in (position[:-1], position * 2, []))

    def _forms(self, given: Sound, call: Call) -> Iterator[Request]:
        request = plain(given)
        if call.file is None:
            yield from self._pairs(given, request)
            return
        file = Part(b"file", given.file, call.file.name.encode(), b"application/octet-stream")
        sent = {**request.headers, "content-type": MULTIPART}
        yield replace(request, headers=sent, content=sound_form(given.form, file))
        for content in hostile_forms(given.form, file, self.chance, self.kin):
            yield replace(request, headers=sent, content=content)

    def _pairs(self, given: Sound, request: Request) -> Iterator[Request]:
        """Names and values as browsers send them."""
        sent = {**request.headers, "content-type": b"application/x-www-form-urlencoded"}
        for name in given.form:
            for value in hostile.parameters("string", self.chance, self.kin, self.others):
                for written in (value, quote_from_bytes(value).encode()):
                    content = (
                        urlencode({**given.form, name: ""})
                        .encode()
                        .replace(b"%b=" % name.encode(), b"%b=%b" % (name.encode(), written))
                    )
                    yield replace(request, headers=sent, content=content)


def _is_one_step(value: bytes) -> bool:
    """Whether a path with this value in it is still the same route's."""
    return value.strip() not in (b"", b".", b"..") and not value.endswith(b"/")
