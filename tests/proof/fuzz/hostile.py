"""Values that no honest caller sends: raw JSON for the fields of bodies, raw bytes for addresses and headers."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NUMBERS = _words("""
    null true false 0 -0 -1 1 0.1 -0.0 2147483648 -2147483649 9223372036854775807 9223372036854775808 18446744073709551616 1e15 1e308 1e400
    1e999999 -1e-999999 1E9999999999999999999 0.0000001 123456789012.1234567 NaN Infinity -Infinity 01 0x10 1_000
""")
_LIKE_NUMBERS = _words("""
    NaN sNaN -NaN Infinity -Infinity 1e5 1E-7 1e999999 1e999999999999 1_000 +1 .5 5. -0 -0.000 00012 0x10 0.0000001 999999999999.999999
    1000000000000 99999999999999.9999 100000000000000 0.00000001 9999999999.99999999 -1 0 0.000001 ٣ ½ 1,5
""")
_MOMENTS = _words("""
    0000-00-00 0001-01-01 9999-12-31 2026-02-30 20260101 0001-01-01T00:00:00+23:59 9999-12-31T23:59:59-23:59 0001-01-01T00:00:00Z
    9999-12-31T23:59:59.999999Z 2026-01-01T00:00:00 2026-12-31T23:59:60Z -0044-03-15T12:00:00Z 2026-01-01T24:00:00Z 2026-01-01T00:00:00+99:99
    1969-12-31T23:59:59Z 4714-11-24T00:00:00Z 24:00 25:61 2026-01-01T00:00:00+23:59 2026-01-01T00:00:00-16:00 0002-01-01T00:00:00Z 9998-12-31T23:59:59Z 00:00:00.0000001 12:00+23:59 P1D today now infinity epoch
""")
_IDS = _words("""
    00000000-0000-0000-0000-000000000000 ffffffff-ffff-ffff-ffff-ffffffffffff 01890A5D-AC96-774B-BCCE-B302099A8057
    {01890a5d-ac96-774b-bcce-b302099a8057} urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057 01890a5dac96774bbcceb302099a8057
""")
_ADDRESSES = _words("""
    a@b @ a@[127.0.0.1] ä@ö.example ana@example.org,bo@example.org http:// http://[ http://[::1 https://a:99999/ https://a:b/ //x
    file:///etc/passwd https://user:word@x/ https://x/% https://xn--a/ https://a..b/ https://①②⑦.⓪.⓪.① javascript:alert(1) data:,x mailto:x
    https://169.254.169.254/ http://127.1/ 10.0.0.0/33 ::/0 ::ffff:0:0/129 300.0.0.1 1.2.3.4/-1 +0 +593 +5939912345678901234 tel:+1
