"""Multipart bodies, byte by byte, so that every part of one can be hostile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.proof.fuzz import hostile

_BOUNDARY = b"tea-and-milk"
_NAMES = (
    b"",
    b"a" * 5_000,
    b"../../x.csv",
    b"a.csv\x00.png",
    b'a".csv',
    b"a\r\nX: y",
    b"\xff.csv",
    "☃.csv".encode(),
    b"a.xlsx",
    b".",
    b"CON",
)
_TYPES = (
    b"",
    b"text/csv; charset=utf-16",
    b"text/csv; charset=x-nothing",
    b"\xff",
    b"multipart/mixed; boundary=tea-and-milk",
    b"a" * 5_000,
)


@dataclass(frozen=True)
class Part:
    """One part of a form. Only a file has a file name."""

    name: bytes
    content: bytes
    file_name: bytes | None = None
    kind: bytes | None = None

    def written(self) -> bytes:
        named = b"" if self.file_name is None else b'; filename="%b"' % self.file_name
        kind = b"" if self.kind is None else b"content-type: %b\r\n" % self.kind
        return b'content-disposition: form-data; name="%b"%b\r\n%b\r\n%b' % (self.name, named, kind, self.content)


def form(parts: Sequence[Part]) -> bytes:
    """The body of a form of these parts."""
    return b"".join(b"--%b\r\n%b\r\n" % (_BOUNDARY, part.written()) for part in parts) + b"--%b--\r\n" % _BOUNDARY


MULTIPART = b"multipart/form-data; boundary=" + _BOUNDARY


def sound_form(fields: Mapping[str, str], file: Part) -> bytes:
    """The form as it should be."""
    return form(_parts(fields, file))


def _parts(fields: Mapping[str, str], file: Part) -> list[Part]:
    return [*(Part(name.encode(), text.encode()) for name, text in fields.items()), file]


def hostile_forms(fields: Mapping[str, str], file: Part, chance: Random, most: int) -> Iterator[bytes]:
    """Forms like the one of these fields and this file, each with something that does not belong there; `most` of every sort."""
    parts = _parts(fields, file)
    for number, part in enumerate(parts):
        for changed in _changed(part, chance, most):
            yield form([*parts[:number], changed, *parts[number + 1 :]])
    whole = form(parts)
    yield from (
        b"",
        whole[:-5],
        whole.replace(b"\r\n", b"\n"),
        whole + b"more",
        form([*parts, file]),
        form(parts * 30),
        form(parts[1:]),
    )
    for _ in range(most):
        yield _damaged(whole, chance)


def _changed(part: Part, chance: Random, most: int) -> Iterator[Part]:
    yield from (replace(part, name=name) for name in chance.sample(_NAMES, min(most, len(_NAMES))))
    if part.file_name is None:
        yield from (replace(part, content=text) for text in hostile.parameters("string", chance, most, most))
        yield replace(part, file_name=b"a.txt")
        return
    yield replace(part, file_name=None)
    yield from (replace(part, file_name=name) for name in chance.sample(_NAMES, min(most, len(_NAMES))))
    yield from (replace(part, kind=kind) for kind in chance.sample(_TYPES, min(most, len(_TYPES))))
    yield from (replace(part, content=_damaged(part.content, chance)) for _ in range(most))
    yield from (replace(part, content=content) for content in hostile.files(chance, most))


def _damaged(content: bytes, chance: Random) -> bytes:
    """Some bytes changed, left out, or put in twice."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(damaged) + 1)
        damaged[place : place + chance.choice((0, 1, 1, 1, 40))] = chance.choice(
            (b"", bytes([chance.randrange(256)]), damaged[:60], b"\x00", b'"')
        )
    return bytes(damaged)
