"""The port to a carrier of text messages."""

from typing import Protocol


class MessageSender(Protocol):
    """One company's account at a carrier. Every method may raise the failures of `core.ports.failures`."""

    async def check(self) -> None:
        """Tries credentials and settings without sending anything."""
        ...

    async def send(self, to: str, text: str, key: str) -> str:
        """Hands over a text for a number (E.164: `+` and digits). Returns what the carrier calls it.

        `key` is the same whenever the same message is tried again: one that was taken is not sent anew, and its first id is
        returned. A sender whose carrier knows no such keys looks for the message there before it repeats one; where it cannot tell,
        a message may come twice, and its documentation says so. A number that will never do is `PermanentlyRejected`.
        """
        ...
