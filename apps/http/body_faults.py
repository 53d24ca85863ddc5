"""Every fault of a body at once. msgspec stops at the first, so a refused body is walked member by member."""

import re
import types
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import islice
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from apps.http import moments
from core.domain.errors import Fault

MAX_FAULTS = 1_000  # in one answer; no honest request has more
MAX_POINTER = 300  # characters

_WHERE = re.compile(r"(?: - at `(?:key in )?\$(.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_CODES = (
    ("Object missing", "missing"),
    ("Object contains unknown", "unknown_field"),
    ("Invalid enum value", "unknown_value"),
    ("Invalid value", "unknown_value"),
    ("Invalid", "bad_format"),
    ("matching regex", "bad_format"),
    ("with a timezone", "bad_format"),
    (", got", "wrong_type"),
    ("Expected", "out_of_range"),
    ("out of range", "out_of_range"),
)
_SEQUENCES = (list, set, frozenset)

_PLAIN_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
# A string that Python may call a number although it is not a plain one: 1_000, +5, 1e3, digits of other scripts.
_LOOSE_NUMBER = re.compile(
    rb'"(?!%b")(?=[-+._0-9\s\\\x80-\xff])'
    rb"(?:[_\s\x80-\xff]|\\[nt])*+[-+]?(?:[._0-9\s\x80-\xff]|\\[nt])*+"
    rb'(?:[eE]_*+[-+]?(?:[_0-9\s\x80-\xff]|\\[nt])*+)?"' % _PLAIN_NUMBER.encode()
)


# The beginning of a day that some calendar does not have.
_ODD_YEAR = re.compile(rb'"(?:000[01]|9999)-')
# Part of every time of day, and the end of one with an offset that no place has.
_TIME = re.compile(rb":[0-9]")
_ODD_OFFSET = re.compile(rb"[+-](?:1[5-9]|2[0-9]):?[0-9]{2}\"")
# Part of a text that Python calls a number with which nothing can be done, not even to compare it; underscores may stand in it.
_SIGNALLING = b"snan"


def body_faults(
    tree: Any, kind: Any, error: msgspec.ValidationError | None = None, *, strict: bool = True
) -> list[Fault]:
    """The faults of a decoded body against the type of its route; at least `error`, if the walk finds nothing."""
    found = list(islice(_faults(tree, kind, (), strict), MAX_FAULTS))
    return found or ([] if error is None else [_fault(error, ())])


def may_have_loose_texts(body: bytes) -> bool:
    """Whether a text of this JSON, whatever it stands for, could be taken for a number that is not written plainly, or for a moment
    that not every calendar has."""
    return bool(
        _LOOSE_NUMBER.search(body)
        or _SIGNALLING in body.lower().replace(b"_", b"")
        or _ODD_YEAR.search(body)
        or (_TIME.search(body) and _ODD_OFFSET.search(body))
    )


def loose_text_faults(tree: Any, kind: Any) -> list[Fault]:
    """The numbers of a decoded body that are texts other than plain decimal notation: msgspec takes all that Python does. And the moments
    at the ends of all calendars. What is not finite is left to the rules of the domain, if it can be compared at all."""
    return list(islice(_loose_texts(tree, kind, ()), MAX_FAULTS))


def pointer_to(path: tuple[str | int, ...]) -> str:
    """The JSON pointer (RFC 6901) to a member."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)[:MAX_POINTER]


def code_and_words(message: str) -> tuple[str, str]:
    """The code for a refusal of msgspec, and its words without the place."""
    words = _WHERE.sub("", message).replace("`", "").replace("decimal", "number")
    return next((code for sign, code in _CODES if sign in words), "invalid"), words


def _faults(value: Any, kind: Any, path: tuple[str | int, ...], strict: bool) -> Iterator[Fault]:
    """The faults inside the value, or its own when each of its members is sound."""
    try:
        msgspec.convert(value, kind, strict=strict, str_keys=True, dec_hook=_as_it_is)
    except msgspec.ValidationError as error:
        inside = _faults_inside(value, _bare(kind), path, strict)
        yield next(inside, None) or _fault(error, path)
        yield from inside


def _faults_inside(value: Any, kind: Any, path: tuple[str | int, ...], strict: bool) -> Iterator[Fault]:
    if get_origin(kind) in (Union, types.UnionType):
        chosen = [one for one in get_args(kind) if one is not type(None)]
        if value is not None and len(chosen) == 1:
            yield from _faults(value, chosen[0], path, strict)
    elif get_origin(kind) in _SEQUENCES and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, get_args(kind)[0], (*path, index), strict)
    elif isinstance(value, dict) and _is_object(kind):
        yield from _faults_of_object(value, kind, path, strict)


def _faults_of_object(
    value: dict[str, Any], kind: type[msgspec.Struct], path: tuple[str | int, ...], strict: bool
) -> Iterator[Fault]:
    fields = _fields(kind)
    for name, field in fields.items():
        if name in value:
            yield from _faults(value[name], field.type, (*path, name), strict)
        elif field.required:
            yield Fault(pointer_to((*path, name)), "missing", "is required")
    if kind.__struct_config__.forbid_unknown_fields:
        for name in value.keys() - fields.keys() - {kind.__struct_config__.tag_field}:
            yield Fault(pointer_to((*path, name)), "unknown_field", "is not a member of this object")


def _loose_texts(value: Any, kind: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:
    kind = _bare(kind)
    if get_origin(kind) in (Union, types.UnionType):
        for one in get_args(kind):
            yield from _loose_texts(value, one, path)
    elif isinstance(value, str):
        if kind is Decimal and _is_loose(value):
            yield Fault(pointer_to(path), "bad_format", "must be a number in plain notation, such as 1234.50")
        if kind is datetime and _is_beyond(value):
            yield Fault(pointer_to(path), "out_of_range", moments.WORDS)
    elif isinstance(value, list) and get_origin(kind) in _SEQUENCES:
        for index, item in enumerate(value):
            yield from _loose_texts(item, get_args(kind)[0], (*path, index))
    elif isinstance(value, dict) and _is_object(kind):
        for name, field in _fields(kind).items():
            if name in value:
                yield from _loose_texts(value[name], field.type, (*path, name))


def _is_loose(text: str) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_snan() or (number.is_finite() and not re.fullmatch(_PLAIN_NUMBER, text))


def _is_beyond(text: str) -> bool:
    try:
        return moments.out_of_range(msgspec.convert(text, datetime))
    except msgspec.ValidationError:
        return False


@cache
def _fields(kind: type[msgspec.Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _is_object(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct) and not kind.__struct_config__.array_like


def _bare(kind: Any) -> Any:
    return _bare(get_args(kind)[0]) if get_origin(kind) is Annotated else kind


def _as_it_is(kind: type, value: Any) -> Any:
    if isinstance(value, kind):
        return value
    raise msgspec.ValidationError(f"Expected `{kind.__name__}`, got `{type(value).__name__}`")


def _fault(error: msgspec.ValidationError, path: tuple[str | int, ...]) -> Fault:
    message = str(error)
    where = _WHERE.search(message)
    steps = _STEP.findall(where[1] or "") if where else []
    return Fault(pointer_to((*path, *(name or index for name, index in steps))), *code_and_words(message))
