"""From the bytes of a JSON body to the command that a handler takes: text, nesting and types are checked here, once."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from apps.http.body_faults import MAX_FAULTS, body_faults, loose_text_faults, may_have_loose_texts, pointer_to
from apps.http.errors import RequestRefused
from core.domain.errors import DomainError, Fault, Invalid, refuse_if

MAX_DEPTH = 32

# An unfinished string is taken to its end, so that no input is scanned twice.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))
_OPENING = frozenset(b"[{")
_ESCAPED = re.compile(rb"\\[bfru]")
_DELETE = b"\x7f"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _number(text: str) -> Decimal | str:
    """The exact number; an exponent beyond all bounds leaves a text, which no number field takes."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


_tree_decoder = msgspec.json.Decoder(float_hook=_number)
_tree_encoder = msgspec.json.Encoder(decimal_format="number")
_canonical_decoder = msgspec.json.Decoder(float_hook=str)
_canonical_encoder = msgspec.json.Encoder(order="sorted")


class BodyDecoder:
    """Decodes the bodies of one route into its type."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._decoder = msgspec.json.Decoder(kind)

    def decode(self, body: bytes) -> Any:
        """The value. Raises `RequestRefused` for what is no JSON and `Invalid` with every fault of what is."""
        if nested_too_deep(body):
            raise RequestRefused(400, "nested_too_deep", f"the body is nested deeper than {MAX_DEPTH} levels")
        try:
            body = normal_body(body)
            value = self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise self._refusal(body, error) from None
        except msgspec.DecodeError as error:
            raise _malformed(error) from None
        except UnicodeDecodeError:
            raise RequestRefused(400, "malformed_text", "the body is not UTF-8") from None
        if may_have_loose_texts(body):
            refuse_if(loose_text_faults(_tree_decoder.decode(body), self._kind))
        return value

    def _refusal(self, body: bytes, error: msgspec.ValidationError) -> DomainError:
        """All that is wrong with a body that is not of our type: it may turn out to be no JSON further on."""
        try:
            tree = _tree_decoder.decode(body)
        except msgspec.ValidationError:
            return Invalid("invalid", "the body has a number that is too long")
        except msgspec.DecodeError as malformed:
            return _malformed(malformed)
        faults = body_faults(tree, self._kind, error) + loose_text_faults(tree, self._kind)
        return Invalid("invalid", "the body does not have the expected form", faults)


def _malformed(error: msgspec.DecodeError) -> RequestRefused:
    return RequestRefused(400, "malformed_json", str(error))


def nested_too_deep(body: bytes) -> bool:
    """Whether brackets outside strings are nested deeper than `MAX_DEPTH`."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in _OPENING else -1
        if depth > MAX_DEPTH:
            return True
    return False


def normal_body(body: bytes) -> bytes:
    """The body with its text in NFC and its line ends as \\n.

    Raises `Invalid` for control characters other than tab and line end, written out or escaped.
    """
    is_plain = _DELETE not in body and not _ESCAPED.search(body)
    if is_plain and (body.isascii() or _is_normal(body.decode())):
        return body
    faults: list[Fault] = []
    tree = _normal_tree(_tree_decoder.decode(body), (), faults)
    if faults:
        raise Invalid("invalid", "the body has control characters", faults)
    return _tree_encoder.encode(tree)


def normal_text(text: str) -> str:
    """The text in NFC with line ends as \\n. Raises ValueError for other control characters."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(text):
        raise ValueError("has control characters")
    return text


def canonical(body: bytes) -> bytes:
    """The body without its spaces, in the order of its names, so that equal requests are equal bytes."""
    try:
        return _canonical_encoder.encode(_canonical_decoder.decode(body)) if body else body
    except msgspec.ValidationError:  # a number of thousands of digits, which only a decimal can hold
        return body


def _is_normal(text: str) -> bool:
    return unicodedata.is_normalized("NFC", text) and not _CONTROL.search(text)


def _normal_tree(value: Any, path: tuple[str | int, ...], faults: list[Fault]) -> Any:
    if isinstance(value, str):
        return _checked(value, path, faults)
    if isinstance(value, list):
        return [_normal_tree(item, (*path, index), faults) for index, item in enumerate(value)]
    if isinstance(value, dict):
        return {_checked(name, path, faults): _normal_tree(item, (*path, name), faults) for name, item in value.items()}
    return value


def _checked(text: str, path: tuple[str | int, ...], faults: list[Fault]) -> str:
    try:
        return normal_text(text)
    except ValueError as problem:
        if len(faults) < MAX_FAULTS:
            faults.append(Fault(pointer_to(path), "control_character", str(problem)))
        return ""
