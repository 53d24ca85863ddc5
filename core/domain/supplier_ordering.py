"""How a supplier wants to get its orders."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from core.domain.errors import Fault
from core.domain.mail import address_fault
from core.domain.purchase_order import MANUAL
from core.domain.text import text_fault
from core.domain.webhook import SECRET_PREFIX, url_faults

MAIL, HTTP = "mail", "http"
BUILT_IN = frozenset({MANUAL, MAIL, HTTP})
LONGEST_ADDRESS = 1_000

_SECRET_BYTES = range(24, 65)


@dataclass(frozen=True, slots=True)
class Ordering:
    """`manual`: somebody sends them by themselves. `mail` and `http` go to the address; another channel is the id of a plugin, which
    knows what its address means. The secret, sealed, signs what goes by http."""

    channel: str = MANUAL
    address: str = ""
    sealed_secret: str | None = field(default=None, repr=False)
    secret_set_at: datetime | None = None


def ordering_faults(ordering: Ordering, secret: str | None, *, on_loopback: bool) -> Iterator[Fault]:
    """What is wrong with it, with the new secret if one is given. Whether there is such a plugin is not looked at."""
    if ordering.channel == MANUAL and ordering.address:
        yield Fault("/address", "not_allowed", "what is sent by hand has no address")
    elif ordering.channel == MAIL and (fault := address_fault("/address", ordering.address)):
        yield fault
    elif ordering.channel == HTTP:
        yield from url_faults(ordering.address, on_loopback=on_loopback, pointer="/address")
    elif fault := text_fault("/address", ordering.address, LONGEST_ADDRESS, required=False):
        yield fault
    yield from _secret_faults(ordering, secret)


def _secret_faults(ordering: Ordering, secret: str | None) -> Iterator[Fault]:
    if ordering.channel != HTTP:
        if secret is not None:
            yield Fault("/secret", "not_allowed", "only what goes by http is signed")
    elif secret is None and ordering.sealed_secret is None:
        yield Fault("/secret", "required", "orders that go by http are signed with a secret that the supplier has too")
    elif secret is not None and not _is_secret(secret):
        yield Fault("/secret", "bad_format", "must be whsec_ and 24 to 64 bytes in base64")


def _is_secret(text: str) -> bool:
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(SECRET_PREFIX) and len(key) in _SECRET_BYTES
