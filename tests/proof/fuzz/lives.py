"""From the making of a thing to its end: what was made is there, what was taken away is gone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tests.matrix.calls import CALLS
from tests.matrix.exchange import Request
from tests.matrix.places import Operation
from tests.proof.fuzz.asking import Asker, sound
from tests.proof.fuzz.forms import MULTIPART, Part, sound_form
from tests.proof.fuzz.mutation import plain

_IN_ORDER = ("GET", "PATCH", "PUT", "POST", "DELETE")
"""In which a thing is asked for: to its end last."""

KEPT: Mapping[str, str] = {
    "/api-keys/{key_id}": "a key that was revoked stays in the list, with the day",
    "/invitations/{invitation_id}": "an invitation that was taken back stays in the list, with the day",
    "/oauth-clients/{oauth_client_id}": "a client that was revoked stays in the list, with the day",
}
"""What is shown after its end, and why."""

NOT_THERE: Mapping[Operation, str] = {
    "GET /users/{user_id}/picture": "nobody has given them one",
    "POST /report-schedules/{schedule_id}/leave": "whoever made it is not among those who get it",
}
"""What a thing that was just made does not have, and why."""


@dataclass
class Life:
    """Of a thing at an address whose last step names it. It begins where things of the kind are made, or with one that exists."""

    asker: Asker
    path: str
    made: bool = False
    ended: bool = False

    async def tell(self) -> None:
        """Makes it, asks everything of it that can be asked by its name alone, ends it, and asks again."""
        async with self.asker.story():
            name = await self._begin()
            for operation in self._asked() if name else ():
                await self._ask(operation, name)
            for operation in self._asked() if self.ended else ():
                await self._ask(operation, name)

    async def _begin(self) -> str:
        """The name of what was made, or of what exists; nothing where it cannot be made."""
        collection, _, step = self.path.rpartition("/")
        making = f"POST {collection}"
        if not self._may(making):
            return self._named().get(step[1:-1], "")
        answer = await self.asker.ask(making, _request(self.asker, making, {}))
        made = answer.json() if answer is not None and answer.is_success and answer.content else {}
        name = str(made.get("id" if self._is_id(step[1:-1]) else step[1:-1], ""))
        self.made = bool(name)
        return name

    def _is_id(self, step: str) -> bool:
        return any(self.asker.served.places[one].get(f"path {step}") == "uuid" for one in self._asked())

    def _named(self) -> dict[str, str]:
        """The steps of the address by the world as it was built."""
        ending = f"DELETE {self.path}"
        return (
            dict(sound(self.asker.served, self.asker.caller, ending, CALLS[ending][0]).path)
            if self._may(ending)
            else {}
        )

    def _may(self, operation: Operation) -> bool:
        rule = self.asker.served.routes[operation].rule if operation in CALLS else None
        return rule is not None and self.asker.caller.refusal(rule) is None

    def _asked(self) -> Iterator[Operation]:
        """All that leads through the thing and through nothing that would have to be made first."""
        address = re.compile(re.escape(self.path) + r"(/[\w-]+)*")
        found = [operation for operation in CALLS if address.fullmatch(operation.partition(" ")[2])]
        in_order = sorted(found, key=lambda one: (_IN_ORDER.index(one.partition(" ")[0]), one))
        yield from filter(self._may, in_order)

    async def _ask(self, operation: Operation, name: str) -> None:
        request = _request(self.asker, operation, {self.path.rpartition("/")[2][1:-1]: name})
        answer = await self.asker.ask(operation, request)
        if answer is None:
            return
        if self.made and not self.ended and answer.status_code == 404 and operation not in NOT_THERE:
            self.asker.note(operation, request, [f"what was just made is not there: {answer.text[:200]}"])
        if self.ended and answer.status_code != 404 and self.path not in KEPT:
            self.asker.note(operation, request, [f"what was taken away is still there: {answer.status_code}"])
        self.ended = self.ended or (operation == f"DELETE {self.path}" and answer.is_success)


def lives(asker: Asker) -> Iterator[Life]:
    """Of everything that has an address of its own."""
    addresses = {operation.partition(" ")[2] for operation in CALLS}
    yield from (Life(asker, path) for path in sorted(addresses) if path.endswith("}"))


def _request(asker: Asker, operation: Operation, steps: dict[str, str]) -> Request:
    """The request of the matrix, with these names in its address."""
    call = CALLS[operation][0]
    given = sound(asker.served, asker.caller, operation, call)
    request = plain(replace(given, path={**given.path, **steps}))
    if call.file is None:
        return request
    file = Part(b"file", given.file, call.file.name.encode(), b"application/octet-stream")
    headers = {**request.headers, "content-type": MULTIPART}
    return replace(request, headers=headers, content=sound_form(given.form, file))
