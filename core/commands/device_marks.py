"""The mark of a device from which its account came in before. Nobody but us can make one, and it is good for one login."""

import secrets

from core.ports.sealing import Sealing, Unsealable


def new_mark(sealing: Sealing, login: str) -> str:
    """A mark for the device from which the account of this login has just come in."""
    return sealing.seal(secrets.token_bytes(16), _place(login))


def is_known(sealing: Sealing, mark: str, login: str) -> bool:
    """Whether the account of this login came in from the device before."""
    try:
        sealing.open(mark, _place(login))
    except Unsealable:
        return False
    return True


def _place(login: str) -> str:
    return f"device|mark|{login}"
