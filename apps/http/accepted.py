"""The answer to whoever asked for a mail."""

from typing import Literal

import msgspec


class Accepted(msgspec.Struct, frozen=True):
    """What there is to be mailed will be. Whether there is anything is not told."""

    status: Literal["accepted"] = "accepted"
