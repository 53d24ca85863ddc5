"""Twilio's signatures: HMAC-SHA1, in base64, over the address and, of a form, every field with its values in order."""

import hmac
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha1, sha256
from urllib.parse import parse_qs, urlsplit, urlunsplit

BODY_HASH = "bodySHA256"
MOST_FIELDS = 1000
_PORTS = {"https": 443, "http": 80}

Fields = Mapping[str, Sequence[str]]


def fields_of(text: str) -> Fields:
    """The fields of a form or a query, blank ones too. Raises ValueError for too many."""
    return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="surrogateescape")


def form_of(body: bytes) -> Fields:
    """The fields of a body that is a form."""
    return fields_of(body.decode("utf-8", "surrogateescape"))


def is_signed(tokens: Iterable[str], url: str, body: bytes, signature: str) -> bool:
    """Whether one of the tokens signed this. All are tried, each in constant time. Raises ValueError for a form with too many fields."""
    hashes = fields_of(urlsplit(url).query).get(BODY_HASH)
    if hashes is None:
        fields = form_of(body)
    else:
        fields = {}
        if not hmac.compare_digest(_bytes(hashes[0]), sha256(body).hexdigest().encode()):
            return False
    given, found = _bytes(signature), False
    for token in tokens:
        for address in _addresses(url):
            found |= hmac.compare_digest(given, signature_of(token, address, fields).encode())
    return found


def signature_of(token: str, url: str, fields: Fields) -> str:
    """What Twilio signs with the token."""
    signed = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return b64encode(hmac.new(token.encode(), _bytes(signed), sha1).digest()).decode()


def _addresses(url: str) -> set[str]:
    """The address with and without the port that its scheme implies: nobody knows which of them was signed."""
    parts = urlsplit(url)
    usual = _PORTS.get(parts.scheme)
    if usual is None or parts.port not in (None, usual):
        return {url}
    host = parts.netloc.removesuffix(f":{usual}")
    return {url, urlunsplit(parts._replace(netloc=host)), urlunsplit(parts._replace(netloc=f"{host}:{usual}"))}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
