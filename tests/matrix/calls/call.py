"""How an operation is called.

A text that begins with `$` names a kind of object of the world (see `Side.named`): there an id can stand, and the matrix puts every sort of id
there. All else is sent as it stands. In a file, `$` stands for the object that the call's `file_names` say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class File:
    """A file of a form. `{}` in its content stands for an object of the kind `names`."""

    name: str
    content: bytes
    names: str | None = None


@dataclass(frozen=True)
class Call:
    """One sound request. `about` tells it from other requests of the same operation."""

    about: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] = field(default_factory=dict)
    file: File | None = None


Calls = Mapping[str, tuple[Call, ...]]


def one(**parts: Any) -> tuple[Call, ...]:
    """An operation that is called in one way."""
    return (Call(**parts),)


def at(name: str, kind: str, **parts: Any) -> tuple[Call, ...]:
    """An operation on the object that its address names."""
    return (Call(path={name: kind}, **parts),)