""")
_NAMES = [
    *(
        "America",
        "America/",
        "../../../etc/passwd",
        "/etc/localtime",
        "Etc/GMT+99",
        "posixrules",
        "UTC\n",
        "es_EC",
        "zz-ZZ",
        "x" * 36,
    ),
    *(
        "US",
        "USDD",
        "usd",
        "ZZZ",
        "€",
        "select",
        "admin",
        "platform_owner",
        "*",
        "**",
        "stock:*",
        "company:own",
        "__class__",
        "_",
        "-",
        ".",
    ),
    *(
        "' OR 1=1 --",
        '"; DROP TABLE product; --',
        "\\",
        "%",
        "%s%(x)s%",
        "_%",
        "{0.__class__}",
        "{{7*7}}",
        "${x}",
        "<script>alert(1)</script>",
    ),
    *(
        "=1+1",
        "@SUM(A1)",
        "a" * 64,
        "a" * 101,
        "a" * 201,
        "a" * 1001,
        "a" * 50_000,
        "0" * 400,
        "9" * 5_000,
        "(01)09501101530003",
        "]C101",
        "]",
        "]X",
        "]Xa",
    ),
    *(
        "",
        " ",
        "\t",
        "\n",
        "a\r\nBcc: x@example.org",
        "a" + " " * 300 + "b",
        "\u00a0",
        "\u200b",
        "\u202etxt",
        "\ufeff",
        "\uffff",
        "\U0010ffff",
    ),
    *(
        "\U0001f999" * 40,
        "e\u0301" * 60,
        "Z" + "\u0335" * 300,
        "\u1e9e\u0130\u0131",
        "\ufb03",
        "\u2028",
        "\x7f",
        "\x85",
        "\x1f",
        "\x00",
        "a\x00b",
    ),
]
_TEXTS: tuple[str, ...] = (*_NAMES, *_LIKE_NUMBERS, *_MOMENTS, *_IDS, *_ADDRESSES)
_KIN: Mapping[str, tuple[str, ...]] = {
    "decimal": _LIKE_NUMBERS,
    "date": _MOMENTS,
    "date-time": _MOMENTS,
    "uuid": _IDS,
    "string": (*_NAMES, *_ADDRESSES),
    "integer": _NUMBERS,
    "number": _NUMBERS,
}
_RAW = (
    *(
        rb'"\u0000"',
        rb'"a\u0000b"',
        rb'"\ud800"',
        rb'"\udfff\ud800"',
        b'"\xff"',
        b'"\xc0\xaf"',
        b'"\xed\xa0\x80"',
        b'"\\x"',
        b'"',
        b"'a'",
        b"",
    ),
    *(
        b"[]",
        b"{}",
        b"[[]]",
        b"[null]",
        b"[{}]",
        b'{"a":1}',
        b'{"a":1,"a":2}',
        b'{"":""}',
        b'{"__proto__":{"x":1}}',
        b'{"$ref":"#"}',
    ),
    *(
        b"[" * 30 + b"]" * 30,
        b"[" * 5_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"[" + b"null," * 20_000 + b"null]",
        b"9" * 10_000,
    ),
    *(
        b"{" + b",".join(b'"k%d":0' % number for number in range(3_000)) + b"}",
        b'["a","a"]',
        b'[""]',
        b'["' + b"a" * 300 + b'"]',
        b"[0,-1,1e400]",
    ),
)


def _quoted(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")


_BARE: tuple[bytes, ...] = (*(number.encode() for number in _NUMBERS), *_RAW)
_VALUES: tuple[bytes, ...] = (*_BARE, *map(_quoted, _TEXTS))
_BYTES: tuple[bytes, ...] = (
    *(text.encode() for text in _TEXTS),
    *(
        b"\xff",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"%00",
        b"%",
        b"%zz",
        b"null",
        b"true",
        b"[]",
        b"{}",
        b"1" * 5_000,
    ),
)


def members(kind: str, chance: random.Random, kin: int, others: int) -> Iterator[bytes]:
    """Raw JSON, and what is none, for a member of a kind (a format of the document, else a type): some of what is nearly of that
    kind, and some of all."""
    near = (
        _BARE
        if kind in ("integer", "number", "boolean", "array", "object")
        else tuple(map(_quoted, _KIN.get(kind, ())))
    )
    yield from _some(near, chance, kin)
    yield from _some(_VALUES, chance, others)


def parameters(kind: str, chance: random.Random, kin: int, others: int) -> Iterator[bytes]:
    """Bytes for a parameter of a kind, in the same way."""
    yield from _some([text.encode() for text in _KIN.get(kind, ())], chance, kin)
    yield from _some(_BYTES, chance, others)


def files(chance: random.Random, most: int) -> Iterator[bytes]:
    """What nobody can read, or should not."""
    yield from _some(_FILES, chance, most)


def _some(values: Sequence[bytes], chance: random.Random, most: int) -> list[bytes]:
    return chance.sample(values, min(most, len(values)))


_FILES: tuple[bytes, ...] = (
    *(
        b"",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"sku",
        b"sku\n",
        b",,,\n,,,",
        b'sku,name\n"',
        b'sku,name\n"a\n' * 2_000,
        b"sku," * 3_000,
    ),
    *(
        b"sku,name\r" * 3,
        b"sku;name\nA;B",
        b"sku,sku\nA,B",
        b"sku,name\nA\x00B,C",
        b"sku,name\n" + b"A" * 200_000 + b",B",
        b"sku,name\n\xe9,B",
    ),
    *(
        "sku,name,price\nA,B,٣\nC,D,NaN\nE,F,1e999\n=1+1,G,-1".encode(),
        "sku,name\nA,B".encode("utf-16"),
        b"\n" * 100_000,
    ),
    *(
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
        b"PK\x03\x04" + b"\xff" * 500,
        b"\x1f\x8b\x08",
        b"%PDF-1.4",
        b"<?xml version='1.0'?><!DOCTYPE a>",
    ),
    *(
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a\xff\xff\xff\xff\xff",
        b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        b"\xff\xd8\xff\xe0" + b"\xff" * 400,
        b"\0\0\0\x18ftypavif" * 20,
    ),
)
_TYPES = (
    b"application/json;charset=utf-16",
    b"application/json;charset=" + b"x" * 500,
    b"multipart/form-data",
    b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=" + b"-" * 5_000,
    b"application/x-www-form-urlencoded;charset=utf-7",
    b"text/plain",
    b";",
    b"",
    b"\xff/\xff",
)
_ANY = (
    b"",
    b" ",
    b"\xff\xfe",
    b"\x00",
    b"a\x00b",
    b"a" * 20_000,
    b"*",
    b'"',
    b'"a',
    b'W/"1"',
    b"1",
    b"-1",
    b"9" * 5_000,
    b",,,",
    b";q=",
    b"\xe2\x82\xac",
)
HEADERS: Mapping[str, Sequence[bytes]] = {
    "accept": (*_ANY, b"*/*;q=nan", b"text/html", b"application/json;q=1e999", b"a/b;" * 500),
    "accept-language": (*_ANY, b"es;q=inf", b"zz-ZZ", b"es-" * 500, b"../../etc"),
    "accept-encoding": (*_ANY, b"gzip;q=x", b"br, " * 500),
    "authorization": (
        *_ANY,
        b"Bearer",
        b"Bearer ",
        b"Bearer " + b"a.b.c",
        b"Bearer \xff",
        b"Basic",
        b"Basic =",
        b"Basic " + b"/" * 999,
        b"Basic Og==",
    ),
    "content-length": (b"-1", b"1e3", b"", b"9" * 30, b"0x10", b"1,1", b"\xff"),
    "content-type": _TYPES,
    "content-encoding": (b"gzip", b"br", b"identity, gzip", b"\xff", b""),
    "cookie": (
        *_ANY,
        b"pirwa_session",
        b"pirwa_session=",
        b"pirwa_session=\xff",
        b"pirwa_session=a.b",
        b"=;=;=",
        b"a=1;" * 2_000,
    ),
    "host": (*_ANY, b"evil.example", b"test:99999", b"[::1", b"a@b"),
    "idempotency-key": (*_ANY, b"a" * 255, b"a" * 256, b"a b", b"a\r\nb"),
    "if-match": (
        *_ANY,
        b"*",
        b'"1"',
        b'"0"',
        b'"-1"',
        b'"99999999999999999999"',
        b'"1", "2"',
        b'"1e5"',
        b'"\xc2\xbd"',
        '"٣"'.encode(),
    ),
    "if-none-match": (*_ANY, b'"1"'),
    "last-event-id": (*_ANY, b"W10", b"WzFd", b"====", b"W251bGwsbnVsbF0"),
    "origin": (*_ANY, b"null", b"https://evil.example"),
    "range": (*_ANY, b"bytes=0-", b"bytes=-99999999999999999999", b"bytes=5-1", b"bytes=0-0,0-0,0-0"),
    "traceparent": (*_ANY, b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-00"),
    "x-company": (*_ANY, b"andina", b"boreal", b"00000000-0000-0000-0000-000000000000", b"' OR 1=1 --"),
    "x-forwarded-for": (*_ANY, b"1.2.3.4, " * 500, b"::1%eth0", b"999.1.1.1", b"unknown", b"[::1]:80"),
    "user-agent": (*_ANY, b"\xf0\x9f\xa6\x99" * 100),
    "x-request-id": (*_ANY, b"a\nb", b"../../x"),
}
"""By the header's name."""
