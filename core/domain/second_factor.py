"""Codes that prove who somebody is beside their password: one-time codes of an app, and recovery codes for when it is lost."""

import re
import secrets
from hashlib import sha256

RECOVERY_CODES = 10

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # without the letters that are read as digits, and without u
_READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})
_GROUPS, _GROUP = 4, 4  # 80 bits: too many to find the code of a digest
_RECOVERY_CODE = re.compile(f"[{_ALPHABET}]{{{_GROUPS * _GROUP}}}")
_ONE_TIME_CODE = re.compile("[0-9]{6}")


def new_recovery_codes() -> tuple[str, ...]:
    """Fresh codes such as `7k3m-q0xh-t9aw-52rz`, each good once."""
    return tuple("-".join(_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES))


def recovery_digest(text: str) -> bytes | None:
    """What is kept of a recovery code, or None for a text that is none. Upper case, spaces and the letters that look like digits
    are forgiven."""
    plain = text.lower().translate(_READ_AS)
    return sha256(plain.encode()).digest() if _RECOVERY_CODE.fullmatch(plain) else None


def one_time_code(text: str) -> str | None:
    """The six digits that a text consists of, but for spaces; None for any other text."""
    plain = text.replace(" ", "")
    return plain if _ONE_TIME_CODE.fullmatch(plain) else None


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP))
