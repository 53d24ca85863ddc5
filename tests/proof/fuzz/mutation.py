"""From one sound request to many of which one part is hostile."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes

from tests.matrix.exchange import Request
from tests.proof.fuzz.conforming import Json, Judge

_MARK = "@hostile@"
_JSON = "application/json"
_SAMPLES = {
    "uuid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00",
}
_MOST_LEVELS = 6  # of a schema that contains itself


@dataclass(frozen=True)
class Sound:
    """A request to which the answer is as it should be. `operation` is as the document names it."""

    operation: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    file: bytes = b""


def plain(sound: Sound) -> Request:
    """The request without anything hostile in it."""
    return _request(sound, sound.path, sound.query, None if sound.body is None else json.dumps(sound.body).encode())


def on_existing(made_up: Any, named: Any, existing: Any) -> Any:
    """A value that was made up, with the ids of things that exist in the places where the request that is `named` has such an id."""
    match named:
        case str() if named.startswith("$") and isinstance(made_up, str):
            return existing
        case dict() if isinstance(made_up, dict):
            both = {
                name: on_existing(made_up[name], named[name], existing[name]) for name in made_up.keys() & named.keys()
            }
            return {name: both.get(name, value) for name, value in made_up.items()}
        case [first, *_] if isinstance(made_up, list):
            return [on_existing(item, first, existing[0]) for item in made_up]
    return made_up


def with_parameter(sound: Sound, where: str, name: str, value: bytes) -> Request:
    """The request with this value of a parameter of its path or its query."""
    given = {where: {name: value}}
    content = None if sound.body is None else json.dumps(sound.body).encode()
    return _request(sound, {**sound.path, **given.get("path", {})}, {**sound.query, **given.get("query", {})}, content)


def with_member(judge: Judge, sound: Sound, steps: Sequence[str], value: bytes) -> Request:
    """The request with raw JSON where the steps lead; what has to stand around it and does not is made up from the document."""
    schema = body_schema(judge, sound.operation)
    changed = _put(judge, schema, json.loads(json.dumps(sound.body)), steps)
    content = json.dumps(changed).encode().replace(json.dumps(_MARK).encode(), value)
    return _request(sound, sound.path, sound.query, content)


def body_schema(judge: Judge, operation: str) -> Json:
    """What the document says of a JSON body; nothing where there is none."""
    body = judge.operations[operation].get("requestBody", {})
    schema: Json = body.get("content", {}).get(_JSON, {}).get("schema", {})
    return schema


def members(judge: Judge, schema: Json, steps: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The way to every member of a value of the schema, and () to the value itself, with its kind; `*` is each item of a list."""
    choices = list(_choices(judge, schema))
    yield steps, kind_of(judge, schema)
    if len(steps) >= _MOST_LEVELS:
        return
    for choice in choices:
        if "items" in choice:
            yield from members(judge, choice["items"], (*steps, "*"))
        for name, member in choice.get("properties", {}).items():
            yield from members(judge, member, (*steps, name))
        if choice.get("type") == "object" and "properties" not in choice:
            yield (*steps, "anything"), "any"


def kind_of(judge: Judge, schema: Json) -> str:
    """The format of a value of the schema, or its type."""
    first = next(iter(_choices(judge, schema)))
    return "enum" if "enum" in first else str(first.get("format", first.get("type", "any")))


def sample(judge: Judge, schema: Json) -> Any:
    """A value of the schema, with no more than it must have."""
    chosen = next(iter(_choices(judge, schema)))
    if "const" in chosen or "enum" in chosen:
        return chosen.get("const", chosen.get("enum", [None])[0])
    match chosen.get("type"):
        case "object":
            return {name: sample(judge, chosen["properties"][name]) for name in chosen.get("required", ())}
        case "array":
            return [sample(judge, chosen["items"])] if chosen.get("minItems") else []
        case "integer" | "number":
            return int(chosen.get("minimum", 1))
        case "boolean":
            return True
        case "null":
            return None
    return _SAMPLES.get(chosen.get("format", ""), "1" * max(1, chosen.get("minLength", 1)))


def _choices(judge: Judge, schema: Json) -> Iterator[Json]:
    """The schemas of which a value has one, the first of them that is not null before all others."""
    schema = judge.resolved(schema)
    found = [*schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())]
    if not found:
        yield schema
    for choice in sorted(found, key=lambda one: one.get("type") == "null"):
        yield from _choices(judge, choice)


def _put(judge: Judge, schema: Json, value: Any, steps: Sequence[str]) -> Any:
    """The value with the mark where the steps lead."""
    if not steps:
        return _MARK
    step, *further = steps
    for choice in _choices(judge, schema):
        if step == "*" and "items" in choice:
            items = value if isinstance(value, list) and value else [sample(judge, choice["items"])]
            return [_put(judge, choice["items"], items[0], further), *items[1:]]
        if step in choice.get("properties", {}):
            whole = value if isinstance(value, dict) and value else sample(judge, choice)
            inner = whole.get(step)
            return {**whole, step: _put(judge, choice["properties"][step], inner, further)}
    return {**(value if isinstance(value, dict) else {}), step: _MARK}


def _request(
    sound: Sound, path: Mapping[str, str | bytes], query: Mapping[str, str | bytes], content: bytes | None
) -> Request:
    method, _, address = sound.operation.partition(" ")
    target = address.format(**{name: _quoted(value) for name, value in path.items()})
    asked = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in query.items())
    headers = {name: value.encode() for name, value in sound.headers.items()}
    if content is not None:
        headers["content-type"] = _JSON.encode()
    return Request(method, f"{target}?{asked}".rstrip("?").encode(), headers, content)


def _quoted(value: str | bytes) -> str:
    return quote_from_bytes(value.encode() if isinstance(value, str) else value, safe="")
