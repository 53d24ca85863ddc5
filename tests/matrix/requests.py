"""From a call to the requests of one caller: where ids stand in it, and with which of them it is made."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec

from core.domain.ids import new_id
from tests.matrix.builder import Side
from tests.matrix.callers import Caller
from tests.matrix.calls.call import Call
from tests.matrix.exchange import Request

KEY = "header Idempotency-Key"
CURSOR = "query cursor"

RANDOM_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
_NO_CODE = {
    "barcode": "CODE-0",
    "new_barcode": "CODE-0",
    "new_email": "nobody.here@example.org",
    "new_site": "NOWHERE",
}
_POSITIONS = ("cursor", "event")
_OF_PATHS = "/:@!$&'()*+,;="
_FOREIGN = ("foreign", "foreign_code")

Chosen = Mapping[str, str]
"""For each place, which object stands there: a label of `Side.named`, `foreign…` or `random…`."""


@dataclass(frozen=True)
class Row:
    """One line of the table: an operation, in one of its forms, with one sort of id in one of its places."""

    operation: str
    about: str
    place: str
    label: str


def kinds_in(call: Call, *, keyed: bool) -> Mapping[str, str]:
    """The kind of object in every place of a call where an id stands."""
    found = {place: kind for place, text in _texts(call) for kind in re.findall(r"^\$(\w+)$", text)}
    if call.file and call.file.names:
        found["body /file"] = call.file.names.removeprefix("$")
    return {**found, KEY: "key"} if keyed else found


def places_in(call: Call) -> set[str]:
    """Every place of a call that is filled in."""
    return {place for place, _ in _texts(call)} | ({"body /file"} if call.file else set())


def _texts(call: Call) -> Iterator[tuple[str, str]]:
    for where, texts in (("path", call.path), ("query", call.query), ("header", call.headers)):
        yield from ((f"{where} {name}", text) for name, text in texts.items())
    yield from ((f"body /{name}", text) for name, text in call.form.items())
    yield from _inside(call.body, "")


def _inside(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield f"body {pointer}", value
        case dict():
            for name, member in value.items():
                yield from _inside(member, f"{pointer}/{name}")
        case list():
            for member in value:
                yield from _inside(member, f"{pointer}/*")


def labels(caller: Caller, kind: str, form: str) -> list[str]:
    """The sorts of ids to put where this kind of object stands, the usual one first. `form` is the format of the place."""
    known = caller.side.named[kind]
    ids = [label for label in ("own", "another", "other") if label in known]
    if kind == "key":
        return ["own", "another", "foreign", "random"]
    if kind in _POSITIONS:
        return ["own", "foreign"]
    if kind == "any_company":
        return [*ids, "random"]
    found = [*(["own"] if ids and "own" not in ids else []), *ids, *([*_FOREIGN[:1], "random"] if ids else [])]
    if "only_code" in known and form != "uuid":
        codes = [label for label in ("own_code", "other_code") if label in known]
        found += [*codes, "foreign_code", "random_code"]
    return found


def used_key(side: Side) -> str:
    """The Idempotency-Key of something that the company's administrator has done."""
    return f"key-of-{side.code}"


def text_of(caller: Caller, kind: str, label: str) -> str:
    """The id or name that the label means to the caller."""
    own, foreign = caller.side.named[kind], caller.twin.named[kind]
    belongings = caller.person.belongings if caller.person else {}
    match label:
        case "own":
            return str(new_id()) if kind == "key" else belongings.get(kind) or own.get("own") or own["another"]
        case "another" if kind == "key":
            return used_key(caller.side)
        case "foreign" if kind == "key":
            return used_key(caller.twin)
        case "foreign":
            return foreign.get("own") or foreign["another"]
        case "foreign_code":
            return foreign["only_code"]
        case "random":
            return f"key-{new_id()}" if kind == "key" else RANDOM_ID
        case "random_code":
            return _NO_CODE.get(kind, "nowhere")
    return own[label]


def filled(value: Any, texts: Mapping[str, str], pointer: str) -> Any:
    """The value with the texts that are chosen for its places."""
    match value:
        case str():
            return texts.get(pointer, value) if value.startswith("$") else value
        case dict():
            return {name: filled(member, texts, f"{pointer}/{name}") for name, member in value.items()}
        case list():
            return [filled(member, texts, f"{pointer}/*") for member in value]
    return value


def request_of(method: str, path: str, call: Call, texts: Mapping[str, str], *, paged: bool) -> Request:
    """The request with these texts. What is `paged` is asked for in one large page, or from a cursor on in a small one."""

    def part(where: str, given: Mapping[str, str]) -> dict[str, str]:
        return {name: texts.get(f"{where} {name}", text) for name, text in given.items()}

    address = quote(path.format(**part("path", call.path)), safe=_OF_PATHS)
    page = {"cursor": texts[CURSOR], "limit": "1"} if CURSOR in texts else {"limit": "200"} if paged else {}
    query = urlencode(page | part("query", call.query))
    kind, content = _content(call, texts)
    headers = {**part("header", call.headers), "Idempotency-Key": texts.get(KEY, ""), "Content-Type": kind}
    target = f"{address}?{query}" if query else address
    return Request(method, target.encode(), {name: text.encode() for name, text in headers.items() if text}, content)


def _content(call: Call, texts: Mapping[str, str]) -> tuple[str, bytes | None]:
    """The media type of the body, and the body."""
    if call.body is not None:
        inside = {place.removeprefix("body "): text for place, text in texts.items()}
        return "application/json", msgspec.json.encode(filled(call.body, inside, ""))
    fields = {name: texts.get(f"body /{name}", text) for name, text in call.form.items()}
    if call.file:
        content = call.file.content
        if call.file.names:
            content = content.replace(b"{}", texts["body /file"].encode())
        written = httpx.Request("POST", "http://test", data=fields, files={"file": (call.file.name, content)})
        return written.headers["content-type"], written.read()
    return ("application/x-www-form-urlencoded", urlencode(fields).encode()) if fields else ("", None)
