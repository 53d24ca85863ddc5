"""Requests against Twilio's own documents: the path, the query, the fields of a form. The verdicts are those of a JSON Schema validator."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator

from core.ports.http import HttpRequest

DATA = Path(__file__).parent / "data"
DOCUMENTS = ("twilio_api_v2010.json.gz", "twilio_messaging_v1.json.gz")
FORM = "application/x-www-form-urlencoded"


@cache
def document(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(gzip.decompress((DATA / name).read_bytes()))
    return found


class OffSpec(AssertionError):
    """A request that Twilio's documents do not know."""


def operation_of(request: HttpRequest) -> str:
    """The id of the operation, if the request is one as it is documented. Raises `OffSpec`."""
    url = urlsplit(request.url)
    for name in DOCUMENTS:
        for path, item in document(name)["paths"].items():
            server = item.get("servers", document(name).get("servers", [{}]))[0].get("url")
            found = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)), url.path)
            if found and server == f"{url.scheme}://{url.netloc}" and (operation := item.get(request.method.lower())):
                _check(name, operation, request, found.groupdict())
                return str(operation["operationId"])
    raise OffSpec(f"{request.method} {url.path} is no operation of Twilio's")


def _check(name: str, operation: Mapping[str, Any], request: HttpRequest, path: Mapping[str, str]) -> None:
    query = parse_qs(
        urlsplit(request.url).query, keep_blank_values=True, strict_parsing=bool(urlsplit(request.url).query)
    )
    known = {one["name"]: one for one in operation.get("parameters", [])}
    if unknown := query.keys() - known.keys():
        raise OffSpec(f"unknown parameters: {sorted(unknown)}")
    given = {**path, **{key: values[0] for key, values in query.items()}}
    faults = [fault for key, value in given.items() for fault in _faults(name, known[key]["schema"], value, known[key])]
    faults += [
        f"{one['name']} is missing" for one in known.values() if one.get("required") and one["name"] not in given
    ]
    if "requestBody" in operation:
        faults += _body_faults(name, operation["requestBody"]["content"], request)
    elif request.body:
        faults.append("it takes no body")
    if faults:
        raise OffSpec("; ".join(faults))


def _body_faults(name: str, content: Mapping[str, Any], request: HttpRequest) -> Iterator[str]:
    if (media_type := request.headers.get("content-type", "")) not in content:
        yield f"{media_type!r} is none of {list(content)}"
        return
    schema = content[media_type]["schema"]
    form = parse_qs(request.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    if unknown := form.keys() - schema["properties"].keys():
        yield f"unknown fields: {sorted(unknown)}"
    values = {
        key: given if schema["properties"].get(key, {}).get("type") == "array" else given[0]
        for key, given in form.items()
    }
    yield from _faults(name, schema, _coerced(values, schema["properties"]), "the form")


def _coerced(values: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _as(properties.get(key, {}).get("type"), value) for key, value in values.items()}


def _as(kind: str | None, value: Any) -> Any:
    """A form knows texts alone."""
    if kind == "integer" and isinstance(value, str) and re.fullmatch("-?[0-9]+", value):
        return int(value)
    return {"true": True, "false": False}.get(value, value) if kind == "boolean" else value


def _faults(name: str, schema: Mapping[str, Any], value: Any, where: object) -> list[str]:
    value = _as(schema.get("type"), value)
    whole = {**schema, "components": document(name)["components"]}
    return [f"{where}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]
